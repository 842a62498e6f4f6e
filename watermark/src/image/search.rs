//! How a picture was scaled, turned, stretched and mirrored since it was marked.
//!
//! The strength of a picture's waves does not depend on where it was cropped, so the sync waves are
//! looked up for every scale and angle; the best places are then refined.

use rayon::prelude::*;
use rustfft::num_complex::Complex32;

use super::{
    lattice::{Lattice, Wave},
    spectrum::{Powers, Spectrum},
};

/// Octaves that are searched: crops to a twentieth of the area.
pub(super) const OCTAVES: u32 = 3;
/// How many places of one octave are refined: plain ones, and stretched ones.
const PLAIN: usize = 40;
const STRETCHED: usize = 24;
/// How many places are refined by all of their waves, and read.
pub(super) const PLACES: usize = 20;
/// The scales of a pattern within an octave.
const SCALES: std::ops::RangeInclusive<f32> = 0.66..=1.42;
/// How far the waves of one place in the scan are from those of the next, in wave numbers.
const STEP: f32 = 2.0;
/// The radius of a sync wave, in periods of the tile.
const RADIUS: f32 = 15.0;
/// One stretch to the next, in the logarithm of one side, and how many there are each way: one
/// side may be a fifth longer.
const STRETCH_STEP: f32 = 0.016;
const STRETCHES: i16 = 6;
/// Stretching is only looked for in pictures that keep an eighth of their area.
const STRETCHED_OCTAVES: usize = 2;
/// How much more a sync wave counts than another one: it has about six times its power.
const SYNC_WEIGHT: f32 = 4.0;

/// Where the waves of the tile are in the spectrum of a picture: a linear map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub(super) octave: usize,
    map: [f32; 4],
}

impl Place {
    pub(super) fn wave_numbers(&self, wave: &Wave) -> (f32, f32) {
        let [xx, xy, yx, yy] = self.map;
        let (across, down) = (wave.across as f32, wave.down as f32);
        (xx * across + xy * down, yx * across + yy * down)
    }

    /// A wave of the pattern as the picture shows it, without its own phase.
    pub(super) fn read(&self, spectrum: &Spectrum, wave: &Wave) -> Complex32 {
        let (across, down) = self.wave_numbers(wave);
        spectrum.wave(across, down)
    }

    /// How different the maps are, in the least of their scales.
    fn distance(&self, other: &Self) -> f32 {
        if self.octave != other.octave {
            return f32::MAX;
        }
        let distance = |sign: f32| {
            self.map.iter().zip(&other.map).map(|(a, b)| (a - sign * b).abs()).fold(0.0, f32::max)
        };
        // Opposite maps show the same waves.
        distance(1.0).min(distance(-1.0))
    }

    /// This place after a small change: a zoom, a turn, or one of the four numbers by itself.
    fn nudged(&self, change: usize, step: f32) -> Self {
        let [xx, xy, yx, yy] = self.map;
        let map = match change {
            0 => self.map.map(|number| number * (1.0 + step)),
            1 => [xx - step * yx, xy - step * yy, yx + step * xx, yy + step * xy],
            // A stretch along the picture's sides.
            2 => [xx * (1.0 + step), xy * (1.0 + step), yx * (1.0 - step), yy * (1.0 - step)],
            _ => [xx + step * yx, xy + step * yy, yx + step * xx, yy + step * xy],
        };
        Self { map, ..*self }
    }
}

/// The likeliest places of a lattice, the best first.
pub(super) fn places(
    spectra: &[Spectrum],
    powers: &[(Powers, Powers)],
    lattice: &Lattice,
) -> Vec<Place> {
    let found = powers.iter().enumerate().flat_map(|(octave, (fine, coarse))| {
        let unit = spectra.get(octave).map_or(1.0, Spectrum::per_period);
        let scan = |powers| Scan { powers, sync: &lattice.sync, octave, unit };
        let mut found = scan(fine).best(&[1.0], PLAIN);
        if octave >= STRETCHED_OCTAVES {
            return found;
        }
        let steps = (1..=STRETCHES).flat_map(|step| [step, -step]);
        let stretches: Vec<f32> =
            steps.map(|step| (f32::from(step) * STRETCH_STEP).exp()).collect();
        found.extend(scan(coarse).best(&stretches, STRETCHED));
        found
    });
    let found: Vec<Place> = found.collect();
    let sync: Vec<(Wave, f32)> = lattice.sync.iter().map(|wave| (*wave, SYNC_WEIGHT)).collect();
    let refined = refined(spectra, &sync, found, &[8e-3, 4e-3, 2e-3]);
    let mut waves = sync;
    waves.extend(lattice.payload.iter().map(|wave| (*wave, 1.0)));
    let near = unlike(refined, PLACES, 3.0);
    unlike(self::refined(spectra, &waves, near, &[1e-3, 4e-4]), PLACES, 1.0)
}

