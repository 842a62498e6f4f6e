//! Notices texts that say the same over and over, which these models do where nobody speaks.

use crate::{Warning, recogniser::Segment};

/// How often the same may be said in a row; people do count and applaud.
const TIMES_MAX: usize = 4;
/// The longest repeated piece inside of a segment, in tokens.
const PIECE_MAX: usize = 12;
/// How often a piece inside of a segment may be repeated.
const PIECES_MAX: usize = 10;

/// Looks at segments in their order.
#[derive(Debug, Default)]
pub(crate) struct Guard {
    last: String,
    times: usize,
    left_out: Vec<(f64, f64)>,
}

impl Guard {
    /// Whether a segment says something new; `doubt` is whether anything is left out at all.
    pub(crate) fn fits(&mut self, segment: &Segment, doubt: bool) -> bool {
        let text = segment.text.trim();
        if text == self.last {
            self.times += 1;
        } else {
            text.clone_into(&mut self.last);
            self.times = 1;
        }
        if doubt && (self.times > TIMES_MAX || turns_in_circles(&segment.tokens)) {
            match self.left_out.last_mut() {
                Some(last) if segment.start - last.1 < 1.0 => last.1 = segment.end,
                _ => self.left_out.push((segment.start, segment.end)),
            }
            return false;
        }
        true
    }

    /// What was left out, as sentences.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let say = |(from, to): &(f64, f64)| {
            Warning::Limit(format!(
                "from {from:.1} to {to:.1} seconds the model repeated itself; that was left out"
            ))
        };
        self.left_out.iter().map(say).collect()
    }
}

/// Whether the end of a segment repeats a short piece many times.
fn turns_in_circles(tokens: &[u32]) -> bool {
    // The last token may be a time.
    let tokens = tokens.get(..tokens.len().saturating_sub(1)).unwrap_or_default();
    (1..=PIECE_MAX).any(|piece| {
        let equal = tokens.iter().rev().zip(tokens.iter().rev().skip(piece));
        equal.take_while(|(a, b)| a == b).count() >= piece * PIECES_MAX
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(start: f64, text: &str, tokens: Vec<u32>) -> Segment {
        Segment {
            start,
            end: start + 1.0,
            text: text.to_owned(),
            tokens,
            temperature: 0.0,
            avg_logprob: 0.0,
            no_speech_prob: 0.0,
            compression_ratio: 1.0,
            words: Vec::new(),
        }
    }

    #[test]
    fn the_same_again_and_again_is_left_out_and_told() {
        let mut guard = Guard::default();
        let mut kept = 0;
        for index in 0..10 {
            kept += usize::from(guard.fits(&segment(f64::from(index), " Thanks.", vec![1]), true));
        }
        assert_eq!(kept, TIMES_MAX);
        assert!(guard.fits(&segment(10.0, " And now the news.", vec![2]), true));
        let warnings = guard.warnings();
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].to_string().contains("from 4.0 to 10.0"), "{}", warnings[0]);
    }

    #[test]
    fn a_loop_within_a_segment_is_noticed_and_a_count_is_not() {
        let mut guard = Guard::default();
        let circle: Vec<u32> = [7, 8, 9].repeat(12);
        assert!(!guard.fits(&segment(0.0, "a", circle.clone()), true));
        assert!(guard.fits(&segment(1.0, "b", circle), false));
        assert!(guard.fits(&segment(2.0, "c", (0..60).collect()), true));
    }
}
