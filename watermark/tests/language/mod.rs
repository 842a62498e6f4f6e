//! A synthetic language: after every token 100 others may follow, with probabilities that fall like
//! a power of their rank (Zipf), and popular tokens follow more often.

const VOCABULARY: f64 = 4096.0;
const FOLLOWERS: usize = 100;

/// How freely a writer may choose.
#[derive(Clone, Copy)]
pub(crate) struct Language {
    /// The power: the greater, the duller.
    power: f64,
}

impl Language {
    /// About 4 bits a token.
    pub(crate) const LIVELY: Self = Self { power: 1.5 };
    /// About 2 bits a token.
    pub(crate) const DULL: Self = Self { power: 2.2 };
    /// Almost nothing to choose.
    pub(crate) const FIXED: Self = Self { power: 9.0 };

    fn candidates(self, previous: u32) -> Vec<(u32, f32)> {
        let mut writer = Writer { language: self, state: u64::from(previous).wrapping_mul(7919) };
        let mut tokens = Vec::new();
        while tokens.len() < FOLLOWERS {
            let token = VOCABULARY.powf(writer.fraction()) as u32;
            if !tokens.contains(&token) {
                tokens.push(token);
            }
        }
        let weights: Vec<f64> =
            (1..=FOLLOWERS as u32).map(|rank| f64::from(rank).powf(-self.power)).collect();
        let sum: f64 = weights.iter().sum();
        tokens
            .into_iter()
            .zip(weights)
            .map(|(token, weight)| (token, (weight / sum) as f32))
            .collect()
    }
}

/// Draws tokens, the same for the same seed.
pub(crate) struct Writer {
    language: Language,
    state: u64,
}

impl Writer {
    pub(crate) fn new(language: Language, seed: u64) -> Self {
        Self { language, state: seed.wrapping_mul(0x5851_f42d_4c95_7f2d) ^ 0xda3e }
    }

    /// SplitMix64 as a number in `0.0..1.0`.
    pub(crate) fn fraction(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Writes a text; `reweigh` sees every token but the first.
    pub(crate) fn write(
        &mut self,
        tokens: usize,
        mut reweigh: impl FnMut(u32, &mut Vec<(u32, f32)>),
    ) -> Vec<u32> {
        let mut text = vec![(self.fraction() * VOCABULARY) as u32];
        while text.len() < tokens {
            let previous = text[text.len() - 1];
            let mut candidates = self.language.candidates(previous);
            reweigh(previous, &mut candidates);
            text.push(self.draw(&candidates));
        }
        text
    }

    fn draw(&mut self, candidates: &[(u32, f32)]) -> u32 {
        let sum: f32 = candidates.iter().map(|candidate| candidate.1).sum();
        let mut left = self.fraction() as f32 * sum;
        for (token, p) in candidates {
            left -= p;
            if left < 0.0 {
                return *token;
            }
        }
        candidates[0].0
    }
}
