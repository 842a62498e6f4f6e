//! How much louder or softer each cell of a sound is made.

use super::{
    BANDS, PERIOD, SLOT, SLOTS,
    contrast::Contrast,
    edges,
    pattern::{Cell, Pattern},
    spectrogram::{HERTZ, Spectrogram},
    trellis::CODED,
};

/// The ratio of a sound's power to that of its mark, in dB, for every period.
const SNR_DB: f32 = 33.5;
/// The greatest change of a cell, in nepers: 1.5 dB.
const CHANGE_MAX: f32 = 0.17;
/// Loud cells are changed less than soft ones, by this power of their magnitude: the ear hears the
/// mark of a spectral peak first, and there it costs most.
const EASE: f32 = 0.6;
/// Cells in restless surroundings are changed more than steady ones, by this power of their spread:
/// what sways hides swaying.
const SWAY: f32 = 0.5;
/// The spread that most sounds have, in nepers.
const SPREAD: f32 = 0.3;
/// The share of a change's power that overlapping frames leave.
const OVERLAP: f32 = 0.85;
/// How the mean square of a noise's magnitude compares with its squared mean.
const NOISE: f32 = 1.27;

/// One slot of cells.
type Row = [f32; BANDS];

/// The change of every cell of a sound, in nepers, slot by slot.
pub(super) fn changes(spectrogram: &Spectrogram, contrast: &Contrast, signs: &[Row]) -> Vec<Row> {
    let slots = spectrogram.frames().div_ceil(SLOT);
    let mut changes = Vec::with_capacity(slots + SLOTS);
    for period in 0..slots.div_ceil(SLOTS) {
        changes.extend(of_period(spectrogram, contrast, signs, period));
    }
    changes.truncate(slots);
    changes
}

/// The sign of every cell of a period, slot by slot, with the bits of `word` in it.
pub(super) fn signs(pattern: &Pattern, word: &[bool; CODED]) -> Vec<Row> {
    let mut signs = vec![[0.0; BANDS]; SLOTS];
    let mut put = |cell: &Cell, sign: f32| {
        let place = signs.get_mut(cell.slot).and_then(|row| row.get_mut(cell.band));
        if let Some(place) = place {
            *place = sign;
        }
    };
    pattern.sync.iter().for_each(|cell| put(cell, cell.sign));
    let payload = pattern.payload.iter().zip(word.iter().cycle());
    payload.for_each(|(cell, bit)| put(cell, if *bit { -cell.sign } else { cell.sign }));
    signs
}

/// The changes of one period, which together have the strength of a mark.
fn of_period(
    spectrogram: &Spectrogram,
    contrast: &Contrast,
    signs: &[Row],
    period: usize,
) -> Vec<Row> {
    let first = period * PERIOD;
    let last = (first + PERIOD).min(spectrogram.frames());
    let powers = powers(spectrogram, first..last);
    let spreads = (first..).step_by(SLOT).map(|frame| contrast.spread(frame));
    let shape = shape(&powers, spreads);
    let power: f32 = spectrogram.powers().get(first..last).unwrap_or_default().iter().sum();
    let target = power * 10_f32.powf(-SNR_DB / 10.0);
    let changes = |level: f32| -> Vec<Row> {
        let rows = shape.iter().zip(signs);
        rows.map(|(shape, signs)| {
            let mut row = *signs;
            let cells = row.iter_mut().zip(shape);
            cells.for_each(|(change, shape)| *change *= (shape * level).min(CHANGE_MAX));
            row
        })
        .collect()
    };
    // Cells that are cut at the greatest change leave power to the others.
    let mut level = 1.0;
    for _ in 0..4 {
        let cost = cost(&powers, &changes(level)).max(f32::MIN_POSITIVE);
        level *= (target / cost).sqrt().min(4.0);
    }
    changes(level)
}

/// The power of each cell of a period.
fn powers(spectrogram: &Spectrogram, frames: std::ops::Range<usize>) -> Vec<Row> {
    let edges = edges();
    let mut powers = vec![[0.0; BANDS]; SLOTS];
    let first = frames.start;
    for frame in frames {
        let Some(cells) = powers.get_mut((frame - first) / SLOT) else { break };
        let bands = spectrogram.bands(frame, &edges).zip(edges.array_windows());
        cells.iter_mut().zip(bands).for_each(|(cell, (mean, [lower, upper]))| {
            *cell += mean * mean * NOISE * (upper - lower) / HERTZ;
        });
    }
    powers
}

/// The strength of each cell in proportion to the others.
fn shape<'a>(powers: &[Row], spreads: impl Iterator<Item = &'a [f32]>) -> Vec<Row> {
    let edges = edges();
    let widths: Vec<f32> = edges.array_windows().map(|[lower, upper]| upper - lower).collect();
    let total: f32 = powers.iter().flatten().sum();
    let mean = total / (SLOTS as f32 * widths.iter().sum::<f32>()) + f32::MIN_POSITIVE;
    let relative = |(row, spreads): (&Row, &[f32])| {
        let mut shape = *row;
        let cells = shape.iter_mut().zip(&widths).enumerate();
        cells.for_each(|(band, (cell, width))| {
            // What is 40 dB softer than the mean is not changed more.
            let loudness = *cell / (width * mean) + 1e-4;
            let spread = spreads.get(band).copied().unwrap_or(SPREAD) / SPREAD;
            *cell = loudness.powf(-EASE / 2.0) * spread.powf(SWAY);
        });
        shape
    };
    powers.iter().zip(spreads).map(relative).collect()
}

/// The power of the mark with these changes.
fn cost(powers: &[Row], changes: &[Row]) -> f32 {
    let cells = powers.iter().flatten().zip(changes.iter().flatten());
    OVERLAP * cells.map(|(power, change)| power * change * change).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use rustfft::num_complex::Complex32;

    use super::*;
    use crate::{WatermarkKey, audio::payload};

    #[test]
    fn a_mark_has_its_strength_and_silence_has_none() {
        let mut numbers = WatermarkKey::new([5; 32]).numbers("noise");
        let noise: Vec<Complex32> = (0..16_000 * 10)
            .map(|at| {
                let loud = if at < 80_000 { 0.2 } else { 0.0 };
                Complex32::new(loud * (numbers.fraction() as f32 - 0.5), 0.0)
            })
            .collect();
        let spectrogram = Spectrogram::new(&[noise]);
        let contrast = Contrast::new(&spectrogram, 1.0);
        let pattern = Pattern::new(&WatermarkKey::new([1; 32]));
        let signs = signs(&pattern, &payload::encode(types::MarkId::from(5)));
        assert!(signs.iter().flatten().all(|sign| sign.abs() == 1.0));
        let changes = changes(&spectrogram, &contrast, &signs);
        assert_eq!(changes.len(), spectrogram.frames().div_ceil(SLOT));
        assert!(changes.iter().flatten().all(|change| change.abs() <= CHANGE_MAX));
        let powers = powers(&spectrogram, 0..PERIOD);
        let power: f32 = spectrogram.powers()[..PERIOD].iter().sum();
        let snr = 10.0 * (power / cost(&powers, &changes[..SLOTS])).log10();
        assert!((snr - SNR_DB).abs() < 0.2, "{snr}");
    }
}
