//! Where the pattern was cropped: how far it is shifted in the picture.

#![expect(clippy::indexing_slicing, reason = "bins are taken modulo the side")]

use rustfft::{FftDirection, num_complex::Complex32};

use super::{TILE, fourier, lattice::Wave};

/// How many shifts are kept for each place and orientation.
pub(super) const SHIFTS: usize = 3;
/// Shifts across and down that are looked at first: the sync waves are at least three steps long.
const SIDE: usize = 64;
/// Shifts that are closer than this, in pixels of the tile, are one.
const DISTANCE: f32 = 4.0;

/// A shift in pixels of the tile, and how much the sync waves agree about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shift {
    pub(super) agreement: f32,
    x: f32,
    y: f32,
}

impl Shift {
    /// The likeliest shifts for these values of the sync waves, whose own phases are taken off.
    pub(super) fn find(waves: &[Wave], values: &[Complex32]) -> Vec<Self> {
        let side = SIDE as i32;
        let mut plane = vec![Complex32::default(); SIDE * SIDE];
        for (wave, value) in waves.iter().zip(values) {
            let (x, y) =
                (wave.across.rem_euclid(side) as usize, wave.down.rem_euclid(side) as usize);
            plane[x * SIDE + y] = *value;
        }
        fourier::transform(&mut plane, SIDE, FftDirection::Forward);
        let mut peaks: Vec<(f32, usize)> =
            plane.iter().enumerate().map(|(at, value)| (value.re, at)).collect();
        let many = 48.min(peaks.len() - 1);
        peaks.select_nth_unstable_by(many, |a, b| b.0.total_cmp(&a.0));
        peaks.truncate(many);
        peaks.sort_by(|a, b| b.0.total_cmp(&a.0));
        let step = TILE as f32 / SIDE as f32;
        let mut shifts: Vec<Self> = Vec::with_capacity(SHIFTS);
        for (agreement, at) in peaks {
            let shift =
                Self { agreement, x: (at % SIDE) as f32 * step, y: (at / SIDE) as f32 * step };
            if shifts.len() < SHIFTS && shifts.iter().all(|other| shift.apart(other) > DISTANCE) {
                shifts.push(shift);
            }
        }
        shifts.into_iter().map(|shift| shift.settled(waves, values)).collect()
    }

    /// How much a wave, whose phase is taken off, agrees with this shift.
    pub(super) fn sign(&self, wave: &Wave, value: Complex32) -> f32 {
        let turns = (wave.across as f32 * self.x + wave.down as f32 * self.y) / TILE as f32;
        (value * Complex32::cis(-std::f32::consts::TAU * turns)).re
    }

    /// The distance of two shifts on the torus of the tile.
    fn apart(&self, other: &Self) -> f32 {
        let around = |distance: f32| distance.abs().min(TILE as f32 - distance.abs());
        around(self.x - other.x).max(around(self.y - other.y))
    }

    /// Moves by fractions of a pixel to where the sync waves agree best.
    fn settled(mut self, waves: &[Wave], values: &[Complex32]) -> Self {
        let agreement = |shift: &Self| {
            waves.iter().zip(values).map(|(wave, value)| shift.sign(wave, *value)).sum::<f32>()
        };
        self.agreement = agreement(&self);
        for step in [0.8, 0.4, 0.2, 0.1, 0.05] {
            for _ in 0..4 {
                let moved = |x: f32, y: f32| {
                    let mut shift = Self { x: self.x + x * step, y: self.y + y * step, ..self };
                    shift.agreement = agreement(&shift);
                    shift
                };
                let tried = [moved(1.0, 0.0), moved(-1.0, 0.0), moved(0.0, 1.0), moved(0.0, -1.0)];
                match tried.into_iter().max_by(|a, b| a.agreement.total_cmp(&b.agreement)) {
                    Some(better) if better.agreement > self.agreement => self = better,
                    _ => break,
                }
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{WatermarkKey, image::lattice::Lattice};

    #[test]
    fn shifts_are_found_to_a_fraction_of_a_pixel() {
        let lattice = Lattice::new(&WatermarkKey::new([1; 32]));
        for (x, y) in [(0.0, 0.0), (17.3, 99.9), (127.5, 1.25), (64.0, 31.7)] {
            let turns = |wave: &Wave| (wave.across as f32 * x + wave.down as f32 * y) / 128.0;
            let values: Vec<Complex32> = lattice
                .sync
                .iter()
                .map(|wave| Complex32::cis(std::f32::consts::TAU * turns(wave)))
                .collect();
            let found = Shift::find(&lattice.sync, &values)[0];
            let true_shift = Shift { agreement: 0.0, x, y };
            assert!(found.apart(&true_shift) < 0.1, "{found:?} is not {x}, {y}");
            assert!(found.agreement > 0.99 * lattice.sync.len() as f32);
        }
    }
}
