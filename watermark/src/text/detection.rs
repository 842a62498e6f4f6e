//! The reading half: whether a text, or a part of it, speaks for a key more than chance does.

use std::ops::Range;

use super::{
    evidence::Evidence,
    passages,
    scored::{Part, Scored},
};
use crate::WatermarkKey;

/// `ln 1e-6`: the bound below which a text counts as marked.
pub(super) const LN_P_VALUE_MAX: f64 = -13.815_510_557_964_274;
/// `ln 2`: half of the error is allowed to the whole text, half to all its windows together.
pub(super) const LN_WHOLE: f64 = std::f64::consts::LN_2;
/// Scored tokens from which a marked text of about 2 bits a token is expected to be found.
const SCORED_MIN: usize = 60;

/// What the keys show in a text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TextDetection {
    /// Which of the keys speaks loudest: its place among those that were given.
    pub key: usize,
    /// The chance that a text written without the keys looks as marked as this one, under any of
    /// the keys and in any of the parts that were searched.
    pub p_value: f64,
    /// The standard score of the whole text under that key: mean 0 and variance 1 without a mark,
    /// and near normal from about 100 tokens on.
    pub z: f64,
    /// How many tokens of the whole text were scored: those whose context came for the first time.
    pub scored: usize,
    /// Where the mark is, in the order of the text; empty when `p_value` is not below 1e-6.
    pub passages: Vec<Passage>,
    /// Whether the search says anything: a mark was found, or the text is long enough that one
    /// would have been.
    pub decidable: bool,
}

/// A part of a text that carries the mark.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Passage {
    /// The tokens, `from..to`: the likeliest bounds around the window that was found, which are
    /// often a few tokens wrong.
    pub tokens: Range<usize>,
    /// The chance of this without the keys: all keys and all windows are counted.
    pub p_value: f64,
}

/// Looks for the marks of `keys` in the whole text and in its parts.
///
/// Every key is paid for in the p-values (Bonferroni). Without keys nothing is found.
#[must_use]
pub fn detect(keys: &[WatermarkKey], tokens: &[u32]) -> TextDetection {
    let ln_keys = f64::ln(keys.len().max(1) as f64);
    let found = keys.iter().enumerate().map(|(key, secret)| Found::search(key, secret, tokens));
    let best = found.min_by(|a, b| a.ln_p.total_cmp(&b.ln_p));
    best.map_or_else(Found::nothing, |best| best.detection(ln_keys))
}

/// What one key shows.
struct Found {
    key: usize,
    text: Scored,
    whole: Part,
    /// The logarithm of the p-value for this key alone.
    ln_p: f64,
}

impl Found {
    fn search(key: usize, secret: &WatermarkKey, tokens: &[u32]) -> Self {
        let text = Scored::new(secret, tokens);
        let whole = text.part(0..tokens.len());
        // A text without windows is looked at once.
        let ln_p = match passages::ln_p_value(&text) {
            Some(ln_windows) => (whole.ln_p() + LN_WHOLE).min(ln_windows).min(0.0),
            None => whole.ln_p(),
        };
        Self { key, text, whole, ln_p }
    }

    fn nothing() -> TextDetection {
        let (passages, decidable) = (Vec::new(), false);
        TextDetection { key: 0, p_value: 1.0, z: 0.0, scored: 0, passages, decidable }
    }

    fn detection(self, ln_keys: f64) -> TextDetection {
        let ln_p = (self.ln_p + ln_keys).min(0.0);
        let found = ln_p < LN_P_VALUE_MAX;
        let mut passages = Vec::new();
        if found {
            passages = passages::locate(&self.text, ln_keys);
        }
        if found && passages.is_empty() {
            // Too spread out, or too short, for any window: the whole text is what is known.
            passages.push(Passage { tokens: self.whole.range.clone(), p_value: ln_p.exp() });
        }
        let scored = self.whole.scored;
        let decidable = found || scored >= SCORED_MIN;
        TextDetection {
            key: self.key,
            p_value: ln_p.exp(),
            z: standard_score(&self.whole),
            scored,
            passages,
            decidable,
        }
    }
}

fn standard_score(part: &Part) -> f64 {
    let (table, n) = (Evidence::table(), part.scored as f64);
    (part.sum as f64 - table.mean * n) / (table.variance * n.max(1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_of_next_to_nothing() {
        let keys = [WatermarkKey::new([1; 32])];
        for tokens in [&[][..], &[1], &[1, 1, 1, 1]] {
            let found = detect(&keys, tokens);
            assert!(!found.decidable && found.passages.is_empty() && found.scored < 2);
            assert!(found.p_value > 1e-3);
        }
        let without = detect(&[], &[1, 2, 3]);
        assert!(!without.decidable && without.p_value == 1.0);
    }

    #[test]
    fn repeated_contexts_count_once() {
        let looped: Vec<u32> = (0..10).cycle().take(1000).collect();
        assert_eq!(detect(&[WatermarkKey::new([1; 32])], &looped).scored, 10);
    }

    #[test]
    fn keys_are_paid_for() {
        let tokens: Vec<u32> = (0..300).collect();
        let key = |secret| WatermarkKey::new([secret; 32]);
        let alone: Vec<f64> =
            (0..4).map(|secret| detect(&[key(secret)], &tokens).p_value).collect();
        let (best, p) = alone.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).unwrap();
        let together = detect(&[key(0), key(1), key(2), key(3)], &tokens);
        assert_eq!(together.key, best);
        assert!((together.p_value - (4.0 * p).min(1.0)).abs() < 1e-9);
    }
}
