//! How much louder each place of time and frequency is than its neighbours expect.
//!
//! Loudness changes slowly along time and frequency. What neighbours on all sides foretell says
//! nothing about the mark and is taken off: the residual of an interpolation is what a matched
//! filter in such a background sees.

use super::{BANDS, SLOT, edges, spectrogram::Spectrogram};

/// How much of the neighbours on both sides is taken off, by distance in cells: along time and
/// along frequency. Both are means of what is best for music and for speech.
const TIME: [f32; 2] = [0.54, -0.056];
const FREQUENCY: [f32; 3] = [0.25, 0.13, 0.1];
/// Residuals are cut here, in units of their spread: an onset must not outshout the mark.
const CLIP: f32 = 2.0;
/// Half the time over which a spread is taken, in frames: 0.4 s.
const AROUND: usize = 50;
/// The least spread, in nepers: what is steadier counts as this steady.
const SPREAD_MIN: f32 = 0.1;
/// Places that are softer than this share of the mean magnitude count as equally soft: 70 dB.
const FLOOR: f32 = 3e-4;
/// The least magnitude that counts: a thirtieth of a step of 16 bits.
const SILENCE: f32 = 2e-5;

/// The residuals of a sound, frame by frame: what begins there and lasts one cell.
pub(super) struct Contrast {
    values: Vec<f32>,
    spread: Vec<f32>,
}

impl Contrast {
    /// The residuals as if the sound were tuned down by `pitch`.
    pub(super) fn new(spectrogram: &Spectrogram, pitch: f32) -> Self {
        let mut cells = loudness(spectrogram, pitch);
        smooth(&mut cells);
        let rows = cells.as_chunks::<BANDS>().0;
        let mut values = Vec::with_capacity(cells.len());
        for (frame, row) in rows.iter().enumerate() {
            let mut along = *row;
            for (distance, share) in (1..).map(|cells| cells * SLOT).zip(TIME) {
                let (before, after) = neighbours(rows, frame, distance, row);
                let both = along.iter_mut().zip(before.iter().zip(after));
                both.for_each(|(value, (before, after))| *value -= share * (before + after));
            }
            values.extend(along.iter().enumerate().map(|(band, here)| {
                let expected = (1..).zip(FREQUENCY).map(|(distance, share)| {
                    let (below, above) = neighbours(&along, band, distance, here);
                    share * (below + above)
                });
                here - expected.sum::<f32>()
            }));
        }
        let spread = spread(&values);
        values.iter_mut().zip(&spread).for_each(|(value, spread)| {
            *value = (*value / spread).clamp(-CLIP, CLIP);
        });
        Self { values, spread }
    }

    pub(super) fn frames(&self) -> usize {
        self.values.len() / BANDS
    }

    /// How far residuals spread around each band of a frame, in nepers.
    pub(super) fn spread(&self, frame: usize) -> &[f32] {
        self.spread.get(frame * BANDS..(frame + 1) * BANDS).unwrap_or_default()
    }

    /// The residuals of a frame, one a band, in units of their spread.
    pub(super) fn row(&self, frame: usize) -> &[f32] {
        self.values.get(frame * BANDS..(frame + 1) * BANDS).unwrap_or_default()
    }
}

/// The root mean square of the residuals of each band around each frame.
fn spread(values: &[f32]) -> Vec<f32> {
    let rows = values.as_chunks::<BANDS>().0;
    let mut sums = [0.0_f64; BANDS];
    let change = |sums: &mut [f64; BANDS], row: Option<&[f32; BANDS]>, sign: f64| {
        let squares = row.into_iter().flatten().map(|value| f64::from(*value).powi(2));
        sums.iter_mut().zip(squares).for_each(|(sum, square)| *sum += sign * square);
    };
    rows.iter().take(AROUND).for_each(|row| change(&mut sums, Some(row), 1.0));
    let mut spread = Vec::with_capacity(values.len());
    for frame in 0..rows.len() {
        change(&mut sums, rows.get(frame + AROUND), 1.0);
        let gone = frame.checked_sub(AROUND + 1).and_then(|at| rows.get(at));
        change(&mut sums, gone, -1.0);
        let count = (frame + AROUND + 1).min(rows.len()) - frame.saturating_sub(AROUND);
        let mean = sums.map(|sum| (sum.max(0.0) / count as f64).sqrt() as f32);
        spread.extend(mean.map(|spread| spread.max(SPREAD_MIN)));
    }
    spread
}

/// What lies on both sides of a place; at the ends the one side counts twice.
fn neighbours<'a, T>(row: &'a [T], at: usize, distance: usize, here: &'a T) -> (&'a T, &'a T) {
    let before = at.checked_sub(distance).and_then(|at| row.get(at));
    let after = row.get(at + distance);
    (before.or(after).unwrap_or(here), after.or(before).unwrap_or(here))
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
