//! The marking half: what the sampler calls for every token.

use std::{collections::HashSet, fmt};

use types::Mark;

use super::{
    ALGORITHM,
    chance::ln_tail,
    detection::{LN_P_VALUE_MAX, LN_WHOLE},
    tournament::{Expected, Tournament},
};
use crate::WatermarkKey;

/// How far below its mean the evidence of a text may come out: two standard deviations, so that at
/// least 97 of 100 texts that are called marked are detected.
const DEVIATIONS: f64 = 2.0;
/// `ln 100`: what a detector may spend on a hundred keys or ways of reading.
const LN_SPARE: f64 = 4.605;
/// The length from which the wording, not the length, is to blame.
const TOKENS_ENOUGH: u32 = 200;

/// The mark of one text while it is being sampled.
pub struct TextMark {
    tournament: Tournament,
    /// Contexts that have been used: the same coins twice would make a text repeat itself.
    used: HashSet<u32>,
    tokens: u32,
    /// The sum of what is expected of every token.
    expected: Expected,
}

impl TextMark {
    /// A mark for a new text.
    #[must_use]
    pub fn new(key: &WatermarkKey) -> Self {
        let expected = Expected { mean: 0.0, variance: 0.0 };
        Self { tournament: Tournament::new(key), used: HashSet::new(), tokens: 0, expected }
    }

    /// Changes the probabilities of the next token after `previous`.
    ///
    /// `candidates` are pairs of token and probability, the most probable first, as they are after
    /// temperature, top-k and top-p. Their sum stays the same. A context marks once in a text.
    pub fn reweigh(&mut self, previous: u32, candidates: &mut [(u32, f32)]) {
        self.tokens = self.tokens.saturating_add(1);
        if self.used.insert(previous) {
            let token = self.tournament.play(previous, candidates);
            self.expected.mean += token.mean;
            self.expected.variance += token.variance;
        }
    }

    /// What became of the mark: whether the detector is going to find it in the intact text.
    #[must_use]
    pub fn outcome(&self) -> Mark {
        let marked = self.used.len();
        if self.ln_p_value() < LN_P_VALUE_MAX - LN_SPARE {
            let tokens_marked = u32::try_from(marked).unwrap_or(u32::MAX);
            return Mark::Statistical { algorithm: ALGORITHM.to_owned(), tokens_marked };
        }
        let reason = if self.tokens < TOKENS_ENOUGH {
            format!(
                "short text: {} tokens do not carry a statistical mark, {TOKENS_ENOUGH} mostly do",
                self.tokens
            )
        } else {
            "too little freedom of wording to carry a statistical mark".to_owned()
        };
        Mark::NotMarkable { reason }
    }

    /// The logarithm of the p-value that the detector will find, or of a smaller one.
    fn ln_p_value(&self) -> f64 {
        let low = self.expected.mean - DEVIATIONS * self.expected.variance.sqrt();
        ln_tail(self.used.len(), low.floor() as i64) + LN_WHOLE
    }
}

impl fmt::Debug for TextMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextMark").field("tokens", &self.tokens).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(tokens: u32, candidates: usize) -> Mark {
        let mut mark = TextMark::new(&WatermarkKey::new([1; 32]));
        for previous in 0..tokens {
            let p = 1.0 / candidates as f32;
            let mut offered: Vec<_> = (0..candidates as u32).map(|token| (token, p)).collect();
            mark.reweigh(previous, &mut offered);
        }
        mark.outcome()
    }

    #[test]
    fn what_can_be_detected_is_marked_and_the_rest_says_why() {
        let cases = [
            (300, 20, "marked"),
            (50, 50, "marked"),
            (4, 50, "short text"),
            (40, 2, "short text"),
            (300, 1, "too little freedom"),
        ];
        for (tokens, candidates, expected) in cases {
            match outcome(tokens, candidates) {
                Mark::Statistical { algorithm, tokens_marked } => {
                    assert_eq!(
                        (algorithm.as_str(), tokens_marked, expected),
                        (ALGORITHM, tokens, "marked")
                    );
                }
                Mark::NotMarkable { reason } => assert!(reason.starts_with(expected), "{reason}"),
                mark @ Mark::Embedded { .. } => panic!("{mark:?}"),
            }
        }
        assert!(matches!(outcome(0, 1), Mark::NotMarkable { .. }));
        assert!(matches!(outcome(1, 50), Mark::NotMarkable { .. }));
    }

    #[test]
    fn a_context_marks_once() {
        let mut mark = TextMark::new(&WatermarkKey::new([1; 32]));
        let fresh = vec![(1, 0.5), (2, 0.3), (3, 0.2)];
        let (mut first, mut again) = (fresh.clone(), fresh.clone());
        mark.reweigh(9, &mut first);
        mark.reweigh(9, &mut again);
        assert_ne!(first, fresh);
        assert_eq!(again, fresh);
    }

    #[test]
    fn debug_shows_no_coins() {
        let mark = TextMark::new(&WatermarkKey::new([1; 32]));
        assert_eq!(format!("{mark:?}"), "TextMark { tokens: 0, .. }");
    }
}
