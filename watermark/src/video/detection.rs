//! Reading the id of a marked video.

use rayon::prelude::*;
use rustfft::{FftDirection, num_complex::Complex32};
use types::MarkId;

use super::{
    SIDE_MIN, TILE,
    lattice::{Lattice, Wave},
    search::{self, PLACES, Place},
    shots::{Shot, Shots},
    waves::Waves,
};
use crate::{
    WatermarkError, WatermarkKey,
    image::{fourier, payload},
    movie::{Clip, Movie},
};

/// How many shots of a file are read at most, or several of them together.
const SHOTS: usize = 16;
/// How many places of a long file are looked at, and how many frames of each.
const STARTS: usize = 8;
const FRAMES_EACH: usize = 400;
/// How many shifts of the pattern are tried for each place and orientation.
const SHIFTS: usize = 2;
/// How often a checksum is compared for one file and key at most.
const HYPOTHESES: u32 = (SHOTS * PLACES * 2 * SHIFTS) as u32;
/// Rings of waves of similar length, as far as the shortest, in cycles per pixel.
const RINGS: usize = 10;
const RADIUS_MAX: f32 = 0.165;
/// What a detection is worth at least: a greater bound is no detection.
const P_VALUE_MAX: f64 = 1e-6;

/// An id that was read from a video.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Detection {
    /// The id.
    pub id: MarkId,
    /// Which of the keys it was written with, counted from 0.
    pub key: usize,
    /// A bound on the probability that a file without a mark of these keys is accepted with as few
    /// bit errors; every hypothesis that is tried for one file is counted.
    pub p_value: f64,
    /// How many of the pattern's waves have the wrong sign.
    pub bit_errors: u32,
    /// How many waves there are.
    pub waves: u32,
    /// Where the part of the video begins in which the id was read, in milliseconds.
    pub from_ms: u64,
    /// Where it ends.
    pub to_ms: u64,
}

/// Looks for the mark of one of `keys` in an MP4 file with H.264.
///
/// # Errors
/// [`WatermarkError::Unreadable`] or [`WatermarkError::Unsupported`] by its bytes,
/// [`WatermarkError::TooLarge`] by the size of its pictures.
pub fn detect(keys: &[WatermarkKey], file: &[u8]) -> Result<Option<Detection>, WatermarkError> {
    let movie = Movie::parse(file)?;
    let clip = Clip::of(&movie)?;
    let (width, height) = clip.size();
    if width.min(height) < SIDE_MIN as usize / 2 {
        return Ok(None);
    }
    let lattices: Vec<Lattice> = keys.iter().map(Lattice::new).collect();
    let start = clip.timings(0).first().map_or(0, |timing| timing.at);
    let (mut read, mut end) = (0, 0);
    for first in starts(&clip) {
        if first < end {
            continue;
        }
        let mut shots = Shots::from(&clip, first, start)?;
        let mut before: Option<Shot> = None;
        while read < SHOTS && shots.frames < FRAMES_EACH {
            let shot = match shots.next_shot() {
                Ok(Some(shot)) => shot,
                Ok(None) => break,
                // What cannot be decoded at all is said; a damaged end is not.
                Err(error) if read == 0 => return Err(error),
                Err(_) => break,
            };
            read += 1;
            if let Some(found) = read_shot(&shot, &lattices) {
                return Ok(Some(found));
            }
            before = Some(match before {
                Some(before) if read < SHOTS => {
                    read += 1;
                    let joined = before.joined(shot);
                    if let Some(found) = read_shot(&joined, &lattices) {
                        return Ok(Some(found));
                    }
                    joined
                }
                _ => shot,
            });
        }
        end = first + shots.frames;
    }
    Ok(None)
}

/// Samples at which decoding can start, spread over the clip.
fn starts(clip: &Clip<'_>) -> Vec<usize> {
    let keys = clip.keys();
    // Those that lie within what is read from the one before cost nothing.
    let most = STARTS.max(clip.len() / FRAMES_EACH + 1);
    if most <= STARTS {
        return keys;
    }
    let step = clip.len() / STARTS;
    (0..STARTS).filter_map(|part| keys.iter().copied().find(|key| *key >= part * step)).collect()
}

