//! Draws the next token: temperature, top-k, top-p, the hook, a seeded draw.

use std::cmp::Ordering;

use chacha20::{
    ChaCha12Rng,
    rand_core::{Rng as _, SeedableRng as _},
};

use crate::{GeneratorError, SamplerHook};

/// At most this many of the likeliest tokens are candidates: it bounds what a token costs,
/// and what lies beyond is drawn in practice never.
pub(crate) const CANDIDATES_MAX: usize = 1024;

/// How to draw; every value is in range.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SamplerSettings {
    /// 0 picks the likeliest.
    pub(crate) temperature: f32,
    pub(crate) top_k: usize,
    pub(crate) top_p: f32,
    pub(crate) seed: u64,
}

/// Draws tokens; the same settings and logits give the same tokens.
#[derive(Debug)]
pub(crate) struct Sampler {
    settings: SamplerSettings,
    random: ChaCha12Rng,
}

impl Sampler {
    pub(crate) fn new(settings: SamplerSettings) -> Self {
        // Written out, so that no release of a library can change what a seed means.
        let mut seed = [0; 32];
        for (to, from) in seed.iter_mut().zip(settings.seed.to_le_bytes()) {
            *to = from;
        }
        Self { settings, random: ChaCha12Rng::from_seed(seed) }
    }

