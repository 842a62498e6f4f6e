//! How values go from 0 to 1 over time, and what a layer's motions make of it.

use crate::layer::{Motion, Span};

/// Seconds that coming and going take.
const ENTER_SECONDS: f64 = 0.6;
const LEAVE_SECONDS: f64 = 0.4;

/// From 0 to 1 with a soft start and end.
pub(crate) fn smooth(share: f32) -> f32 {
    let t = share.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// From 0 to 1, fast at first.
pub(crate) fn out(share: f32) -> f32 {
    1.0 - (1.0 - share.clamp(0.0, 1.0)).powi(3)
}

/// The share of `seconds` that has passed since `start`, from 0 to 1.
pub(crate) fn passed(at: f64, start: f64, seconds: f64) -> f32 {
    ((at - start) / seconds.max(1e-9)).clamp(0.0, 1.0) as f32
}

/// A number from 0 to 1 that looks like chance, the same for the same seed and place.
pub(crate) fn chance(seed: u64, place: u64) -> f32 {
    let mut z =
        seed ^ place.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x2545_f491_4f6c_dd1d);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 40) as f32 / (1_u64 << 24) as f32
}

/// How a layer stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Presence {
    /// Seconds since it came.
    pub(crate) age: f64,
    /// How much it covers.
    pub(crate) alpha: f32,
    /// How far it is away from its place, in pixels of 720 lines.
    pub(crate) offset: (f32, f32),
    /// How much of it is uncovered from the left.
    pub(crate) uncovered: f32,
    /// Whether it neither comes nor goes.
    pub(crate) is_settled: bool,
}

impl Span {
    /// When the layer is gone, in a scene of this length.
    pub(crate) fn gone(&self, scene: f64) -> f64 {
        self.end.unwrap_or(scene).min(scene)
    }

    /// How it stands `at` seconds of its scene; `None` when it is not there.
    pub(crate) fn presence(&self, at: f64, scene: f64, own: Motion) -> Option<Presence> {
        let end = self.gone(scene);
        // The last frame of a scene shows what is there until its end.
        if at < self.start || (at >= end && end < scene) {
            return None;
        }
        let is_still = Presence {
            age: at - self.start,
            alpha: 1.0,
            offset: (0.0, 0.0),
            uncovered: 1.0,
            is_settled: true,
        };
        // A short stay leaves half of its time to each motion.
        let half = (end - self.start) / 2.0;
        let entering = self.enter.unwrap_or(own);
        let come = passed(at, self.start, ENTER_SECONDS.min(half));
        let leaving = self.leave.unwrap_or(Motion::None);
        let left = 1.0 - passed(at, end - LEAVE_SECONDS.min(half), LEAVE_SECONDS.min(half));
        Some(if come < 1.0 && entering != Motion::None {
            is_still.moving(entering, out(come))
        } else if left < 1.0 && leaving != Motion::None {
            is_still.moving(leaving, smooth(left))
        } else {
            is_still
        })
    }
}

impl Presence {
    /// `share` of 1 is in place, of 0 is gone.
    fn moving(self, motion: Motion, share: f32) -> Self {
        let moving = Self { is_settled: false, ..self };
        match motion {
            Motion::None => self,
            Motion::Fade => Self { alpha: share, ..moving },
            Motion::Slide => Self { alpha: share, offset: (-90.0 * (1.0 - share), 0.0), ..moving },
            Motion::Rise => Self { alpha: share, offset: (0.0, 48.0 * (1.0 - share)), ..moving },
            Motion::Wipe => Self { uncovered: share, ..moving },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_come_stay_and_go() {
        let span = Span { start: 1.0, end: Some(4.0), enter: None, leave: Some(Motion::Fade) };
        let alpha = |at| span.presence(at, 5.0, Motion::Fade).map(|p| p.alpha);
        assert_eq!(alpha(0.9), None);
        assert_eq!(alpha(1.0), Some(0.0));
        assert_eq!(alpha(2.5), Some(1.0));
        assert!(alpha(3.9).is_some_and(|alpha| alpha < 0.5));
        assert_eq!(alpha(4.0), None);
        let open = Span::default();
        assert!(open.presence(5.0, 5.0, Motion::Rise).is_some_and(|p| p.is_settled));
    }

    #[test]
    fn chance_is_spread_evenly() {
        let mean = (0..1000).map(|place| chance(7, place)).sum::<f32>() / 1000.0;
        assert!((mean - 0.5).abs() < 0.05, "{mean}");
    }
}
