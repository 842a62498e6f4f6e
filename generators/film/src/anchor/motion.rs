//! How a presenter moves: blinks, nods, glances and gestures that follow what is said.

use std::f32::consts::TAU;

use super::{Mouth, MouthShape, lips::Lips};
use crate::easing::{chance, smooth};

/// A pause between words that ends a sentence, in seconds.
const PAUSE: f64 = 0.22;
/// How long a lid takes to close and open, in seconds.
const BLINK: f64 = 0.20;
/// Lips are drawn for this moment of a frame: they lead the sound by it at its start.
const LEAD: f64 = 0.02;

/// All movements of one presenter.
#[derive(Debug)]
pub(crate) struct Moves {
    track: Vec<MouthShape>,
    blinks: Vec<f64>,
    sentences: Vec<(f64, f64)>,
    seed: u64,
}

/// How a presenter stands at a moment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pose {
    /// How far the head is turned to the right and down, from -1 to 1.
    pub(super) turn: (f32, f32),
    /// How far it leans to the right, in degrees.
    pub(super) tilt: f32,
    /// How far it is moved.
    pub(super) shift: (f32, f32),
    /// How far the shoulders are lifted.
    pub(super) breath: f32,
    /// How far the lids are closed, from 0 to 1.
    pub(super) lids: f32,
    /// How far the brows are lifted, from 0 to 1.
    pub(super) brows: f32,
    /// Where the eyes look, from -1 to 1.
    pub(super) gaze: (f32, f32),
    pub(super) lips: Lips,
    /// How far each hand is lifted (the viewer's left and right), from 0 to 1.
    pub(super) hands: [f32; 2],
    /// Where lifted hands are in their beat.
    pub(super) beat: f32,
}

impl Moves {
    /// Movements for a mouth's track and a scene of `end` seconds of the film.
    pub(crate) fn of(track: &[MouthShape], seed: u64, end: f64) -> Self {
        let mut track = track.to_vec();
        track.sort_by(|a, b| a.start.total_cmp(&b.start));
        let sentences = sentences(&track);
        let (mut blinks, mut at, mut number) = (Vec::new(), 0.7, 0);
        while at < end {
            blinks.push(at);
            let lot = chance(seed ^ 0xb11c, number);
            // Mostly three to five seconds; now and then two in a row.
            at += if lot < 0.12 { 0.34 } else { f64::from(1.6 + 4.2 * lot) };
            number += 1;
        }
        Self { track, blinks, sentences, seed }
    }

    /// How the presenter stands at a moment of the film.
    pub(super) fn pose(&self, at: f64) -> Pose {
        let t = at as f32;
        let wave = |period: f32, place: u64| {
            (t * TAU / period + TAU * chance(self.seed ^ 0x5a, place)).sin()
        };
        let lips = Lips::at(&self.track, at + LEAD);
        let (speaking, since) = self.speaking(at);
        let lively = 0.45 + 0.55 * speaking;
        let start = (1.0 - smooth(since / 0.7)) * speaking;
        let nod = bump(since, 0.0, 0.55) * speaking;
        let (glance, number) = self.glance(at);
        let side = if chance(self.seed ^ 0x77, number) < 0.5 { -1.0 } else { 1.0 };
        Pose {
            turn: (
                (0.30 * wave(5.3, 1) + 0.20 * wave(2.9, 2)) * lively + 0.25 * start * side,
                0.20 * wave(3.7, 3) * lively + 0.5 * nod + 0.4 * glance,
            ),
            tilt: (1.3 * wave(6.1, 4) + 0.7 * wave(3.1, 5)) * lively + 1.4 * nod * side,
            shift: (3.0 * wave(7.3, 6) * lively, 2.2 * wave(4.3, 7) * lively + 3.0 * nod),
            breath: wave(3.9, 8),
            lids: self.lids(at).max(glance * 0.35),
            brows: (0.9 * bump(since, 0.02, 0.8) * speaking
                + 0.25 * wave(2.3, 9).max(0.0) * speaking)
                .min(1.0),
            gaze: (0.12 * wave(4.7, 10), 0.9 * glance),
            lips,
            hands: self.hands(at),
            beat: wave(1.1, 11),
        }
    }

