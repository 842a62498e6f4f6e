//! Where English raises and lowers the pitch.

use crate::{score::Said, sentence::Ending};

/// A stressed vowel that carries an accent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Accent {
    /// The index of the vowel in the sounds.
    pub(crate) sound: usize,
    /// 0 usual; more for emphasis.
    pub(crate) strength: f32,
}

/// A phrase on the line of time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) from_ms: f32,
    pub(crate) to_ms: f32,
    /// How far the sentence has come, from 0 to 1.
    pub(crate) place: f32,
    /// How it ends; `None` inside a sentence.
    pub(crate) ending: Option<Ending>,
}

/// The points of pitch of a phrase: `(ms, semitones)`.
pub(crate) fn tune(
    sounds: &[Said],
    starts: &[f32],
    accents: &[Accent],
    span: Span,
) -> Vec<(f32, f32)> {
    let sink = -2.0 * span.place;
    let mut points = vec![(span.from_ms, 0.5 + sink)];
    let length = (span.to_ms - span.from_ms).max(1.0);
    for (index, accent) in accents.iter().enumerate() {
        let (Some(said), Some(start)) = (sounds.get(accent.sound), starts.get(accent.sound)) else {
            continue;
        };
        let nuclear = index + 1 == accents.len();
        let down = (start - span.from_ms) / length;
        let turn = if index % 2 == 0 { 0.5 } else { -0.8 };
        let height = 4.2 - 1.8 * down + turn + accent.strength * 1.5 + sink;
        let low = 0.3 - 1.8 * down + sink;
        let last = points.last().map_or(0.0, |point| point.0);
        if start - 60.0 > last {
            points.push((start - 60.0, low));
        }
        if nuclear {
            nucleus(&mut points, (*start, said.ms), height, span);
            return points;
        }
        points.push((start + said.ms * 0.55, height));
        points.push((start + said.ms + 110.0, low + 0.6));
    }
    points.push((span.to_ms, -2.0 + sink));
    points
}

/// The last accent, and what follows it to the end.
fn nucleus(points: &mut Vec<(f32, f32)>, (start, ms): (f32, f32), height: f32, span: Span) {
    let end = span.to_ms;
    let inside = (start + ms * 1.1).min(end - 20.0).max(start + ms * 0.6);
    match span.ending {
        Some(Ending::Asking) => {
            points.push((start + ms * 0.3, -1.0));
            points.push((inside, 2.5));
            points.push((end, 7.5));
        }
        None | Some(Ending::Open) => {
            points.push((start + ms * 0.45, height));
            points.push((inside.max(start + ms * 0.8), 0.2));
            points.push((end, 1.8));
        }
        Some(Ending::Statement | Ending::AskingWhat | Ending::Exclaiming) => {
            let height =
                if span.ending == Some(Ending::Exclaiming) { height + 2.0 } else { height };
            points.push((start + ms * 0.35, height - 0.3));
            points.push((inside, -2.8));
            points.push((end, -4.5));
        }
    }
}
