//! What a mouth looks like at a moment: forms blend into each other, as those of people do.

use super::{Mouth, MouthShape};

/// Seconds to each side over which forms blend.
const REACH: f64 = 0.045;
/// Moments that are looked at on each side.
const STEPS: i32 = 4;

/// A mouth in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Lips {
    /// How far it is open, from 0 to 1.
    pub(super) open: f32,
    /// How wide it is; 1 at rest.
    pub(super) wide: f32,
    /// How far lips are pushed forwards, from 0 to 1.
    pub(super) round: f32,
    /// How much of the teeth is seen, from 0 to 1.
    pub(super) teeth: f32,
    /// How much of the tongue is seen, from 0 to 1.
    pub(super) tongue: f32,
    /// How far the lower lip is drawn in, from 0 to 1.
    pub(super) tucked: f32,
}

impl Lips {
    const fn of(mouth: Mouth) -> Self {
        let [open, wide, round, teeth, tongue, tucked] = match mouth {
            Mouth::Closed => [0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
            Mouth::Slight => [0.28, 0.98, 0.0, 0.5, 0.2, 0.0],
            Mouth::Open => [0.92, 1.0, 0.0, 0.6, 0.5, 0.0],
            Mouth::Wide => [0.42, 1.2, 0.0, 1.0, 0.2, 0.0],
            Mouth::Round => [0.62, 0.66, 0.9, 0.1, 0.3, 0.0],
            Mouth::Pursed => [0.24, 0.52, 1.0, 0.0, 0.0, 0.0],
            Mouth::Teeth => [0.20, 1.06, 0.1, 1.0, 0.0, 0.0],
            Mouth::Lip => [0.15, 0.98, 0.0, 1.0, 0.0, 1.0],
            Mouth::Tongue => [0.36, 1.0, 0.0, 0.7, 1.0, 0.0],
        };
        Self { open, wide, round, teeth, tongue, tucked }
    }

    fn add(&mut self, other: Self, weight: f32) {
        self.open += other.open * weight;
        self.wide += other.wide * weight;
        self.round += other.round * weight;
        self.teeth += other.teeth * weight;
        self.tongue += other.tongue * weight;
        self.tucked += other.tucked * weight;
    }

    /// The mouth at a moment of a track that is sorted by time.
    pub(super) fn at(track: &[MouthShape], at: f64) -> Self {
        let (mut sum, mut lips, mut closed) = (0.0, Self::default(), 0.0);
        for step in -STEPS..=STEPS {
            let share = f64::from(step) / f64::from(STEPS + 1);
            let weight = (1.0 - share.abs()) as f32;
            let mouth = form(track, at + share * REACH);
            lips.add(Self::of(mouth), weight);
            closed += if mouth == Mouth::Closed { weight } else { 0.0 };
            sum += weight;
        }
        let mut mean = Self::default();
        mean.add(lips, 1.0 / sum);
        // Lips that meet must be seen to meet, also between two open vowels.
        mean.open *= 1.0 - smooth_step(closed / sum);
        mean
    }
}

fn smooth_step(share: f32) -> f32 {
    crate::easing::smooth((share - 0.25) / 0.35)
}

/// The form at a moment.
fn form(track: &[MouthShape], at: f64) -> Mouth {
    let after = track.partition_point(|shape| shape.start <= at);
    let last = after.checked_sub(1).and_then(|last| track.get(last));
    last.filter(|shape| at < shape.end).map_or(Mouth::Closed, |shape| shape.mouth)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track() -> Vec<MouthShape> {
        let shape = |start, end, mouth| MouthShape { start, end, mouth };
        vec![
            shape(1.0, 1.2, Mouth::Open),
            shape(1.2, 1.27, Mouth::Closed),
            shape(1.27, 1.5, Mouth::Open),
        ]
    }

    #[test]
    fn lips_follow_their_track() {
        assert_eq!(Lips::at(&track(), 0.5).open, 0.0);
        assert!(Lips::at(&track(), 1.1).open > 0.85);
        assert!(Lips::at(&track(), 1.235).open < 0.05, "lips meet for m, b and p");
        assert_eq!(Lips::at(&track(), 2.0).open, 0.0);
    }

    #[test]
    fn lips_open_within_40_ms_of_the_sound() {
        let half = Lips::at(&track(), 1.1).open / 2.0;
        let crossing = (0..400)
            .map(|step| 0.9 + f64::from(step) * 0.001)
            .find(|at| Lips::at(&track(), *at).open > half);
        assert!(crossing.is_some_and(|at| (at - 1.0).abs() <= 0.02), "{crossing:?}");
    }
}
