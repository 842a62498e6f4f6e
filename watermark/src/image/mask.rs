//! How much a place of a picture hides.

#![expect(clippy::indexing_slicing, reason = "every index is held below the length of its row")]

use super::canonical_scale;
use crate::picture::Plane;

/// The side of a cell, in canonical pixels: the strength changes no faster.
const CELL: f32 = 4.0;
/// The width of the neighbourhood whose details hide the pattern, in cells.
const REACH: f32 = 1.1;
/// The energy of details from which a place hides no more, in squares of luma. Without a limit the
/// edges of a flat picture would take the whole pattern, and beside them it cannot be read.
const ENERGY_MAX: f32 = 30.0;
const STABLE: f32 = 58.5;
/// The energy below which a place has no details: the least noise of a camera has more.
const PLAIN: f32 = 0.5;
/// The energy that smooth places count as.
const ENERGY_MIN: f32 = 2.0;

/// The strength that details of this energy hide: masking grows more slowly than contrast (Legge
/// and Foley 1980).
pub(super) fn strength(energy: f32) -> f32 {
    // To the power of 3/8 by square roots, which processors take of many numbers at once.
    let root = (energy.min(ENERGY_MAX) + ENERGY_MIN).sqrt();
    (root * root.sqrt()).sqrt()
}

/// The strengths of a picture's cells.
pub(super) struct Mask {
    cells: Plane,
    /// The share of places without any details: photographs have few, drawings many.
    pub(super) plain: f64,
    /// How much structural similarity a pattern with this mask costs for each unit of its power,
    /// with the constant that keeps SSIM stable in plain places (Wang 2004: (0.03 · 255)²).
    pub(super) loss_per_power: f64,
    /// Cells in one pixel of the picture.
    per_pixel: f32,
}

impl Mask {
    pub(super) fn new(luma: &Plane) -> Self {
        let scale = canonical_scale(luma.width(), luma.height()) as f32;
        let per_pixel = scale / CELL;
        let cells = |side: usize| (side as f32 * per_pixel).ceil() as usize;
        let size = (cells(luma.width()), cells(luma.height()));
        let mean = luma.binned(size, per_pixel, |luma| luma).blurred(REACH);
        let square = luma.binned(size, per_pixel, |luma| luma * luma).blurred(REACH);
        let energy = square.zip(&mean, |square, mean| (square - mean * mean).max(0.0));
        let energy = energy.blurred(0.7);
        let plain = energy.mean(|energy| f64::from(u8::from(energy < PLAIN)));
        let cells = energy.clone().map(strength);
        let loss = energy.zip(&cells, |energy, cell| cell * cell / (2.0 * energy + STABLE));
        let power = cells.mean(|cell| f64::from(cell * cell));
        let loss_per_power = loss.mean(f64::from) / power.max(1e-9);
        Self { cells, plain, loss_per_power, per_pixel }
    }

    /// The strengths along a row of the picture.
    pub(super) fn row(&self, y: usize, row: &mut [f32]) {
        let last = self.cells.height().saturating_sub(1) as f32;
        let down = ((y as f32 + 0.5) * self.per_pixel - 0.5).clamp(0.0, last);
        let (above, below) = (self.cells.row(down as isize), self.cells.row(down as isize + 1));
        let part = down.fract();
        let column: Vec<f32> =
            above.iter().zip(below).map(|(above, below)| above + (below - above) * part).collect();
        let last = column.len().saturating_sub(1);
        for (x, strength) in row.iter_mut().enumerate() {
            let across = ((x as f32 + 0.5) * self.per_pixel - 0.5).max(0.0);
            let at = (across as usize).min(last);
            let (left, right) = (column[at], column[(at + 1).min(last)]);
            *strength = left + (right - left) * (across - at as f32).min(1.0);
        }
    }
}
