//! The reading half: whether a text, or a part of it, has more lucky coins than chance gives.

use std::{collections::HashMap, iter, ops::Range};

use super::{
    chance::ln_tail,
    tournament::{SCORE_MEAN, SCORE_VARIANCE, Tournament},
};
use crate::WatermarkKey;

/// The bound below which a text counts as marked.
const P_VALUE_MAX: f64 = 1e-6;
/// The shortest part that is searched, in tokens; the others are 2, 4, 8, … times as long.
const WINDOW: usize = 50;
/// Scored tokens from which a text that was marked, of 2 bits a token or more, reaches 1e-6.
pub(super) const SCORED_MIN: usize = 60;

/// What the key shows in a text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TextDetection {
    /// The chance that a text written without the key looks as marked as this one in any of the
    /// parts that were searched.
    pub p_value: f64,
    /// The standard score of the whole text: normal with mean 0 and variance 1 without a mark.
    pub z: f64,
    /// How many tokens of the whole text were scored: those whose context came for the first time.
    pub scored: usize,
    /// The tokens that carry the mark; `None` when `p_value` is not below 1e-6.
    pub segment: Option<Range<usize>>,
    /// Whether the text is long enough that a mark would show.
    pub decidable: bool,
}

/// Looks for the mark of `key` in the whole text and in its parts.
#[must_use]
pub fn detect(key: &WatermarkKey, tokens: &[u32]) -> TextDetection {
    let text = Scored::new(key, tokens);
    let whole = text.part(0..tokens.len());
    let parts: Vec<Part> = windows(tokens.len()).map(|range| text.part(range)).collect();
    let best = parts.iter().max_by(|a, b| a.z().total_cmp(&b.z()));
    // Half of the error is allowed to the whole text, half to all its parts together.
    let whole_p = (2.0 * whole.ln_p().exp()).min(1.0);
    let best = best.map(|part| (2.0 * parts.len() as f64 * part.ln_p().exp(), &part.range));
    let (p_value, range) = match best {
        Some((p, range)) if p < whole_p => (p, range),
        _ => (whole_p, &whole.range),
    };
    TextDetection {
        p_value,
        z: whole.z(),
        scored: whole.scored,
        segment: (p_value < P_VALUE_MAX).then(|| range.clone()),
        decidable: whole.scored >= SCORED_MIN,
    }
}

/// A text with the scores of its tokens.
struct Scored {
    /// Per token after the first: its score, and where its context came before.
    tokens: Vec<(u32, Option<usize>)>,
}

impl Scored {
    fn new(key: &WatermarkKey, tokens: &[u32]) -> Self {
        let tournament = Tournament::new(key);
        let mut last = HashMap::new();
        let pairs = tokens.iter().zip(tokens.iter().skip(1)).enumerate();
        let tokens = pairs.map(|(at, (previous, token))| {
            (tournament.score(*previous, *token), last.insert(*previous, at))
        });
        Self { tokens: tokens.collect() }
    }

    /// A part by itself: a context counts when it comes for the first time in this part, so that
    /// no two coins are the same one.
    fn part(&self, range: Range<usize>) -> Part {
        let pairs = self.tokens.iter().take(range.end.saturating_sub(1)).skip(range.start);
        let fresh = pairs.filter(|(_, before)| before.is_none_or(|before| before < range.start));
        let (scored, sum) =
            fresh.fold((0, 0), |(scored, sum), token| (scored + 1, sum + u64::from(token.0)));
        Part { range, scored, sum }
    }
}

struct Part {
    range: Range<usize>,
    scored: usize,
    sum: u64,
}

impl Part {
    fn z(&self) -> f64 {
        let n = self.scored.max(1) as f64;
        (self.sum as f64 - SCORE_MEAN * self.scored as f64) / (SCORE_VARIANCE * n).sqrt()
    }

    fn ln_p(&self) -> f64 {
        ln_tail(self.scored, self.sum)
    }
}

/// Overlapping parts of a text of `length` tokens: each size starts at every quarter of itself.
fn windows(length: usize) -> impl Iterator<Item = Range<usize>> {
    let sizes = iter::successors(Some(WINDOW), |size| size.checked_mul(2));
    sizes.take_while(move |size| *size < length).flat_map(move |size| {
        let last = length - size;
        let starts = (0..last).step_by(size / 4).chain([last]);
        starts.map(move |start| start..start + size)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_cover_the_text_and_stay_inside() {
        for length in [0, 1, 50, 51, 200, 777] {
            for window in windows(length) {
                assert!(window.end <= length && window.len() >= WINDOW);
            }
        }
        assert_eq!(windows(50).count(), 0);
        let spans: Vec<_> = windows(110).collect();
        assert_eq!(spans, [0..50, 12..62, 24..74, 36..86, 48..98, 60..110, 0..100, 10..110]);
    }

    #[test]
    fn nothing_is_said_of_next_to_nothing() {
        for tokens in [&[][..], &[1], &[1, 1, 1, 1]] {
            let found = detect(&WatermarkKey::new([1; 32]), tokens);
            assert!(!found.decidable && found.segment.is_none() && found.scored < 2);
            assert!(found.p_value > 1e-3);
        }
    }

    #[test]
    fn repeated_contexts_count_once() {
        let looped: Vec<u32> = (0..10).cycle().take(1000).collect();
        assert_eq!(detect(&WatermarkKey::new([1; 32]), &looped).scored, 10);
    }
}
