//! Which waves a key uses.

use super::{ALGORITHM, TILE};
use crate::{WatermarkKey, key::Numbers};

/// Waves that carry no payload and show where the pattern lies.
pub(super) const SYNC: usize = 22;
/// The frequencies of all waves and of the sync waves, in cycles per canonical pixel. The least is
/// above what a picture is mostly made of; the greatest survives that a picture of 512 × 512 pixels
/// is compressed and halved.
const BAND: std::ops::RangeInclusive<f64> = 0.05..=0.175;
const SYNC_BAND: std::ops::RangeInclusive<f64> = 0.075..=0.155;
/// How far apart sync waves are at least, in bins of the tile's spectrum.
const SYNC_DISTANCE: f64 = 5.0;

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
        let mut bins: Vec<(i32, i32)> =
            half_plane().filter(|bin| BAND.contains(&radius(*bin))).collect();
        numbers.shuffle(&mut bins);
        let sync = constellation(&bins);
        bins.retain(|bin| !sync.contains(bin));
        let sync = sync.into_iter().map(|bin| wave(bin, &mut numbers)).collect();
        Self { sync, payload: bins.into_iter().map(|bin| wave(bin, &mut numbers)).collect() }
    }
}

/// One of each two opposite frequencies of a real picture.
fn half_plane() -> impl Iterator<Item = (i32, i32)> {
    let most = TILE as i32 / 2;
    (0..most)
        .flat_map(move |down| (-most..most).map(move |across| (across, down)))
        .filter(|(across, down)| *down > 0 || *across > 0)
}

fn radius((across, down): (i32, i32)) -> f64 {
    f64::hypot(across.into(), down.into()) / TILE as f64
}

/// The first bins that keep their distance, which shrinks until there are enough.
fn constellation(bins: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let mut distance = SYNC_DISTANCE;
    loop {
        let mut chosen: Vec<(i32, i32)> = Vec::with_capacity(SYNC);
        for bin in bins.iter().filter(|bin| SYNC_BAND.contains(&radius(**bin))) {
            let apart = |other: &(i32, i32), sign: i32| {
                f64::hypot((bin.0 + sign * other.0).into(), (bin.1 + sign * other.1).into())
                    > distance
            };
            if chosen.len() < SYNC && chosen.iter().all(|other| apart(other, 1) && apart(other, -1))
            {
                chosen.push(*bin);
            }
        }
        if chosen.len() == SYNC {
            return chosen;
        }
        distance *= 0.95;
    }
}

fn wave((across, down): (i32, i32), numbers: &mut Numbers) -> Wave {
    Wave { across, down, phase: (numbers.fraction() * std::f64::consts::TAU) as f32 }
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
            assert!((680..720).contains(&lattice.payload.len()), "{}", lattice.payload.len());
        }
        assert_ne!(lattice(1).sync, lattice(2).sync);
        assert_eq!(lattice(1).payload, lattice(1).payload);
    }

    #[test]
    fn no_wave_is_used_twice() {
        let lattice = lattice(1);
        let mut bins: Vec<_> = lattice
            .sync
            .iter()
            .chain(&lattice.payload)
            .map(|wave| (wave.across, wave.down))
            .collect();
        bins.sort_unstable();
        let waves = bins.len();
        bins.dedup();
        assert_eq!(bins.len(), waves);
        assert!(bins.iter().all(|(across, down)| !bins.contains(&(-across, -down))));
    }
}
