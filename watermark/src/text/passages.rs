//! Where in a text the mark is: overlapping windows of several sizes, all of them paid for.

use std::{iter, ops::Range};

use super::{
    detection::{LN_P_VALUE_MAX, LN_WHOLE, Passage},
    scored::{Part, Scored},
};

/// The shortest part that is searched, in tokens; the others are 2, 4, 8, … times as long.
const WINDOW: usize = 50;
/// The most passages that are told apart.
const PASSAGES_MAX: usize = 100;
/// By how much the evidence may fall behind before a passage has ended: 8 nats, in sixteenths.
const BEHIND_MAX: i64 = 128;

/// The logarithm of the p-value of the best window, all windows counted, if the text is long
/// enough to have windows.
pub(super) fn ln_p_value(text: &Scored) -> Option<f64> {
    let parts = parts(text);
    let best = parts.iter().min_by(|a, b| a.ln_p_bound().total_cmp(&b.ln_p_bound()));
    best.map(|best| best.ln_p() + ln_looks(parts.len()))
}

/// The passages whose windows are below the bound, in the order of the text. `ln_keys` is the
/// logarithm of how many keys are searched.
pub(super) fn locate(text: &Scored, ln_keys: f64) -> Vec<Passage> {
    let mut parts = parts(text);
    let ln_looks = ln_looks(parts.len()) + ln_keys;
    parts.sort_by(|a, b| a.ln_p_bound().total_cmp(&b.ln_p_bound()));
    let mut passages: Vec<Passage> = Vec::new();
    for part in &parts {
        let overlaps = |passage: &Passage| overlap(&passage.tokens, &part.range);
        if passages.len() == PASSAGES_MAX || passages.iter().any(overlaps) {
            continue;
        }
        let ln_p = part.ln_p() + ln_looks;
        // The bound and the chance put windows into almost the same order.
        if ln_p >= LN_P_VALUE_MAX {
            break;
        }
        let tokens = likeliest_bounds(text, &part.range, &passages);
        passages.push(Passage { tokens, p_value: ln_p.exp() });
    }
    passages.sort_by_key(|passage| passage.tokens.start);
    passages
}

fn parts(text: &Scored) -> Vec<Part> {
    windows(text.tokens()).map(|range| text.part(range)).collect()
}

/// What is paid for `windows`, of the half of the error that the whole text leaves.
fn ln_looks(windows: usize) -> f64 {
    LN_WHOLE + f64::ln(windows.max(1) as f64)
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// The bounds that have the most evidence between them, both looked for from the middle of
/// `window` outwards, and never inside another passage.
fn likeliest_bounds(text: &Scored, window: &Range<usize>, others: &[Passage]) -> Range<usize> {
    let middle = usize::midpoint(window.start, window.end);
    let before = others.iter().map(|other| other.tokens.end).filter(|end| *end <= window.start);
    let after = others.iter().map(|other| other.tokens.start).filter(|from| *from >= window.end);
    let first = before.max().unwrap_or(0);
    let last = after.min().unwrap_or(text.tokens());
    // Pair `i` is the token `i + 1` after the token `i`.
    let right = reach(text.evidence().take(last.saturating_sub(1)).skip(middle));
    let left = text.evidence().take(middle).skip(first);
    middle - reach(left.rev()).min(middle)..(middle + right + 1).min(last)
}

/// After how many of `evidence` their sum is greatest, as far as it never falls far behind.
fn reach(evidence: impl Iterator<Item = i32>) -> usize {
    let (mut sum, mut best, mut reached) = (0_i64, 0_i64, 0);
    for (at, evidence) in evidence.enumerate() {
        sum += i64::from(evidence);
        if sum > best {
            (best, reached) = (sum, at + 1);
        } else if best - sum > BEHIND_MAX {
            break;
        }
    }
    reached
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
    fn a_reach_ends_where_the_sum_is_greatest() {
        let cases: [(&[i32], usize); 5] = [
            (&[], 0),
            (&[-1, -1], 0),
            (&[5, -1, 3, -9], 3),
            (&[5, -100, 200], 3),
            (&[5, -100, -100, 900], 1),
        ];
        for (evidence, expected) in cases {
            assert_eq!(reach(evidence.iter().copied()), expected, "{evidence:?}");
        }
    }
}
