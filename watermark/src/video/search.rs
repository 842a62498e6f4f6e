//! How the frames of a shot were scaled, turned, stretched and mirrored since they were marked.
//!
//! The strength of waves does not depend on where a frame was cropped, so the sync waves are
//! looked up for every scale and angle; the best places are then refined.

use rayon::prelude::*;
use rustfft::num_complex::Complex32;

use super::{
    TILE,
    lattice::Wave,
    waves::{Powers, SIDE, Waves},
};

/// How many places are refined and read.
pub(super) const PLACES: usize = 12;
/// The scales of a pattern after cropping to a fifth of the area, and after adding borders.
const SCALES: (f32, f32) = (0.45, 1.35);
/// One scale to the next, in the logarithm.
const SCALE_STEP: f32 = 0.008;
/// One angle to the next, in degrees; opposite waves are the same, so half a turn is enough.
const ANGLE_STEP: f32 = 0.5;
/// Widths of a pixel: as it was, and 16:9 shown as 4:3 and the other way round.
const STRETCHES: [f32; 3] = [1.0, 0.75, 1.0 / 0.75];
/// How far from each other places are that count as two.
const APART: f32 = 0.02;

/// Where the waves of the canonical plane are in the spectrum of a shot: a linear map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place([f32; 4]);

impl Place {
    fn new(angle: f32, mirror: f32, stretch: f32) -> Self {
        let (sin, cos) = angle.to_radians().sin_cos();
        let (wide, high) = (stretch.sqrt(), stretch.sqrt().recip());
        Self([cos * mirror * wide, -sin * wide, sin * mirror * high, cos * high])
    }

    fn scaled(self, scale: f32) -> Self {
        Self(self.0.map(|number| number * scale))
    }

    fn numbers(&self, wave: &Wave) -> (f32, f32) {
        let [xx, xy, yx, yy] = self.0;
        let per_side = (SIDE / TILE) as f32;
        let (across, down) = (wave.across as f32 * per_side, wave.down as f32 * per_side);
        (xx * across + xy * down, yx * across + yy * down)
    }

    /// A wave of the pattern as the shot shows it.
    pub(super) fn read(&self, waves: &Waves, wave: &Wave) -> Complex32 {
        let (across, down) = self.numbers(wave);
        waves.at(across, down)
    }

    fn distance(&self, other: &Self) -> f32 {
        // A half turn shows the same waves.
        let along = |sign: f32| {
            self.0.iter().zip(&other.0).map(|(a, b)| (a - sign * b).abs()).fold(0.0, f32::max)
        };
        along(1.0).min(along(-1.0))
    }

    /// This place after a small change: a zoom, a turn, or one of the four numbers by itself.
    fn nudged(self, change: usize, step: f32) -> Self {
        let [xx, xy, yx, yy] = self.0;
        match change {
            0 => self.scaled(1.0 + step),
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
pub(super) fn places(waves: &Waves, sync: &[Wave]) -> Vec<Place> {
    let found = scan(&waves.powers(), sync);
    let mut refined: Vec<(f32, Place)> =
        found.into_par_iter().map(|place| refine(waves, sync, place)).collect();
    refined.sort_by(|a, b| b.0.total_cmp(&a.0));
    distinct(&refined, 0.002)
}

/// The first places that are not the same as an earlier one.
fn distinct(places: &[(f32, Place)], apart: f32) -> Vec<Place> {
    let mut kept: Vec<Place> = Vec::with_capacity(PLACES);
    for (_, place) in places {
        if kept.iter().all(|other| place.distance(other) > apart) {
            kept.push(*place);
        }
        if kept.len() == PLACES {
            break;
        }
    }
    kept
}

/// Looks the waves up at every scale, angle, stretch and mirror image.
fn scan(powers: &Powers, sync: &[Wave]) -> Vec<Place> {
    let (least, most) = SCALES;
    let steps = ((most / least).ln() / SCALE_STEP) as usize;
    let scales: Vec<f32> =
        (0..=steps).map(|step| least * (step as f32 * SCALE_STEP).exp()).collect();
    let angles = (180.0 / ANGLE_STEP) as usize;
    let turns = (0..2 * angles * STRETCHES.len()).into_par_iter().map(|turn| {
        let mirror = if turn % 2 == 0 { 1.0 } else { -1.0 };
        let stretch = STRETCHES.get(turn / (2 * angles)).copied().unwrap_or(1.0);
        Place::new((turn / 2 % angles) as f32 * ANGLE_STEP, mirror, stretch)
    });
    let mut peaks: Vec<(f32, Place)> = turns
        .flat_map_iter(|place| {
            let mut sums = along(powers, sync, &place, &scales);
            sums.sort_by(|a, b| b.0.total_cmp(&a.0));
            sums.truncate(3);
            sums.into_iter().map(move |(sum, scale)| (sum, place.scaled(scale)))
        })
        .collect();
    peaks.sort_by(|a, b| b.0.total_cmp(&a.0));
    distinct(&peaks, APART)
}

/// The sum of the waves' powers for each scale.
fn along(powers: &Powers, sync: &[Wave], place: &Place, scales: &[f32]) -> Vec<(f32, f32)> {
    let mut sums: Vec<(f32, f32)> = scales.iter().map(|scale| (0.0, *scale)).collect();
    for wave in sync {
        let (across, down) = place.numbers(wave);
        for (sum, scale) in &mut sums {
            *sum += powers.near(across * *scale, down * *scale);
        }
    }
    sums
}

/// Climbs to the place near this one where the sync waves are strongest.
fn refine(waves: &Waves, sync: &[Wave], mut place: Place) -> (f32, Place) {
    let strength =
        |place: &Place| sync.iter().map(|wave| place.read(waves, wave).norm()).sum::<f32>();
    let mut best = strength(&place);
    for (changes, step) in [(0..2, 6e-3), (0..2, 3e-3), (0..6, 1.5e-3), (0..6, 7e-4), (0..6, 3e-4)]
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
                    (best, place) = (stronger, nudged);
                }
                _ => break,
            }
        }
    }
    (best, place)
}
