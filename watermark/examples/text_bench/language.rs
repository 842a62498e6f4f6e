//! A synthetic language, and a generator of random numbers that needs no crate.

use crate::peers::Mark;

/// Tokens of the language.
pub(crate) const VOCABULARY: usize = 2048;
const FOLLOWERS: usize = 500;

/// After every token 500 others may follow; the probability of rank `r` falls like `r^-power`.
pub(crate) struct Language {
    followers: Vec<Vec<u32>>,
    probabilities: Vec<f32>,
}

impl Language {
    pub(crate) fn new(power: f64) -> Self {
        let weights: Vec<f64> = (1..=FOLLOWERS as u32).map(|r| f64::from(r).powf(-power)).collect();
        let sum: f64 = weights.iter().sum();
        let probabilities = weights.iter().map(|weight| (weight / sum) as f32).collect();
        let followers = (0..VOCABULARY as u64).map(|previous| {
            let mut random = Random::new(previous ^ 0x5eed_0000);
            let mut all: Vec<u32> = (0..VOCABULARY as u32).collect();
            (0..FOLLOWERS).for_each(|at| all.swap(at, at + random.below(VOCABULARY - at)));
            all.truncate(FOLLOWERS);
            all
        });
        Self { followers: followers.collect(), probabilities }
    }

    /// Bits per token.
    pub(crate) fn entropy(&self) -> f64 {
        entropy(self.probabilities.iter().copied())
    }

    /// What may follow, the likeliest first.
    pub(crate) fn candidates(&self, previous: u32) -> Vec<(u32, f32)> {
        let tokens = self.followers[previous as usize].iter().copied();
        tokens.zip(self.probabilities.iter().copied()).collect()
    }

    /// Writes a text of `tokens` tokens after five that are not part of it.
    pub(crate) fn write(
        &self,
        tokens: usize,
        random: &mut Random,
        mut mark: Option<&mut dyn Mark>,
    ) -> Vec<u32> {
        let mut text: Vec<u32> = (0..5).map(|_| random.below(VOCABULARY) as u32).collect();
        for _ in 0..tokens {
            let mut candidates = self.candidates(text[text.len() - 1]);
            if let Some(mark) = &mut mark {
                mark.reweigh(&text, &mut candidates);
            }
            text.push(random.draw(&candidates));
        }
        text.split_off(5)
    }
}

pub(crate) fn entropy(probabilities: impl Iterator<Item = f32>) -> f64 {
    let terms = probabilities.map(f64::from).filter(|p| *p > 0.0);
    terms.map(|p| -p * p.log2()).sum()
}

/// SplitMix64.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x5851_f42d_4c95_7f2d) ^ 0xda3e)
    }

    pub(crate) const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn fraction(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        ((self.fraction() * end as f64) as usize).min(end.saturating_sub(1))
    }

    pub(crate) fn draw(&mut self, candidates: &[(u32, f32)]) -> u32 {
        let sum: f64 = candidates.iter().map(|candidate| f64::from(candidate.1)).sum();
        let mut left = self.fraction() * sum;
        for (token, p) in candidates {
            left -= f64::from(*p);
            if left < 0.0 {
                return *token;
            }
        }
        candidates[0].0
    }
}
