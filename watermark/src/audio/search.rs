//! Where the pattern starts in a sound, and how the sound was stretched and tuned since.

use rayon::prelude::*;

use super::{
    BANDS, PERIOD, SLOT,
    contrast::Contrast,
    pattern::{Cell, Pattern},
};

/// A sound may be played this much faster or slower, higher or lower.
const REACH: f32 = 0.06;
/// From one pitch to the next that is tried; the bands are four times as wide.
const PITCH_STEP: f32 = 0.015;
/// Pitches that are tried.
const PITCHES: usize = 9;
/// How far the ends of a sound may run away from the pattern between two tempos that are tried,
/// in frames.
const DRIFT: f32 = 3.0;
/// Offsets that are kept for each pitch and tempo.
const KEPT: usize = 2;

/// How a sound lies on the pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// Frequencies in the sound per frequency of the pattern.
    pub(super) pitch: f32,
    /// Frames of the pattern per frame of the sound.
    pub(super) tempo: f32,
    /// The phase at which the pattern starts, in frames of the pattern.
    pub(super) offset: usize,
    /// How well the sync cells agree, in standard deviations of chance.
    pub(super) score: f32,
}

/// The pitches that are tried, from low to high.
pub(super) fn pitches() -> [f32; PITCHES] {
    std::array::from_fn(|step| 1.0 + (step as f32 - (PITCHES / 2) as f32) * PITCH_STEP)
}

/// How many tempos are tried for so many frames.
pub(super) fn tempos(frames: usize) -> usize {
    2 * (REACH * frames as f32 / (2.0 * DRIFT)).ceil() as usize + 1
}

/// A sound laid over itself, period on period.
pub(super) struct Folded {
    /// Two periods of every band, the second like the first: no offset has to wrap around.
    bands: Vec<[f32; 2 * PERIOD]>,
    /// The root of the mean square.
    level: f32,
}

impl Folded {
    /// Lays `frames` of a sound on the pattern at this tempo; frame 0 has phase 0.
    pub(super) fn new(contrast: &Contrast, frames: std::ops::Range<usize>, tempo: f32) -> Self {
        let mut rows = vec![[0.0_f32; BANDS]; PERIOD];
        for frame in frames {
            let phase = (frame as f64 * f64::from(tempo)).round() as usize % PERIOD;
            if let Some(sums) = rows.get_mut(phase) {
                sums.iter_mut().zip(contrast.row(frame)).for_each(|(sum, value)| *sum += value);
            }
        }
        let power: f32 = rows.iter().flatten().map(|value| value * value).sum();
        let mut bands = vec![[0.0; 2 * PERIOD]; BANDS];
        for (band, sums) in bands.iter_mut().enumerate() {
            let twice = rows.iter().chain(&rows);
            sums.iter_mut().zip(twice).for_each(|(sum, row)| {
                *sum = row.get(band).copied().unwrap_or_default();
            });
        }
        Self { bands, level: (power / (BANDS * PERIOD) as f32).sqrt().max(f32::MIN_POSITIVE) }
    }

    /// What is heard in a cell when the pattern starts at `offset`.
    pub(super) fn cell(&self, cell: &Cell, offset: usize) -> f32 {
        let phase = cell.slot * SLOT + offset % PERIOD;
        self.bands.get(cell.band).and_then(|band| band.get(phase)).copied().unwrap_or_default()
    }

    /// How well `cells` agree at each offset, in standard deviations of chance.
    fn agreement(&self, cells: &[Cell]) -> [f32; PERIOD] {
        let mut sums = [0.0; PERIOD];
        for cell in cells {
            let heard = self.bands.get(cell.band).and_then(|band| band.get(cell.slot * SLOT..));
            let heard = heard.unwrap_or_default();
            sums.iter_mut().zip(heard).for_each(|(sum, value)| *sum += value * cell.sign);
        }
        let scale = 1.0 / (self.level * (cells.len() as f32).sqrt());
        sums.map(|sum| sum * scale)
    }

    /// How well `cells` agree at an offset: their sum over its standard deviation if their signs
    /// were fair coins.
    pub(super) fn coins(&self, cells: &[Cell], offset: usize) -> f32 {
        let heard = cells.iter().map(|cell| (cell.sign, self.cell(cell, offset)));
        let (sum, power) = heard.fold((0.0, f32::MIN_POSITIVE), |(sum, power), (sign, value)| {
            (sum + sign * value, power + value * value)
        });
        sum / power.sqrt()
    }

    /// The offsets at which the sync cells agree best, and how well.
    pub(super) fn offsets(&self, pattern: &Pattern, most: usize) -> Vec<(usize, f32)> {
        let scores = self.agreement(&pattern.sync);
        let mut order: Vec<(usize, f32)> = scores.into_iter().enumerate().collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1));
        let mut kept: Vec<(usize, f32)> = Vec::with_capacity(most);
        for (offset, score) in order {
            if kept.len() == most {
                break;
            }
            if kept.iter().all(|(other, _)| apart(*other, offset) > SLOT / 2) {
                kept.push((offset, score));
            }
        }
        kept
    }
}

/// The distance of two offsets around the period.
fn apart(a: usize, b: usize) -> usize {
    let distance = a.abs_diff(b);
    distance.min(PERIOD - distance)
}

/// The likeliest places of one pitch, over all tempos.
pub(super) fn scan(contrast: &Contrast, pitch: f32, pattern: &Pattern) -> Vec<Place> {
    let frames = contrast.frames();
    let count = tempos(frames);
    let step = 2.0 * REACH / (count - 1).max(1) as f32;
    let places = (0..count).into_par_iter().flat_map_iter(|at| {
        let tempo = 1.0 - REACH + step * at as f32;
        let folded = Folded::new(contrast, 0..frames, tempo);
        let offsets = folded.offsets(pattern, KEPT);
        offsets.into_iter().map(move |(offset, score)| Place { pitch, tempo, offset, score })
    });
    places.collect()
}

/// The best of many places, at most one of those that lie next to each other.
pub(super) fn best(mut places: Vec<Place>, frames: usize, most: usize) -> Vec<Place> {
    places.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut kept: Vec<Place> = Vec::with_capacity(most);
    for place in places {
        if kept.len() == most {
            break;
        }
        // Neighbouring tempos turn around the middle of the sound.
        let middle = |place: &Place| place.offset as f32 - place.tempo * frames as f32 / 2.0;
        let near = |other: &Place| {
            let shift = (middle(&place) - middle(other)).rem_euclid(PERIOD as f32);
            shift.min(PERIOD as f32 - shift) < SLOT as f32
                && (place.tempo - other.tempo).abs() * (frames as f32) < 4.0 * DRIFT
                && (place.pitch - other.pitch).abs() < 1.5 * PITCH_STEP
        };
        if !kept.iter().any(near) {
            kept.push(place);
        }
    }
    kept
}

/// Moves a place by fractions of the scan's steps to where the sync cells agree best.
pub(super) fn settle(contrast: &Contrast, pattern: &Pattern, mut place: Place) -> Place {
    let frames = contrast.frames();
    let coarse = 2.0 * DRIFT / frames.max(1) as f32;
    for step in [0.5 * coarse, 0.25 * coarse] {
        for tempo in [place.tempo - step, place.tempo + step] {
            let folded = Folded::new(contrast, 0..frames, tempo);
            for (offset, score) in folded.offsets(pattern, 1) {
                if score > place.score {
                    place = Place { tempo, offset, score, ..place };
                }
            }
        }
    }
    place
}
