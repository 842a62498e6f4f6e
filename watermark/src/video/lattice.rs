//! Which waves a key uses, and one period of the pattern that they make for an id.

use rustfft::{FftDirection, num_complex::Complex32};
use types::MarkId;

use super::{ALGORITHM, TILE};
use crate::{
    WatermarkKey,
    image::{fourier, payload},
    picture::Plane,
};

/// Waves that carry no payload and show where the pattern lies.
const SYNC: usize = 20;
/// The share of the pattern's power in its sync waves.
const SYNC_POWER: f64 = 0.16;
/// The frequencies of all waves and of the sync waves, in cycles per canonical pixel: at 720 lines
/// the shortest wave is 12 pixels long, which coarse quantisers keep.
const BAND: std::ops::RangeInclusive<f64> = 0.04..=0.165;
const SYNC_BAND: std::ops::RangeInclusive<f64> = 0.065..=0.14;
/// How far apart sync waves are, in bins of the tile's spectrum; a little less where a key's order
/// leaves no room.
const SYNC_DISTANCE: f64 = 4.0;

/// A wave: how often it fits into the tile across and down, and its phase at the tile's corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wave {
    pub(super) across: i32,
    pub(super) down: i32,
    pub(super) phase: f32,
}

/// The waves of one key.
#[derive(Debug)]
pub(super) struct Lattice {
    pub(super) sync: Vec<Wave>,
    /// Their phases hide their signs: whoever does not know them sees fair coins.
    pub(super) payload: Vec<Wave>,
}

impl Lattice {
    pub(super) fn new(key: &WatermarkKey) -> Self {
        let mut numbers = key.numbers(ALGORITHM);
        let most = TILE as i32 / 2;
        // One of each two opposite frequencies.
        let half = (0..most).flat_map(|down| (-most..most).map(move |across| (across, down)));
        let half = half.filter(|(across, down)| *down > 0 || *across > 0);
        let mut bins: Vec<(i32, i32)> = half.filter(|bin| BAND.contains(&radius(*bin))).collect();
        numbers.shuffle(&mut bins);
        let chosen = constellation(&bins);
        bins.retain(|bin| !chosen.contains(bin));
        let mut wave = |(across, down)| {
            let phase = (numbers.fraction() * std::f64::consts::TAU) as f32;
            Wave { across, down, phase }
        };
        let sync = chosen.into_iter().map(&mut wave).collect();
        Self { sync, payload: bins.into_iter().map(&mut wave).collect() }
    }

    /// One period of the pattern, with variance 1.
    pub(super) fn tile(&self, id: MarkId) -> Plane {
        let amplitude = |power: f64, waves: usize| (2.0 * power / waves as f64).sqrt() as f32;
        let sync = amplitude(SYNC_POWER, self.sync.len());
        let carrier = amplitude(1.0 - SYNC_POWER, self.payload.len());
        let word = payload::encode(id);
        let signs = word.iter().map(|bit| if *bit { -carrier } else { carrier }).cycle();
        let waves = self.sync.iter().zip(std::iter::repeat_n(sync, self.sync.len()));
        let mut spectrum = vec![Complex32::default(); TILE * TILE];
        for (wave, amplitude) in waves.chain(self.payload.iter().zip(signs)) {
            // The real part of the inverse transform of one of two opposite frequencies.
            if let Some(bin) = spectrum.get_mut(wave.bin()) {
                *bin = Complex32::from_polar(amplitude, wave.phase);
            }
        }
        fourier::transform(&mut spectrum, TILE, FftDirection::Inverse);
        Plane::by_rows((TILE, TILE), |y, row| {
            let source = spectrum.iter().skip(y * TILE);
            row.iter_mut().zip(source).for_each(|(sample, value)| *sample = value.re);
        })
    }
}

impl Wave {
    /// Where the wave is in a square spectrum of the tile that a transform then transposes.
    pub(super) const fn bin(&self) -> usize {
        let side = TILE as i32;
        self.across.rem_euclid(side) as usize * TILE + self.down.rem_euclid(side) as usize
    }
}

/// The first bins that keep their distance.
fn constellation(bins: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let mut apart = SYNC_DISTANCE;
    loop {
        let mut chosen: Vec<(i32, i32)> = Vec::with_capacity(SYNC);
        for bin in bins.iter().filter(|bin| SYNC_BAND.contains(&radius(**bin))) {
            let is_apart = chosen.iter().all(|other| distance(*bin, *other) > apart);
            if chosen.len() < SYNC && is_apart {
                chosen.push(*bin);
            }
        }
        // The band has some hundred bins, so this ends.
        if chosen.len() == SYNC {
            return chosen;
        }
        apart *= 0.95;
    }
}

fn radius((across, down): (i32, i32)) -> f64 {
    f64::hypot(across.into(), down.into()) / TILE as f64
}

/// How far a bin is from another one and from its opposite.
fn distance(a: (i32, i32), b: (i32, i32)) -> f64 {
    let along = |sign: i32| f64::hypot((a.0 + sign * b.0).into(), (a.1 + sign * b.1).into());
    along(1).min(along(-1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lattice(secret: u8) -> Lattice {
        Lattice::new(&WatermarkKey::new([secret; 32]))
    }

    #[test]
    fn every_key_has_its_own_full_lattice() {
        for secret in 0..50 {
            let lattice = lattice(secret);
            assert_eq!(lattice.sync.len(), SYNC);
            assert!((600..720).contains(&lattice.payload.len()), "{}", lattice.payload.len());
            let mut bins: Vec<_> =
                lattice.sync.iter().chain(&lattice.payload).map(Wave::bin).collect();
            bins.sort_unstable();
            bins.dedup();
            assert_eq!(bins.len(), SYNC + lattice.payload.len(), "no wave is used twice");
        }
        assert_ne!(lattice(1).sync, lattice(2).sync);
        assert_eq!(lattice(1).payload, lattice(1).payload);
    }

    #[test]
    fn a_tile_has_the_waves_of_its_lattice() {
        let lattice = lattice(1);
        let tile = lattice.tile(MarkId::from(5));
        let power = tile.mean(|sample| f64::from(sample).powi(2));
        assert!((power - 1.0).abs() < 1e-3, "{power}");
        let wave = lattice.sync[3];
        let mut sum = 0.0;
        for (y, row) in tile.rows().enumerate() {
            for (x, sample) in row.iter().enumerate() {
                let turns =
                    (wave.across as f32 * x as f32 + wave.down as f32 * y as f32) / TILE as f32;
                sum += sample * (std::f32::consts::TAU * turns + wave.phase).cos();
            }
        }
        let expected = (2.0 * SYNC_POWER / SYNC as f64).sqrt() / 2.0;
        let found = f64::from(sum) / (TILE * TILE) as f64;
        assert!((found - expected).abs() < 1e-3, "{found} is not {expected}");
    }
}
