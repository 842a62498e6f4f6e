//! Reading the id of a marked picture.

use rayon::prelude::*;
use rustfft::{FftDirection, num_complex::Complex32};
use types::MarkId;

use super::{
    TILE, fourier,
    lattice::{Lattice, Wave},
    payload,
    search::{self, PLACES, Place},
    spectrum::Spectrum,
};
use crate::{WatermarkError, WatermarkKey, picture};

/// How many shifts of the pattern are tried for each place and orientation.
const SHIFTS: usize = 3;
/// How often a checksum is compared for one file at most: the places, upright and upside down.
const HYPOTHESES: u32 = (PLACES * 2 * SHIFTS) as u32;
/// Smaller pictures have no room for one period of the pattern.
const SIDE_MIN: usize = 64;

/// An id that was read from a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Detection {
    /// The id.
    pub id: MarkId,
    /// A bound on the probability that a file without a mark of this key is accepted with as few
    /// bit errors; every hypothesis that is tried for one file is counted.
    pub p_value: f64,
    /// How many of the pattern's waves have the wrong sign.
    pub bit_errors: u32,
    /// How many waves there are.
    pub waves: u32,
}

/// Looks for the mark of `key` in a PNG, JPEG or WebP file.
///
/// # Errors
/// [`WatermarkError::Unreadable`] or [`WatermarkError::TooLarge`].
pub fn detect(keys: &[WatermarkKey], file: &[u8]) -> Result<Option<Detection>, WatermarkError> {
    for key in keys {
        if let Some(d) = detect_one(key, file)? {
            return Ok(Some(d));
        }
    }
    Ok(None)
}
fn detect_one(key: &WatermarkKey, file: &[u8]) -> Result<Option<Detection>, WatermarkError> {
    let luma = picture::luma(&picture::decode(file)?);
    if luma.width().min(luma.height()) < SIDE_MIN {
        return Ok(None);
    }
    let lattice = Lattice::new(key);
    let spectrum = Spectrum::new(&luma);
    let places = search::places(&spectrum, &lattice.sync);
    Ok(places.par_iter().find_map_first(|place| read(&spectrum, &lattice, place)))
}

/// Reads the payload at one place, upright or upside down, at the likeliest shifts.
fn read(spectrum: &Spectrum, lattice: &Lattice, place: &Place) -> Option<Detection> {
    let turned = |waves: &[Wave]| -> Vec<Complex32> {
        waves.iter().map(|wave| place.read(spectrum, wave) * Complex32::cis(-wave.phase)).collect()
    };
    let upright = (turned(&lattice.sync), turned(&lattice.payload));
    let flipped = |waves: &[Wave]| -> Vec<Complex32> {
        waves
            .iter()
            .map(|wave| place.read(spectrum, wave).conj() * Complex32::cis(-wave.phase))
            .collect()
    };
    let upside_down = (flipped(&lattice.sync), flipped(&lattice.payload));
    [upright, upside_down].iter().find_map(|(sync, payload)| {
        shifts(&lattice.sync, sync).into_iter().find_map(|shift| {
            let pairs = lattice.payload.iter().zip(payload);
            let soft: Vec<f32> =
                pairs.map(|(wave, value)| shifted(wave, *value, shift).clamp(-3.0, 3.0)).collect();
            let (id, bit_errors) = payload::decode(&soft)?;
            let p_value = payload::p_value(HYPOTHESES, soft.len(), bit_errors);
            Some(Detection { id, p_value, bit_errors, waves: soft.len() as u32 })
        })
    })
}

/// How far the pattern is moved in the picture, the likeliest first: where the sync waves agree.
fn shifts(waves: &[Wave], values: &[Complex32]) -> Vec<(f32, f32)> {
    let side = TILE as i32;
    let mut plane = vec![Complex32::default(); TILE * TILE];
    for (wave, value) in waves.iter().zip(values) {
        let (x, y) = (wave.across.rem_euclid(side) as usize, wave.down.rem_euclid(side) as usize);
        if let Some(bin) = plane.get_mut(x * TILE + y) {
            *bin = *value;
        }
    }
    fourier::transform(&mut plane, TILE, FftDirection::Forward);
    let mut order: Vec<usize> = (0..plane.len()).collect();
    order.sort_by(|a, b| {
        let agreement = |at: &usize| plane.get(*at).map_or(0.0, |value| value.re);
        agreement(b).total_cmp(&agreement(a))
    });
    let mut shifts: Vec<(f32, f32)> = Vec::with_capacity(SHIFTS);
    for at in order {
        let shift = ((at % TILE) as f32, (at / TILE) as f32);
        if shifts.iter().all(|other| apart(shift, *other) > 3.0) {
            shifts.push(shift);
        }
        if shifts.len() == SHIFTS {
            break;
        }
    }
    shifts.into_iter().map(|shift| settle(waves, values, shift)).collect()
}

/// The distance of two shifts on the torus of the tile.
fn apart(a: (f32, f32), b: (f32, f32)) -> f32 {
    let around = |distance: f32| distance.abs().min(TILE as f32 - distance.abs());
    around(a.0 - b.0).max(around(a.1 - b.1))
}

/// Moves a shift by fractions of a pixel to where the sync waves agree best.
fn settle(waves: &[Wave], values: &[Complex32], mut shift: (f32, f32)) -> (f32, f32) {
    let agreement = |shift: (f32, f32)| {
        waves.iter().zip(values).map(|(wave, value)| shifted(wave, *value, shift)).sum::<f32>()
    };
    let mut best = agreement(shift);
    for step in [0.5, 0.25, 0.1, 0.05] {
        for _ in 0..10 {
            let (x, y) = shift;
            let around = [(x + step, y), (x - step, y), (x, y + step), (x, y - step)];
            let tried = around.map(|shift| (agreement(shift), shift));
            match tried.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)) {
                Some((better, moved)) if better > best => (best, shift) = (better, moved),
                _ => break,
            }
        }
    }
    shift
}

/// How much a wave, whose phase is taken off, agrees with a shift of the pattern.
fn shifted(wave: &Wave, value: Complex32, (x, y): (f32, f32)) -> f32 {
    let turns = (wave.across as f32 * x + wave.down as f32 * y) / TILE as f32;
    (value * Complex32::cis(-std::f32::consts::TAU * turns)).re
}
