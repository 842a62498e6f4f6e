//! Adding the pattern to a sound.

use rayon::prelude::*;
use rustfft::num_complex::Complex32;
use types::MarkId;

use super::{
    BANDS, HOP, RATE, SLOT, Sound, WINDOW,
    contrast::Contrast,
    edges, milliseconds,
    pattern::Pattern,
    payload,
    spectrogram::{Frames, Spectrogram},
    strength,
};
use crate::{WatermarkError, WatermarkKey, sound::resampled};

/// The shortest sound that carries a mark: one period, and what the ends lose of it.
pub const LENGTH_MS_MIN: u64 = 5_000;

/// The power of a frame from which it counts as sound: noise of 1 / 2 of a step of 16 bits has less.
const AUDIBLE: f32 = 2e-5;

/// Marks a sound with `id`, all channels alike. Silent parts stay silent and carry nothing.
///
/// # Errors
/// [`WatermarkError::TooShort`] under five seconds of sound, [`WatermarkError::Unsupported`] for a rate that
/// cannot be converted.
pub fn mark(key: &WatermarkKey, sound: &mut Sound, id: MarkId) -> Result<(), WatermarkError> {
    long_enough(sound.length_ms())?;
    let pairs = pairs(sound.channels(), sound.rate())?;
    let pattern = Pattern::new(key);
    let spectrogram = Spectrogram::new(&pairs);
    let audible = spectrogram.powers().iter().filter(|power| **power > AUDIBLE).count();
    // The last frames are as long as their windows.
    long_enough(milliseconds(audible + WINDOW / HOP))?;
    let contrast = Contrast::new(&spectrogram, 1.0);
    let signs = strength::signs(&pattern, &payload::encode(id));
    let changes = strength::changes(&spectrogram, &contrast, &signs);
    let rate = sound.rate();
    for (channels, pair) in sound.channels_mut().chunks_mut(2).zip(&pairs) {
        let added = added(pair, &changes);
        let sides: [fn(&Complex32) -> f32; 2] = [|value| value.re, |value| value.im];
        for (channel, side) in channels.iter_mut().zip(sides) {
            let side: Vec<f32> = added.iter().map(side).collect();
            let side = resampled(&side, RATE, rate)?;
            let sums = channel.iter_mut().zip(side);
            sums.for_each(|(sample, added)| *sample = (*sample + added).clamp(-1.0, 1.0));
        }
    }
    Ok(())
}

const fn long_enough(length_ms: u64) -> Result<(), WatermarkError> {
    if length_ms < LENGTH_MS_MIN {
        return Err(WatermarkError::TooShort { length_ms, min_ms: LENGTH_MS_MIN });
    }
    Ok(())
}

/// Channels at [`RATE`], two in one: the second is the imaginary part, or missing.
pub(super) fn pairs(
    channels: &[impl AsRef<[f32]> + Sync],
    rate: u32,
) -> Result<Vec<Vec<Complex32>>, WatermarkError> {
    let converted: Result<Vec<Vec<f32>>, _> =
        channels.par_iter().map(|channel| resampled(channel.as_ref(), rate, RATE)).collect();
    let join = |pair: &[Vec<f32>]| -> Vec<Complex32> {
        match pair {
            [left, right] => left.iter().zip(right).map(|(l, r)| Complex32::new(*l, *r)).collect(),
            _ => pair.iter().flatten().map(|sample| Complex32::new(*sample, 0.0)).collect(),
        }
    };
    Ok(converted?.chunks(2).map(join).collect())
}

/// What these changes add to a pair of channels.
fn added(pair: &[Complex32], changes: &[[f32; BANDS]]) -> Vec<Complex32> {
    let frames = Frames::new();
    let bands = bands_of_bins();
    let mut sum = vec![Complex32::default(); pair.len()];
    for frame in 0..Frames::count(pair.len()) {
        let Some(row) = changes.get(frame / SLOT) else { break };
        let mut spectrum = frames.spectrum(pair, frame);
        for (value, band) in spectrum.iter_mut().zip(&bands) {
            let change = band.and_then(|band| row.get(band)).copied().unwrap_or_default();
            *value *= change.exp_m1();
        }
        frames.add(spectrum, frame, &mut sum);
    }
    sum
}

/// The band in which each bin of a spectrum lies, on both sides of it.
fn bands_of_bins() -> Vec<Option<usize>> {
    let edges = edges();
    let band = |bin: usize| {
        let hertz = bin.min(WINDOW - bin) as f32 * RATE as f32 / WINDOW as f32;
        edges.iter().position(|edge| hertz < *edge)?.checked_sub(1)
    };
    (0..WINDOW).map(band).collect()
}
