//! Reading the id of a marked picture.

use rayon::prelude::*;
use rustfft::num_complex::Complex32;
use types::MarkId;

use super::{
    TILE,
    lattice::{Lattice, Wave},
    payload,
    search::{self, OCTAVES, Place},
    shift::Shift,
    spectrum::{Powers, Spectrum},
    trellis::LIST,
};
use crate::{WatermarkError, WatermarkKey, picture};

/// How many readings of a file are decoded for each key.
const READINGS: usize = 64;
/// Smaller pictures have no room for one period of the pattern.
const SIDE_MIN: usize = 64;
/// A detection whose bound is greater is none.
const P_VALUE_MAX: f64 = 1e-6;
/// Rings of waves that are trusted alike.
const RINGS: usize = 8;

/// An id that was read from a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Detection {
    /// The id.
    pub id: MarkId,
    /// Which of the keys, counted from 0.
    pub key: usize,
    /// A bound on the probability that a file without a mark of these keys is accepted with as few
    /// bit errors; every hypothesis that is tried for one file is counted. At most 10⁻⁶.
    pub p_value: f64,
    /// How many of the pattern's waves have the wrong sign.
    pub bit_errors: u32,
    /// How many waves there are.
    pub waves: u32,
}

/// Looks for a mark of one of `keys` in a picture file.
///
/// # Errors
/// [`WatermarkError::Unreadable`], [`WatermarkError::Unsupported`] or [`WatermarkError::TooLarge`].
pub fn detect(keys: &[WatermarkKey], file: &[u8]) -> Result<Option<Detection>, WatermarkError> {
    let luma = picture::luma(&picture::decode(file)?);
    if luma.width().min(luma.height()) < SIDE_MIN {
        return Ok(None);
    }
    let spectra = Spectrum::octaves(&luma, OCTAVES);
    let powers = spectra.par_iter().map(|spectrum| {
        let fine = spectrum.powers();
        let coarse = fine.coarse();
        (fine, coarse)
    });
    let powers: Vec<(Powers, Powers)> = powers.collect();
    let hypotheses = (keys.len() * READINGS * LIST) as u32;
    Ok(keys.iter().enumerate().find_map(|(index, key)| {
        let lattice = Lattice::new(key);
        let places = search::places(&spectra, &powers, &lattice);
        let (id, wrong, waves) = read(&spectra, &lattice, &places)?;
        let p_value = payload::p_value(hypotheses, waves, wrong);
        let detection =
            Detection { id, key: index, p_value, bit_errors: wrong, waves: waves as u32 };
        (p_value <= P_VALUE_MAX).then_some(detection)
    }))
}

/// What one place, orientation and shift shows.
struct Reading {
    place: usize,
    upside_down: bool,
    shift: Shift,
}

/// Reads the payload where the sync waves agree best.
fn read(spectra: &[Spectrum], lattice: &Lattice, places: &[Place]) -> Option<(MarkId, u32, usize)> {
    let mut readings: Vec<Reading> = places
        .par_iter()
        .enumerate()
        .flat_map_iter(|(at, place)| {
            let spectrum = spectra.get(place.octave);
            [false, true].into_iter().flat_map(move |upside_down| {
                let Some(spectrum) = spectrum else { return Vec::new() };
                let values: Vec<Complex32> = lattice
                    .sync
                    .iter()
                    .map(|wave| value(spectrum, place, wave, upside_down))
                    .collect();
                let shifts = Shift::find(&lattice.sync, &values).into_iter();
                shifts.map(|shift| Reading { place: at, upside_down, shift }).collect()
            })
        })
        .collect();
    readings.sort_by(|a, b| b.shift.agreement.total_cmp(&a.shift.agreement));
    readings.truncate(READINGS);
    readings.par_iter().find_map_first(|reading| {
        let place = places.get(reading.place)?;
        let spectrum = spectra.get(place.octave)?;
        let soft = soft(spectrum, lattice, place, reading);
        let (id, wrong) = payload::decode(&soft)?;
        Some((id, wrong, soft.len()))
    })
}

/// A wave as the picture shows it, without the phase that the key gave it.
fn value(spectrum: &Spectrum, place: &Place, wave: &Wave, upside_down: bool) -> Complex32 {
    let value = place.read(spectrum, wave);
    let value = if upside_down { value.conj() } else { value };
    value * Complex32::cis(-wave.phase)
}

/// The sign of each payload wave, as far as it can be trusted.
fn soft(spectrum: &Spectrum, lattice: &Lattice, place: &Place, reading: &Reading) -> Vec<f32> {
    let mut excess = [(0.0_f32, 0.0_f32, 0.0_f32); RINGS];
    let read: Vec<(usize, f32, f32)> = lattice
        .payload
        .iter()
        .map(|wave| {
            let value = value(spectrum, place, wave, reading.upside_down);
            let (across, down) = place.wave_numbers(wave);
            let clear = 1.0 / spectrum.level(across, down);
            let radius = f32::hypot(wave.across as f32, wave.down as f32) / TILE as f32;
            let ring = (((radius - 0.05) / 0.125 * RINGS as f32) as usize).min(RINGS - 1);
            if let Some((count, power, sum)) = excess.get_mut(ring) {
                *count += 1.0;
                *power += value.norm_sqr();
                *sum += clear;
            }
            (ring, clear, reading.shift.sign(wave, value).clamp(-3.0, 3.0))
        })
        .collect();
    let trust = excess.map(|(count, power, sum)| {
        let stands_out = (power / count.max(1.0) - 0.9).max(0.05).sqrt();
        (stands_out, sum / count.max(1.0))
    });
    let weigh = |(ring, clear, sign): (usize, f32, f32)| {
        let (ring, mean) = trust.get(ring).copied().unwrap_or_default();
        sign * ring * (clear / mean.max(1e-9)).powf(0.7)
    };
    read.into_iter().map(weigh).collect()
}
