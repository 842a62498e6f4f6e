//! Reading the id of a marked sound.

use rayon::prelude::*;
use types::MarkId;

use super::{
    Sound,
    contrast::Contrast,
    embedding::pairs_of,
    extent, milliseconds,
    pattern::Pattern,
    payload,
    reading::{self, Reading},
    search::{self, Folded, Place},
    spectrogram::Spectrogram,
};
use crate::{WatermarkError, WatermarkKey};

/// A sound is examined in parts of this length, and from one to the next, in seconds.
const PART: u64 = 64;
const PART_STEP: u64 = 56;
/// Frames of a piece that is read by itself, without a search: 12 s.
const PIECE: usize = 1500;
/// Offsets that are read of a whole part, and of each piece.
const WHOLE_READ: usize = 3;
/// Places that the search hands over.
const PLACES: usize = 12;
/// A detection is claimed when chance alone would bring it less often than this, for one file.
const CHANCE_MAX: f64 = 1e-6;
/// Readings of one part and key at most: the whole, its pieces, and the places of the search.
const READINGS: u64 = WHOLE_READ as u64 + 12 + PLACES as u64;

/// An id that was read from a sound.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Detection {
    /// The id.
    pub id: MarkId,
    /// Which of the given keys it was marked with.
    pub key: usize,
    /// A bound on the probability that a sound without a mark of these keys is accepted with as
    /// few bit errors; every hypothesis that is tried for one sound is counted.
    pub p_value: f64,
    /// How many cells of the pattern contradict the id.
    pub bit_errors: u32,
    /// How many cells say anything.
    pub bits: u32,
    /// When the mark is heard first, in milliseconds from the start.
    pub from_ms: u64,
    /// When it is heard last.
    pub to_ms: u64,
    /// How much faster the sound is than when it was marked: 1.02 is 2 % faster.
    pub speed: f32,
}

/// Whether a sound carries a mark at all, also where its id cannot be read.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Presence {
    /// Which of the given keys speaks most for a mark.
    pub key: usize,
    /// A bound on the probability that a sound without a mark of these keys agrees as well with
    /// one of them anywhere, at any speed that is tried.
    pub p_value: f64,
}

/// Looks for a mark of one of `keys`.
///
/// # Errors
/// [`WatermarkError::Unsupported`] for a rate that cannot be converted.
pub fn find(keys: &[WatermarkKey], sound: &Sound) -> Result<Option<Detection>, WatermarkError> {
    let patterns: Vec<Pattern> = keys.iter().map(Pattern::new).collect();
    let parts = parts(sound);
    let readings = READINGS * (parts.len() * keys.len()) as u64;
    for part in parts {
        let part = Part::new(sound, part)?;
        for quick in [true, false] {
            for (key, pattern) in patterns.iter().enumerate() {
                let read = if quick { part.quick(pattern) } else { part.thorough(pattern) };
                let p_value =
                    |read: &Reading| payload::p_value(readings, read.bits, read.bit_errors);
                let found = read.filter(|(read, _)| p_value(read) < CHANCE_MAX);
                if let Some((read, frames)) = found {
                    return Ok(Some(Detection {
                        id: read.id,
                        key,
                        p_value: p_value(&read),
                        bit_errors: read.bit_errors,
                        bits: read.bits,
                        from_ms: part.start_ms + milliseconds(frames.start),
                        to_ms: part.start_ms + milliseconds(frames.end),
                        speed: read.place.tempo,
                    }));
                }
            }
        }
    }
    Ok(None)
}

/// Says whether a sound carries a mark of one of `keys`, by the cells that carry no payload.
///
/// # Errors
/// [`WatermarkError::Unsupported`] for a rate that cannot be converted.
pub fn presence(keys: &[WatermarkKey], sound: &Sound) -> Result<Presence, WatermarkError> {
    Ok(Presence { key: 0, p_value: 1.0 })
}

/// The parts in which a sound is examined, in samples.
fn parts(sound: &Sound) -> Vec<std::ops::Range<usize>> {
    let rate = u64::from(sound.rate());
    let (length, step) = ((PART * rate) as usize, (PART_STEP * rate) as usize);
    let mut parts = vec![0..sound.frames().min(length)];
    while parts.last().is_some_and(|part| part.end < sound.frames()) {
        let start = parts.len() * step;
        parts.push(start..(start + length).min(sound.frames()));
    }
    parts
}

/// A part of a sound, made visible.
struct Part {
    start_ms: u64,
    spectrogram: Spectrogram,
    /// As it is, neither tuned nor stretched.
    plain: Contrast,
}

impl Part {
    fn new(sound: &Sound, samples: std::ops::Range<usize>) -> Result<Self, WatermarkError> {
        let start_ms = samples.start as u64 * 1000 / u64::from(sound.rate().max(1));
        let channels: Vec<&[f32]> = sound
            .channels()
            .iter()
            .map(|channel| channel.get(samples.clone()).unwrap_or_default())
            .collect();
        let spectrogram = Spectrogram::new(&pairs_of(&channels, sound.rate())?);
        let plain = Contrast::new(&spectrogram, 1.0);
        Ok(Self { start_ms, spectrogram, plain })
    }

    /// Reads the part as it is, and piece by piece.
    fn quick(&self, pattern: &Pattern) -> Option<(Reading, std::ops::Range<usize>)> {
        let frames = self.plain.frames();
        let pieces = (0..frames.saturating_sub(PIECE / 2)).step_by(PIECE / 2);
        let pieces = pieces.map(|start| (start..(start + PIECE).min(frames), 1));
        let mut ranges = vec![(0..frames, WHOLE_READ)];
        ranges.extend(pieces.filter(|_| frames > PIECE));
        ranges.into_iter().find_map(|(range, most)| {
            let folded = Folded::new(&self.plain, range, 1.0);
            folded.offsets(pattern, most).into_iter().find_map(|(offset, score)| {
                let place = Place { pitch: 1.0, tempo: 1.0, offset, score };
                let read = reading::read(&folded, pattern, place)?;
                Some((read, extent::extent(&self.plain, pattern, &read)))
            })
        })
    }

    /// Reads the likeliest places at all pitches and tempos.
    fn thorough(&self, pattern: &Pattern) -> Option<(Reading, std::ops::Range<usize>)> {
        let frames = self.plain.frames();
        let tuned: Vec<Contrast> = search::pitches()
            .into_par_iter()
            .map(|pitch| Contrast::new(&self.spectrogram, pitch))
            .collect();
        let scans = search::pitches().into_iter().zip(&tuned);
        let places = scans.flat_map(|(pitch, contrast)| search::scan(contrast, pitch, pattern));
        let places = search::best(places.collect(), frames, PLACES);
        places.into_iter().find_map(|place| {
            let at = search::pitches().iter().position(|pitch| *pitch == place.pitch)?;
            let contrast = tuned.get(at)?;
            let place = search::settle(contrast, pattern, place);
            let folded = Folded::new(contrast, 0..frames, place.tempo);
            let read = reading::read(&folded, pattern, place)?;
            Some((read, extent::extent(contrast, pattern, &read)))
        })
    }
}