    /// Whether something is being said, from 0 to 1, and the seconds since the sentence began.
    fn speaking(&self, at: f64) -> (f32, f32) {
        let after = self.sentences.partition_point(|(start, _)| *start <= at);
        let last = after.checked_sub(1).and_then(|last| self.sentences.get(last));
        let Some((start, end)) = last else { return (0.0, 9.0) };
        let left = 1.0 - smooth(((at - end) / 0.4) as f32);
        (smooth(((at - start) / 0.15) as f32) * left, (at - start) as f32)
    }

    fn lids(&self, at: f64) -> f32 {
        let after = self.blinks.partition_point(|start| *start <= at);
        let last = after.checked_sub(1).and_then(|last| self.blinks.get(last));
        last.map_or(0.0, |start| {
            let share = ((at - start) / BLINK) as f32;
            // Lids close faster than they open.
            let share = if share < 0.35 { share / 0.35 } else { 1.0 - (share - 0.35) / 0.65 };
            smooth(share)
        })
    }

    /// How far the eyes are on the papers, in long pauses only, and the number of the sentence.
    fn glance(&self, at: f64) -> (f32, u64) {
        let after = self.sentences.partition_point(|(start, _)| *start <= at);
        let end = after.checked_sub(1).and_then(|last| self.sentences.get(last)).map(|s| s.1);
        let next = self.sentences.get(after).map(|s| s.0);
        let glance = match (end, next) {
            (Some(end), Some(next)) if next - end > 0.7 => {
                let length = (next - end - 0.15) as f32;
                bump((at - end - 0.1) as f32, 0.0, length.min(1.4))
            }
            _ => 0.0,
        };
        (glance, after as u64)
    }

    /// How far each hand is lifted: at the start of two in three sentences.
    fn hands(&self, at: f64) -> [f32; 2] {
        let after = self.sentences.partition_point(|(start, _)| *start - 0.15 <= at);
        let mut hands = [0.0_f32; 2];
        // A gesture may last into the next sentence.
        for number in after.saturating_sub(2)..after {
            let Some((start, end)) = self.sentences.get(number) else { continue };
            let lot = chance(self.seed ^ 0x4a4d, number as u64);
            let long = (end - start).clamp(0.9, 2.6) as f32;
            let lift = bump((at - start + 0.15) as f32, 0.0, long);
            let lifted = match lot {
                lot if lot < 0.28 => [1.0, 0.0],
                lot if lot < 0.52 => [0.0, 1.0],
                lot if lot < 0.70 => [0.85, 0.85],
                _ => [0.0, 0.0],
            };
            for (hand, own) in hands.iter_mut().zip(lifted) {
                *hand = hand.max(own * lift);
            }
        }
        hands
    }
}

/// Up from 0 to 1 and down again between `start` and `start + length`, flat in the middle.
fn bump(at: f32, start: f32, length: f32) -> f32 {
    let rise = (length * 0.35).min(0.45);
    smooth((at - start) / rise) * (1.0 - smooth((at - start - length + rise) / rise))
}

/// From when to when something is said without a pause.
fn sentences(track: &[MouthShape]) -> Vec<(f64, f64)> {
    let mut sentences: Vec<(f64, f64)> = Vec::new();
    for shape in track.iter().filter(|shape| shape.mouth != Mouth::Closed) {
        match sentences.last_mut() {
            Some((_, end)) if shape.start - *end < PAUSE => *end = end.max(shape.end),
            _ => sentences.push((shape.start, shape.end)),
        }
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lids_close_at_intervals_of_people() {
        let moves = Moves::of(&[], 3, 60.0);
        assert!((8..40).contains(&moves.blinks.len()), "{}", moves.blinks.len());
        let closed = (0..6000).filter(|ms| moves.lids(f64::from(*ms) * 0.01) > 0.5).count();
        assert!((50..600).contains(&closed), "{closed} hundredths of a second");
        assert!(Moves::of(&[], 4, 60.0).blinks != moves.blinks);
    }

    #[test]
    fn pauses_end_sentences() {
        let shape = |start, end, mouth| MouthShape { start, end, mouth };
        let track = [
            shape(0.0, 0.2, Mouth::Open),
            shape(0.2, 0.3, Mouth::Closed),
            shape(0.3, 1.0, Mouth::Wide),
            shape(2.0, 2.5, Mouth::Round),
        ];
        assert_eq!(sentences(&track), [(0.0, 1.0), (2.0, 2.5)]);
    }
}