fn read_shot(shot: &Shot, lattices: &[Lattice]) -> Option<Detection> {
    let waves = Waves::of(&shot.details);
    lattices.iter().enumerate().find_map(|(key, lattice)| {
        let places = search::places(&waves, &lattice.sync);
        let read = |place: &Place| read_place(&waves, lattice, place);
        let (id, bit_errors) = places.par_iter().find_map_first(read)?;
        let count = lattice.payload.len();
        let p_value = payload::p_value(HYPOTHESES * lattices.len() as u32, count, bit_errors);
        let (from_ms, to_ms) = (shot.from_ms, shot.to_ms);
        let waves = count as u32;
        let found = Detection { id, key, p_value, bit_errors, waves, from_ms, to_ms };
        (p_value < P_VALUE_MAX).then_some(found)
    })
}

/// Reads the payload at one place, upright or upside down, at the likeliest shifts.
fn read_place(waves: &Waves, lattice: &Lattice, place: &Place) -> Option<(MarkId, u32)> {
    [true, false].into_iter().find_map(|is_upright| {
        let value = |wave: &Wave| {
            let value = place.read(waves, wave);
            let value = if is_upright { value } else { value.conj() };
            value * Complex32::cis(-wave.phase)
        };
        let sync: Vec<Complex32> = lattice.sync.iter().map(value).collect();
        let payload: Vec<Complex32> = lattice.payload.iter().map(value).collect();
        let trust = trust(&lattice.payload, &payload);
        shifts(&lattice.sync, &sync).into_iter().find_map(|shift| {
            let read = lattice.payload.iter().zip(&payload).zip(&trust);
            let soft: Vec<f32> = read
                .map(|((wave, value), trust)| shifted(wave, *value, shift).clamp(-3.0, 3.0) * trust)
                .collect();
            payload::decode(&soft)
        })
    })
}

/// How far waves of each length stand out of the noise, whose power is 1: coding takes short ones
/// first. The signs have no part in it, so they stay fair coins without a mark.
fn trust(payload: &[Wave], values: &[Complex32]) -> Vec<f32> {
    let mut rings = [(0.0_f32, 0.0_f32); RINGS];
    let ring = |wave: &Wave| {
        let radius = f32::hypot(wave.across as f32, wave.down as f32) / TILE as f32;
        ((radius / RADIUS_MAX * RINGS as f32) as usize).min(RINGS - 1)
    };
    for (wave, value) in payload.iter().zip(values) {
        if let Some((count, power)) = rings.get_mut(ring(wave)) {
            *count += 1.0;
            *power += value.norm_sqr();
        }
    }
    let rings = rings.map(|(count, power)| (power / count.max(1.0) - 0.9).max(0.05).sqrt());
    payload.iter().map(|wave| rings.get(ring(wave)).copied().unwrap_or_default()).collect()
}

/// How far the pattern is moved in the frames, the likeliest first: where the sync waves agree.
fn shifts(sync: &[Wave], values: &[Complex32]) -> Vec<(f32, f32)> {
    let mut plane = vec![Complex32::default(); TILE * TILE];
    for (wave, value) in sync.iter().zip(values) {
        if let Some(bin) = plane.get_mut(wave.bin()) {
            *bin = *value;
        }
    }
    fourier::transform(&mut plane, TILE, FftDirection::Forward);
    let mut order: Vec<(f32, usize)> = plane.iter().map(|value| value.re).zip(0..).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut shifts: Vec<(f32, f32)> = Vec::with_capacity(SHIFTS);
    for (_, at) in order {
        let shift = ((at % TILE) as f32, (at / TILE) as f32);
        if shifts.iter().all(|other| apart(shift, *other) > 3.0) {
            shifts.push(shift);
        }
        if shifts.len() == SHIFTS {
            break;
        }
    }
    shifts.into_iter().map(|shift| settle(sync, values, shift)).collect()
}

/// The distance of two shifts on the torus of the tile.
fn apart(a: (f32, f32), b: (f32, f32)) -> f32 {
    let around = |distance: f32| distance.abs().min(TILE as f32 - distance.abs());
    around(a.0 - b.0).max(around(a.1 - b.1))
}

/// Moves a shift by fractions of a pixel to where the sync waves agree best.
fn settle(sync: &[Wave], values: &[Complex32], mut shift: (f32, f32)) -> (f32, f32) {
    let agreement = |shift: (f32, f32)| {
        sync.iter().zip(values).map(|(wave, value)| shifted(wave, *value, shift)).sum::<f32>()
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
