//! How a picture was scaled, turned and mirrored since it was marked.
//!
//! The strength of a picture's waves does not depend on where it was cropped, so the sync waves are
//! looked up for every scale and angle; the best places are then refined.

use rayon::prelude::*;
use rustfft::num_complex::Complex32;

use super::{
    TILE,
    lattice::Wave,
    spectrum::{Powers, SIDE, Spectrum},
};

/// How many places are refined and read.
pub(super) const PLACES: usize = 16;
/// Places that are kept for each angle while scanning.
const PEAKS_PER_ANGLE: usize = 3;
/// The scales of a pattern after cropping to 8 % of the area, and after padding to 170 %.
const SCALES: (f32, f32) = (0.28, 1.3);
/// One scale to the next, in the logarithm.
const SCALE_STEP: f32 = 0.005;
/// One angle to the next, in degrees; opposite waves are the same, so half a turn is enough.
const ANGLE_STEP: f32 = 0.35;

/// Where the waves of the canonical plane are in the spectrum of a picture: a linear map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place([f32; 4]);

impl Place {
    fn new(scale: f32, angle: f32, mirror: f32) -> Self {
        let (sin, cos) = angle.to_radians().sin_cos();
        Self([cos * mirror * scale, -sin * scale, sin * mirror * scale, cos * scale])
    }

    fn wave_numbers(&self, wave: &Wave) -> (f32, f32) {
        let [xx, xy, yx, yy] = self.0;
        let per_side = (SIDE / TILE) as f32;
        let (across, down) = (wave.across as f32 * per_side, wave.down as f32 * per_side);
        (xx * across + xy * down, yx * across + yy * down)
    }

    /// A wave of the pattern as the picture shows it.
    pub(super) fn read(&self, spectrum: &Spectrum, wave: &Wave) -> Complex32 {
        let (across, down) = self.wave_numbers(wave);
        spectrum.wave(across, down)
    }

    fn distance(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    /// This place after a small change: a zoom, a turn, or one of the four numbers by itself.
    fn nudged(&self, change: usize, step: f32) -> Self {
        let [xx, xy, yx, yy] = self.0;
        match change {
            0 => Self(self.0.map(|number| number * (1.0 + step))),
            1 => Self([xx - step * yx, xy - step * yy, yx + step * xx, yy + step * xy]),
            _ => {
                let mut numbers = self.0;
                numbers.iter_mut().skip(change - 2).take(1).for_each(|number| *number += step);
                Self(numbers)
            }
        }
    }
}

/// The likeliest places of the sync waves, the best first.
pub(super) fn places(spectrum: &Spectrum, sync: &[Wave]) -> Vec<Place> {
    let found = scan(&spectrum.powers(), sync);
    let mut refined: Vec<(f32, Place)> =
        found.into_par_iter().map(|place| refine(spectrum, sync, place)).collect();
    refined.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut places: Vec<Place> = Vec::new();
    for (_, place) in refined {
        if places.iter().all(|other| place.distance(other) > 0.002) {
            places.push(place);
        }
    }
    places
}

/// Looks the waves up at every scale, angle and mirror image.
fn scan(powers: &Powers, sync: &[Wave]) -> Vec<Place> {
    let (least, most) = SCALES;
    let steps = ((most / least).ln() / SCALE_STEP) as usize;
    let scales: Vec<f32> =
        (0..=steps).map(|step| least * (step as f32 * SCALE_STEP).exp()).collect();
    let angles = (180.0 / ANGLE_STEP) as usize;
    let turns = (0..2 * angles).into_par_iter().map(|turn| {
        let mirror = if turn < angles { 1.0 } else { -1.0 };
        ((turn % angles) as f32 * ANGLE_STEP, mirror)
    });
    let mut peaks: Vec<(f32, Place)> = turns
        .flat_map_iter(|(angle, mirror)| {
            let sums = along(powers, sync, &Place::new(1.0, angle, mirror), &scales);
            let places =
                strongest(&sums, PEAKS_PER_ANGLE).into_iter().zip(std::iter::repeat(&scales));
            places
                .filter_map(move |((sum, at), scales)| {
                    Some((sum, Place::new(*scales.get(at)?, angle, mirror)))
                })
                .collect::<Vec<_>>()
        })
        .collect();
    peaks.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut places: Vec<Place> = Vec::new();
    for (_, place) in peaks {
        if places.len() < PLACES && places.iter().all(|other| place.distance(other) > 0.012) {
            places.push(place);
        }
    }
    places
}

/// The sum of the waves' powers for each scale.
fn along(powers: &Powers, sync: &[Wave], place: &Place, scales: &[f32]) -> Vec<f32> {
    let mut sums = vec![0.0; scales.len()];
    for wave in sync {
        let (across, down) = place.wave_numbers(wave);
        for (sum, scale) in sums.iter_mut().zip(scales) {
            *sum += powers.near(across * scale, down * scale);
        }
    }
    sums
}

/// The greatest sums that exceed both their neighbours, with their positions.
fn strongest(sums: &[f32], most: usize) -> Vec<(f32, usize)> {
    let peaks = sums.windows(3).zip(1..).filter_map(|(window, at)| match *window {
        [before, here, after] if here >= before && here > after => Some((here, at)),
        _ => None,
    });
    let mut peaks: Vec<(f32, usize)> = peaks.collect();
    peaks.sort_by(|a, b| b.0.total_cmp(&a.0));
    peaks.truncate(most);
    peaks
}

/// Climbs to the place near this one where the sync waves are strongest.
fn refine(spectrum: &Spectrum, sync: &[Wave], mut place: Place) -> (f32, Place) {
    let strength =
        |place: &Place| sync.iter().map(|wave| place.read(spectrum, wave).norm()).sum::<f32>();
    let mut best = strength(&place);
    for (changes, step) in [(0..2, 4e-3), (0..2, 2e-3), (0..6, 1e-3), (0..6, 5e-4), (0..6, 2.5e-4)]
    {
        // Each round must gain; 20 rounds are more than the basin is wide.
        for _ in 0..20 {
            let nudges = changes.clone().flat_map(|change| [(change, step), (change, -step)]);
            let tried = nudges.map(|(change, step)| {
                let nudged = place.nudged(change, step);
                (strength(&nudged), nudged)
            });
            match tried.max_by(|a, b| a.0.total_cmp(&b.0)) {
                Some((stronger, nudged)) if stronger > best + 1e-3 => {
                    (best, place) = (stronger, nudged)
                }
                _ => break,
            }
        }
    }
    (best, place)
}