    /// Draws one token; `previous` is the last token of the text.
    pub(crate) fn draw(
        &mut self,
        logits: &[f32],
        previous: Option<u32>,
        hook: Option<&mut (dyn SamplerHook + Send + 'static)>,
    ) -> Result<u32, GeneratorError> {
        let mut candidates = self.candidates(logits)?;
        if let Some(hook) = hook {
            hook.reweigh(previous, &mut candidates);
        }
        let weight = |candidate: &(u32, f32)| f64::from(candidate.1.max(0.0));
        let total: f64 = candidates.iter().map(weight).sum();
        if !(total.is_finite() && total > 0.0) {
            return Err(GeneratorError::Failed("the sampler hook left no candidate".to_owned()));
        }
        let mut rest = self.uniform() * total;
        for candidate in &candidates {
            rest -= weight(candidate);
            if rest < 0.0 {
                return Ok(candidate.0);
            }
        }
        // Rounding can leave a crumb: the last that was possible takes it.
        let last = candidates.iter().rev().find(|candidate| candidate.1 > 0.0);
        last.map(|candidate| candidate.0)
            .ok_or_else(|| GeneratorError::Failed("no candidate".to_owned()))
    }

    /// Token ids with probabilities that sum to 1, likeliest first.
    fn candidates(&self, logits: &[f32]) -> Result<Vec<(u32, f32)>, GeneratorError> {
        if !logits.iter().all(|logit| logit.is_finite()) {
            let reason = "the network gave numbers that are not finite; its weights are damaged";
            return Err(GeneratorError::Failed(reason.to_owned()));
        }
        let count = if self.settings.temperature > 0.0 { self.settings.top_k } else { 1 };
        let mut candidates = likeliest(logits, count.clamp(1, CANDIDATES_MAX));
        let largest = candidates.first().map_or(0.0, |candidate| candidate.1);
        let temperature = self.settings.temperature.max(f32::MIN_POSITIVE);
        for candidate in &mut candidates {
            candidate.1 = ((candidate.1 - largest) / temperature).exp();
        }
        normalise(&mut candidates);
        self.nucleus(&mut candidates);
        Ok(candidates)
    }

    /// Keeps the fewest candidates whose probabilities reach top-p.
    fn nucleus(&self, candidates: &mut Vec<(u32, f32)>) {
        if self.settings.top_p >= 1.0 {
            return;
        }
        let mut before = 0.0;
        let kept = candidates.iter().take_while(|candidate| {
            let wanted = before < self.settings.top_p;
            before += candidate.1;
            wanted
        });
        let kept = kept.count().max(1);
        candidates.truncate(kept);
        normalise(candidates);
    }

    /// Uniform in 0 ≤ x < 1, of 53 random bits.
    fn uniform(&mut self) -> f64 {
        (self.random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The `count` largest logits, largest first; of equals the lower id.
fn likeliest(logits: &[f32], count: usize) -> Vec<(u32, f32)> {
    let order =
        |a: &(u32, f32), b: &(u32, f32)| -> Ordering { b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)) };
    let mut all: Vec<(u32, f32)> = (0..).zip(logits.iter().copied()).collect();
    if count < all.len() {
        all.select_nth_unstable_by(count - 1, order);
        all.truncate(count);
    }
    all.sort_unstable_by(order);
    all
}

fn normalise(candidates: &mut [(u32, f32)]) {
    let total: f32 = candidates.iter().map(|candidate| candidate.1).sum();
    for candidate in candidates {
        candidate.1 /= total;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sampler(temperature: f32, top_k: usize, top_p: f32) -> Sampler {
        Sampler::new(SamplerSettings { temperature, top_k, top_p, seed: 7 })
    }

    fn ids(sampler: &Sampler, logits: &[f32]) -> Vec<u32> {
        sampler.candidates(logits).unwrap().iter().map(|candidate| candidate.0).collect()
    }

    #[test]
    fn each_limit_keeps_the_likeliest() {
        // Probabilities 0.1, 0.6, 0.1, 0.2.
        let logits = [0.1_f32.ln(), 0.6_f32.ln(), 0.1_f32.ln(), 0.2_f32.ln()];
        let cases: [(f32, usize, f32, &[u32]); 6] = [
            (1.0, 99, 1.0, &[1, 3, 0, 2]),
            (0.0, 99, 1.0, &[1]),
            (1.0, 2, 1.0, &[1, 3]),
            (1.0, 99, 0.5, &[1]),
            (1.0, 99, 0.7, &[1, 3]),
            (1.0, 99, 0.0, &[1]),
        ];
        for (temperature, top_k, top_p, expected) in cases {
            assert_eq!(ids(&sampler(temperature, top_k, top_p), &logits), expected);
        }
    }

    #[test]
    fn draws_follow_the_probabilities() {
        let logits = [0.7_f32.ln(), 0.3_f32.ln()];
        let mut sampler = sampler(1.0, 99, 1.0);
        let draws = 20_000;
        let ones = (0..draws).filter(|_| sampler.draw(&logits, None, None).unwrap() == 1).count();
        // Five standard deviations: 5 · √(20,000 · 0.3 · 0.7) = 324.
        assert!(ones.abs_diff(6_000) < 324, "{ones}");
    }

    #[derive(Debug)]
    struct Only(u32);

    impl SamplerHook for Only {
        fn reweigh(&mut self, _previous: Option<u32>, candidates: &mut Vec<(u32, f32)>) {
            let sum: f32 = candidates.iter().map(|candidate| candidate.1).sum();
            assert!((sum - 1.0).abs() < 1e-5);
            assert!(candidates.is_sorted_by(|a, b| a.1 >= b.1));
            for candidate in candidates {
                candidate.1 = if candidate.0 == self.0 { 0.1 } else { 0.0 };
            }
        }
    }

    #[test]
    fn the_hook_has_its_say() {
        let mut sampler = sampler(1.0, 99, 1.0);
        for wanted in 0..4 {
            assert_eq!(sampler.draw(&[0.0; 4], None, Some(&mut Only(wanted))).unwrap(), wanted);
        }
        let refused = sampler.draw(&[0.0; 4], None, Some(&mut Only(9)));
        assert!(refused.unwrap_err().to_string().contains("no candidate"));
    }

    #[test]
    fn damaged_logits_are_an_error() {
        assert!(sampler(1.0, 9, 1.0).draw(&[0.0, f32::NAN], None, None).is_err());
        assert!(sampler(1.0, 9, 1.0).draw(&[], None, None).is_err());
    }

    #[test]
    fn a_seed_means_the_same_for_ever() {
        let mut sampler = sampler(1.0, 99, 1.0);
        let drawn: Vec<u32> =
            (0..8).map(|_| sampler.draw(&[0.0; 100], None, None).unwrap()).collect();
        assert_eq!(drawn, [81, 91, 5, 52, 67, 69, 53, 75]);
    }

    proptest! {
        #[test]
        fn candidates_are_a_distribution(
            logits in prop::collection::vec(-30.0_f32..30.0, 1..3000),
            temperature in 0.0_f32..2.0, top_k in 1_usize..2000, top_p in 0.0_f32..=1.0,
        ) {
            let candidates = sampler(temperature, top_k, top_p).candidates(&logits).unwrap();
            let sum: f32 = candidates.iter().map(|candidate| candidate.1).sum();
            prop_assert!((sum - 1.0).abs() < 1e-4);
            prop_assert!(candidates.is_sorted_by(|a, b| a.1 >= b.1));
            prop_assert!(candidates.len() <= top_k.min(CANDIDATES_MAX));
        }
    }
}
