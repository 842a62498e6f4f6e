//! How the pattern lies in one picture.
//!
//! Its angle, size and shift are drawn for every file anew, so that no two pictures of a key show
//! the same waves at the same places: an average over many of them shows nothing. Reading costs
//! no more for it, because a picture may have been turned, scaled and cropped anyway.

use types::MarkId;

use super::{ALGORITHM, TILE};
use crate::WatermarkKey;

/// How much smaller or larger than its plain size a pattern may be, as a logarithm.
const SCALE_SPREAD: f64 = 0.06;

/// A map from canonical pixels to coordinates of the tile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pose {
    angle: f64,
    scale: f64,
    shift: (f64, f64),
}

impl Pose {
    /// The pose for one file and id: the same file is always marked in the same way.
    pub(super) fn new(key: &WatermarkKey, digest: [u8; 32], id: MarkId) -> Self {
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut numbers = key.numbers(&format!("{ALGORITHM} pose {hex} {id}"));
        Self {
            angle: numbers.fraction() * std::f64::consts::TAU,
            scale: ((2.0 * numbers.fraction() - 1.0) * SCALE_SPREAD).exp(),
            shift: (numbers.fraction(), numbers.fraction()),
        }
    }

    /// The tile's coordinates of a point, in periods, and what they grow by from one pixel to the
    /// next in a row. `pixel` is the side of a pixel in canonical ones.
    pub(super) fn row(&self, pixel: f64, y: f64) -> ((f64, f64), (f64, f64)) {
        let (sin, cos) = self.angle.sin_cos();
        let unit = 1.0 / (TILE as f64 * self.scale);
        let (x, y) = (0.5 * pixel, (y + 0.5) * pixel);
        let start = ((cos * x - sin * y) * unit, (sin * x + cos * y) * unit);
        let step = (cos * pixel * unit, sin * pixel * unit);
        ((start.0 + self.shift.0, start.1 + self.shift.1), step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poses_are_drawn_for_key_file_and_id() {
        let pose = |key, digest, id| {
            Pose::new(&WatermarkKey::new([key; 32]), [digest; 32], MarkId::from(id))
        };
        assert_eq!(pose(1, 1, 1), pose(1, 1, 1));
        for other in [pose(2, 1, 1), pose(1, 2, 1), pose(1, 1, 2)] {
            assert_ne!(pose(1, 1, 1), other);
        }
    }

    #[test]
    fn a_period_is_a_tile_of_canonical_pixels() {
        let pose = Pose { angle: 0.3, scale: 1.0, shift: (0.0, 0.0) };
        let (_, step) = pose.row(1.0, 0.0);
        assert!((f64::hypot(step.0, step.1) - 1.0 / 128.0).abs() < 1e-12);
    }
}
