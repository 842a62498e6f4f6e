//! How much louder each place of time and frequency is than its neighbours expect.
//!
//! Loudness changes slowly along time and frequency. What neighbours on all sides foretell says
//! nothing about the mark and is taken off: the residual of an interpolation is what a matched
//! filter in such a background sees.

use super::{BANDS, SLOT, edges, spectrogram::Spectrogram};

/// How much of both neighbours in time, and in frequency, is taken off.
const TIME: f32 = 0.42;
const FREQUENCY: f32 = 0.42;
/// Residuals are cut here, in nepers: an onset must not outshout the mark.
const CLIP: f32 = 0.5;
/// Places that are softer than this share of the mean magnitude count as equally soft: 70 dB.
const FLOOR: f32 = 3e-4;
/// The least magnitude that counts: a third of a step of 16 bits in every sample.
const SILENCE: f32 = 2e-4;

/// The residuals of a sound, frame by frame: what begins there and lasts one cell.
pub(super) struct Contrast {
    values: Vec<f32>,
}

impl Contrast {
    /// The residuals as if the sound were tuned down by `pitch`.
    pub(super) fn new(spectrogram: &Spectrogram, pitch: f32) -> Self {
        let mut values = loudness(spectrogram, pitch);
        smooth(&mut values);
        let rows = values.len() / BANDS;
        let row = |frame: usize| values.get(frame * BANDS..(frame + 1) * BANDS);
        let mut residuals = Vec::with_capacity(values.len());
        for frame in 0..rows {
            let here = row(frame).unwrap_or_default();
            // At the ends there is one neighbour.
            let before = frame.checked_sub(SLOT).and_then(row);
            let after = row(frame + SLOT);
            let (before, after) =
                (before.or(after).unwrap_or(here), after.or(before).unwrap_or(here));
            let along: [f32; BANDS] = std::array::from_fn(|band| {
                let at = |row: &[f32]| row.get(band).copied().unwrap_or_default();
                at(here) - TIME * (at(before) + at(after))
            });
            residuals.extend((0..BANDS).map(|band| across(&along, band).clamp(-CLIP, CLIP)));
        }
        Self { values: residuals }
    }

    pub(super) fn frames(&self) -> usize {
        self.values.len() / BANDS
    }

    /// The residuals of a frame, one a band.
    pub(super) fn row(&self, frame: usize) -> &[f32] {
        self.values.get(frame * BANDS..(frame + 1) * BANDS).unwrap_or_default()
    }
}

/// What a change of one cell does to its own residual and to those around it, by distance in cells
/// of time and frequency.
pub(super) const fn response(slots: usize, bands: usize) -> f32 {
    let time = match slots {
        0 => 1.0,
        1 => -TIME,
        _ => 0.0,
    };
    let frequency = match bands {
        0 => 1.0,
        1 => -FREQUENCY,
        _ => 0.0,
    };
    time * frequency
}

/// Takes off what the bands on both sides foretell.
fn across(along: &[f32; BANDS], band: usize) -> f32 {
    let at = |band: usize| along.get(band).copied();
    let (below, above) = (band.checked_sub(1).and_then(at), at(band + 1));
    let (below, above) = (below.or(above), above.or(below));
    let expected = below.unwrap_or_default() + above.unwrap_or_default();
    at(band).unwrap_or_default() - FREQUENCY * expected
}

/// The logarithm of every band's magnitude, frame by frame.
fn loudness(spectrogram: &Spectrogram, pitch: f32) -> Vec<f32> {
    let edges = edges().map(|edge| edge * pitch);
    let mut values: Vec<f32> =
        (0..spectrogram.frames()).flat_map(|frame| spectrogram.bands(frame, &edges)).collect();
    let mean = values.iter().sum::<f32>() / values.len().max(1) as f32;
    let floor = mean * FLOOR + SILENCE;
    values.iter_mut().for_each(|value| *value = (*value + floor).ln());
    values
}

/// Replaces each frame by the mean of the cell that begins there; the last cells are cut short.
fn smooth(values: &mut [f32]) {
    let length = values.len();
    for at in 0..length {
        let cell = values.iter().skip(at).step_by(BANDS).take(SLOT);
        let (sum, count) = cell.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        if let Some(value) = values.get_mut(at) {
            *value = sum / count;
        }
    }
}