/// The places from the best on that differ by more than this, in wave numbers.
fn unlike(places: Vec<(f32, Place)>, most: usize, apart: f32) -> Vec<Place> {
    let mut kept: Vec<Place> = Vec::with_capacity(most);
    for (_, place) in places {
        if kept.len() < most && kept.iter().all(|other| place.distance(other) * RADIUS > apart) {
            kept.push(place);
        }
    }
    kept
}

/// Climbs from every place to where the waves are strongest near it; the best first.
fn refined(
    spectra: &[Spectrum],
    waves: &[(Wave, f32)],
    places: Vec<Place>,
    steps: &[f32],
) -> Vec<(f32, Place)> {
    let climb = |mut place: Place| {
        let Some(spectrum) = spectra.get(place.octave) else { return (0.0, place) };
        let strength = |place: &Place| {
            let numbers = waves.iter().map(|(wave, weight)| (place.wave_numbers(wave), weight));
            numbers.map(|((across, down), weight)| weight * spectrum.strength(across, down)).sum()
        };
        let mut best: f32 = strength(&place);
        for step in steps {
            // A small plane has wide bins.
            let step = step * (1 << place.octave) as f32;
            // Each round must gain; more rounds are wider than the basin.
            for _ in 0..4 {
                let nudges = (0..4).flat_map(|change| [(change, step), (change, -step)]);
                let before = best;
                for (change, step) in nudges {
                    let nudged = place.nudged(change, step);
                    let stronger = strength(&nudged);
                    if stronger > best {
                        (best, place) = (stronger, nudged);
                    }
                }
                if best <= before {
                    break;
                }
            }
        }
        (best, place)
    };
    let mut found: Vec<(f32, Place)> = places.into_par_iter().map(climb).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found
}

/// Looking the sync waves up everywhere in one octave.
struct Scan<'a> {
    powers: &'a Powers,
    sync: &'a [Wave],
    octave: usize,
    /// Wave numbers of the octave's spectrum for each period of the tile.
    unit: f32,
}

impl Scan<'_> {
    /// The places with the greatest sums of powers under these stretches.
    fn best(&self, stretches: &[f32], most: usize) -> Vec<Place> {
        let step = STEP / (RADIUS * self.powers.per_period);
        let rows = (SCALES.end() / step) as i32;
        let lines: Vec<(f32, f32, f32)> = stretches
            .iter()
            .flat_map(|stretch| [(*stretch, 1.0), (*stretch, -1.0)])
            .flat_map(|(stretch, mirror)| {
                (-rows..=rows).map(move |row| (stretch, mirror, row as f32 * step))
            })
            .collect();
        let lines = lines.into_par_iter().with_min_len(16);
        let mut peaks: Vec<(u16, Place)> = lines
            .flat_map_iter(|(stretch, mirror, a)| self.line(stretch, mirror, a, step))
            .collect();
        peaks.sort_by_key(|peak| std::cmp::Reverse(peak.0));
        let peaks = peaks.into_iter().map(|(sum, place)| (f32::from(sum), place)).collect();
        unlike(peaks, most, 3.0 * STEP)
    }

    /// The peaks among turns and zooms `(a, b)` with one `a`.
    fn line(&self, stretch: f32, mirror: f32, a: f32, step: f32) -> Vec<(u16, Place)> {
        let (least, most) = (*SCALES.start(), *SCALES.end());
        let from = (least * least - a * a).max(0.0).sqrt();
        let to = (most * most - a * a).max(0.0).sqrt();
        let mut sums = vec![0_u16; ((to - from) / step) as usize + 1];
        let map = |b: f32| {
            let [xx, xy, yx, yy] = [mirror * a, -b, mirror * b, a];
            let map = [xx * stretch, xy * stretch, yx / stretch, yy / stretch];
            Place { octave: self.octave, map: map.map(|number| number * self.unit) }
        };
        let shown = |place: Place| Place {
            map: place.map.map(|number| number * self.powers.per_period / self.unit),
            ..place
        };
        let (first, second) = (shown(map(from)), shown(map(from + step)));
        for wave in self.sync {
            let (start, next) = (first.wave_numbers(wave), second.wave_numbers(wave));
            self.powers.sum(start, (next.0 - start.0, next.1 - start.1), &mut sums);
        }
        let at = |index: usize| sums.get(index).copied().unwrap_or_default();
        let mut peaks: Vec<(u16, usize)> = (0..sums.len())
            .map(|index| (at(index), index))
            .filter(|(sum, index)| *sum >= at(index.wrapping_sub(1)) && *sum > at(index + 1))
            .collect();
        peaks.sort_by_key(|peak| std::cmp::Reverse(*peak));
        peaks.truncate(4);
        let place = |(sum, index): (u16, usize)| (sum, map(from + index as f32 * step));
        peaks.into_iter().map(place).collect()
    }
}
