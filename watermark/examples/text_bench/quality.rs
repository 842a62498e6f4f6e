//! What the mark costs in quality: the expected perplexity of marked texts under the language itself.

use crate::{
    language::{Language, Random, entropy},
    peers::{Green, Mark, Ours},
};

const TEXTS: u64 = 200;
const TOKENS: usize = 200;

/// Prints how the perplexity changes, computed from the probabilities of every token, not from what
/// was drawn; and how much freedom is left once the key is known.
pub(crate) fn measure(language: &Language) {
    let ours = changes(language, Ours::new);
    let green = changes(language, |_| Green::new());
    println!(
        "Perplexity × {:.4} ± {:.4} (one standard error, over keys), KGW × {:.4} ± {:.4}",
        ours.perplexity, ours.error, green.perplexity, green.error
    );
    println!(
        "Bits per token that are left to chance under one key: {:.2} of {:.2}",
        ours.bits,
        language.entropy()
    );
}

struct Change {
    perplexity: f64,
    error: f64,
    bits: f64,
}

fn changes<M: Mark>(language: &Language, make: impl Fn(u64) -> M) -> Change {
    let (mut nats, mut bits) = (Vec::new(), 0.0);
    for seed in 0..TEXTS {
        let mut watch = Watch { mark: make(seed), nats: 0.0, bits: 0.0 };
        language.write(TOKENS, &mut Random::new(seed), Some(&mut watch));
        nats.push(watch.nats / TOKENS as f64);
        bits += watch.bits / (TOKENS as f64 * TEXTS as f64);
    }
    let mean = nats.iter().sum::<f64>() / TEXTS as f64;
    let variance = nats.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (TEXTS - 1) as f64;
    let perplexity = mean.exp();
    Change { perplexity, error: perplexity * (variance / TEXTS as f64).sqrt(), bits }
}

/// Compares the probabilities before and after a mark.
struct Watch<M> {
    mark: M,
    nats: f64,
    bits: f64,
}

impl<M: Mark> Mark for Watch<M> {
    fn reweigh(&mut self, text: &[u32], candidates: &mut [(u32, f32)]) {
        let before: Vec<f32> = candidates.iter().map(|next| next.1).collect();
        self.mark.reweigh(text, candidates);
        let sum: f32 = candidates.iter().map(|next| next.1).sum();
        let surprise = candidates
            .iter()
            .zip(&before)
            .map(|(next, before)| f64::from(next.1 / sum - before) * -f64::from(*before).ln());
        self.nats += surprise.sum::<f64>();
        self.bits += entropy(candidates.iter().map(|next| next.1 / sum));
    }

    fn find(&self, text: &[u32]) -> Option<std::ops::Range<usize>> {
        self.mark.find(text)
    }
}
