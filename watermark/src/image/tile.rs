//! One period of the pattern, ready to be read at any point.

#![expect(clippy::indexing_slicing, reason = "every index is taken modulo the side")]

use rustfft::{FftDirection, num_complex::Complex32};
use types::MarkId;

use super::{
    TILE, fourier,
    lattice::{Lattice, Wave},
    payload,
};

/// The share of the pattern's power in its sync waves.
const SYNC_POWER: f64 = 0.25;
/// The root of the mean radius of all waves, squared: their power stays what it is.
const MEAN_RADIUS: f32 = 0.126;
/// Samples of a tile on each side: twice as many as canonical pixels, so that straight lines
/// between samples are close to the waves.
const SIDE: usize = 2 * TILE;
/// Bits of a coordinate that choose the sample; the others say how far it is to the next.
const INDEX_BITS: u32 = SIDE.ilog2();
const REST_BITS: u32 = 32 - INDEX_BITS;

/// The pattern of one id. It has no edges: coordinates wrap, 2³² of them make one period.
pub(super) struct Tile {
    /// Each sample with the one to its right, row by row.
    samples: Vec<[f32; 2]>,
}

impl Tile {
    /// The pattern with variance 1.
    pub(super) fn new(lattice: &Lattice, id: MarkId) -> Self {
        let mut spectrum = vec![Complex32::default(); SIDE * SIDE];
        let amplitude = |power: f64, waves: usize| (2.0 * power / waves as f64).sqrt() as f32;
        let sync = amplitude(SYNC_POWER, lattice.sync.len());
        let carrier = amplitude(1.0 - SYNC_POWER, lattice.payload.len());
        let word = payload::encode(id);
        let signs = word.iter().map(|bit| if *bit { -carrier } else { carrier }).cycle();
        let waves = lattice.sync.iter().zip(std::iter::repeat_n(sync, lattice.sync.len()));
        for (wave, amplitude) in waves.chain(lattice.payload.iter().zip(signs)) {
            let side = SIDE as i32;
            let (x, y) =
                (wave.across.rem_euclid(side) as usize, wave.down.rem_euclid(side) as usize);
            // The real part of the inverse transform of one of the two opposite frequencies.
            let amplitude = amplitude * emphasis(wave);
            if let Some(bin) = spectrum.get_mut(x * SIDE + y) {
                *bin = Complex32::from_polar(amplitude, wave.phase);
            }
        }
        fourier::transform(&mut spectrum, SIDE, FftDirection::Inverse);
        let next = |at: usize| (at / SIDE) * SIDE + (at + 1) % SIDE;
        let samples = (0..SIDE * SIDE).map(|at| [spectrum[at].re, spectrum[next(at)].re]);
        Self { samples: samples.collect() }
    }

    /// The pattern at a point, in 2³²ths of a period across and down.
    pub(super) fn at(&self, across: u32, down: u32) -> f32 {
        let rest = |coordinate: u32| {
            const UNIT: f32 = 1.0 / (1_u32 << REST_BITS) as f32;
            (coordinate & ((1 << REST_BITS) - 1)) as i32 as f32 * UNIT
        };
        let (x, y) = ((across >> REST_BITS) as usize, (down >> REST_BITS) as usize);
        let [a, b] = self.samples[y * SIDE + x];
        let [c, d] = self.samples[(y + 1) % SIDE * SIDE + x];
        let (upper, lower) = (a + (b - a) * rest(across), c + (d - c) * rest(across));
        upper + (lower - upper) * rest(down)
    }
}

/// Short waves are made stronger: pictures have less of their own there.
fn emphasis(wave: &Wave) -> f32 {
    let radius = f32::hypot(wave.across as f32, wave.down as f32) / TILE as f32;
    (radius / MEAN_RADIUS).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WatermarkKey;

    #[test]
    fn a_tile_has_the_waves_of_its_lattice() {
        let lattice = Lattice::new(&WatermarkKey::new([1; 32]));
        let tile = Tile::new(&lattice, MarkId::from(5));
        let power: f32 = tile.samples.iter().map(|[sample, _]| sample * sample).sum();
        let power = power / (SIDE * SIDE) as f32;
        assert!((power - 1.0).abs() < 0.05, "{power}");
        let wave = lattice.sync[3];
        let mut sum = 0.0;
        for y in 0..100 {
            for x in 0..100 {
                let turns = (wave.across * x + wave.down * y) as f32 / 100.0;
                let at = |part: i32| (part as f32 / 100.0 * 2_f32.powi(32)) as u32;
                sum += tile.at(at(x), at(y)) * (std::f32::consts::TAU * turns + wave.phase).cos();
            }
        }
        let expected = (2.0 * SYNC_POWER as f32 / 22.0).sqrt() / 2.0 * emphasis(&wave);
        let found = sum / 10_000.0;
        assert!((found - expected).abs() < 0.05 * expected, "{found} is not {expected}");
    }
}
