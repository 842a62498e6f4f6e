//! Our mark and two published ones behind one interface.
//!
//! The peers follow their papers: KGW (Kirchenbauer and others, ICML 2023) with a context of one
//! token, and SynthID-Text (Dathathri and others, Nature 634, 2024) with 30 rounds over all
//! candidates, a context of four tokens and weights from 10 down to 1.

use std::{collections::HashSet, ops::Range};

use watermark::{TextMark, WatermarkKey, text};

/// The standard score above which a peer claims its mark: a normal tail of 1e-6.
const SCORE_MIN: f64 = 4.753;

pub(crate) trait Mark {
    /// Changes the probabilities of what may follow `text`.
    fn reweigh(&mut self, text: &[u32], candidates: &mut [(u32, f32)]);

    /// Where the mark is, if it is claimed at p < 1e-6.
    fn find(&self, text: &[u32]) -> Option<Range<usize>>;
}

pub(crate) struct Ours {
    key: WatermarkKey,
    mark: TextMark,
}

impl Ours {
    /// Another key for every text.
    pub(crate) fn new(seed: u64) -> Self {
        let key = WatermarkKey::new(std::array::from_fn(|i| seed.to_le_bytes()[i % 8]));
        Self { mark: TextMark::new(&key), key }
    }
}

impl Mark for Ours {
    fn reweigh(&mut self, text: &[u32], candidates: &mut [(u32, f32)]) {
        self.mark.reweigh(text[text.len() - 1], candidates);
    }

    fn find(&self, text: &[u32]) -> Option<Range<usize>> {
        let found = text::detect(std::slice::from_ref(&self.key), text).passages;
        let longest = found.into_iter().max_by_key(|passage| passage.tokens.len());
        longest.map(|passage| passage.tokens)
    }
}

/// KGW: a quarter of the tokens is green after every token, and gains 2 in its logit.
pub(crate) struct Green;

impl Green {
    pub(crate) const fn new() -> Self {
        Self
    }

    fn is_green(previous: u32, token: u32) -> bool {
        hash(&[previous, token]) >> 62 == 0
    }
}

impl Mark for Green {
    fn reweigh(&mut self, text: &[u32], candidates: &mut [(u32, f32)]) {
        for (token, p) in candidates {
            if Self::is_green(text[text.len() - 1], *token) {
                *p *= 2_f32.exp();
            }
        }
    }

    fn find(&self, text: &[u32]) -> Option<Range<usize>> {
        let pairs: HashSet<&[u32]> = text.windows(2).collect();
        let green = pairs.iter().filter(|pair| Self::is_green(pair[0], pair[1])).count() as f64;
        let n = pairs.len() as f64;
        let z = (green - 0.25 * n) / (0.1875 * n).sqrt();
        (z > SCORE_MIN).then_some(0..text.len())
    }
}

/// SynthID-Text with 30 rounds.
pub(crate) struct Tournament {
    used: HashSet<Vec<u32>>,
}

impl Tournament {
    const CONTEXT: usize = 4;
    const ROUNDS: usize = 30;

    pub(crate) fn new() -> Self {
        Self { used: HashSet::new() }
    }
}

impl Mark for Tournament {
    fn reweigh(&mut self, text: &[u32], candidates: &mut [(u32, f32)]) {
        let context = &text[text.len() - Self::CONTEXT..];
        if !self.used.insert(context.to_vec()) {
            return;
        }
        let coins: Vec<u64> =
            candidates.iter().map(|next| hash(&[context, &[next.0]].concat())).collect();
        for round in 0..Self::ROUNDS {
            let lucky = |coins: &u64| (coins >> round & 1) as f32;
            let mean: f32 = candidates.iter().zip(&coins).map(|(next, c)| next.1 * lucky(c)).sum();
            let rows = candidates.iter_mut().zip(&coins);
            rows.for_each(|(next, coins)| next.1 *= (1.0 + lucky(coins) - mean).max(0.0));
        }
    }

    fn find(&self, text: &[u32]) -> Option<Range<usize>> {
        let weight = |round: usize| 10.0 - 9.0 * round as f64 / (Self::ROUNDS - 1) as f64;
        let pairs: HashSet<&[u32]> = text.windows(Self::CONTEXT + 1).collect();
        let luck = |pair: &&[u32]| -> f64 {
            let coins = hash(pair);
            (0..Self::ROUNDS).map(|r| weight(r) * ((coins >> r & 1) as f64 - 0.5)).sum()
        };
        let sum: f64 = pairs.iter().map(luck).sum();
        let variance: f64 = (0..Self::ROUNDS).map(|round| weight(round).powi(2) / 4.0).sum();
        let z = sum / (variance * pairs.len().max(1) as f64).sqrt();
        (z > SCORE_MIN).then_some(0..text.len())
    }
}

/// SplitMix64 over the tokens: the peers' keys stay the same, their texts do not.
fn hash(tokens: &[u32]) -> u64 {
    tokens.iter().fold(0x1234_5678, |hash, token| {
        let z = (hash ^ u64::from(*token)).wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}
