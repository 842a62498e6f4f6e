//! Reading the id of a marked sound.

use types::MarkId;

use super::{
    Sound, milliseconds,
    part::{Heard, Part, READINGS},
    pattern::Pattern,
    payload,
};
use crate::{WatermarkError, WatermarkKey};

/// A detection is claimed when chance alone would bring it less often than this, for one file.
const CHANCE_MAX: f64 = 1e-6;

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
    /// When the mark is heard first, in milliseconds from the start, to about a second.
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

/// Looks for a mark of one of `keys`, and reads the first that is found.
///
/// # Errors
/// [`WatermarkError::Unsupported`] for a rate that cannot be converted.
pub fn find(keys: &[WatermarkKey], sound: &Sound) -> Result<Option<Detection>, WatermarkError> {
    let patterns: Vec<Pattern> = keys.iter().map(Pattern::new).collect();
    let mut ranges = Part::ranges(sound).into_iter();
    let readings = READINGS * (ranges.len() * keys.len()) as u64;
    while let Some(range) = ranges.next() {
        let part = Part::new(sound, range)?;
        // All keys are tried as the sound is before any is searched for at other speeds.
        for reads in [Part::quick, Part::thorough] {
            for (key, pattern) in patterns.iter().enumerate() {
                let heard = reads(&part, pattern);
                let detection = heard.map(|heard| claim(&part, key, &heard, readings));
                let Some(mut found) = detection.filter(|found| found.p_value < CHANCE_MAX) else {
                    continue;
                };
                found.to_ms = follow(sound, ranges, pattern, &found)?;
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

fn claim(part: &Part, key: usize, heard: &Heard, readings: u64) -> Detection {
    let Heard { reading, frames } = heard;
    Detection {
        id: reading.id,
        key,
        p_value: payload::p_value(readings, reading.bits, reading.bit_errors),
        bit_errors: reading.bit_errors,
        bits: reading.bits,
        from_ms: part.start_ms() + milliseconds(frames.start),
        to_ms: part.start_ms() + milliseconds(frames.end),
        speed: reading.place.tempo,
    }
}

/// Until when the same mark is heard in the parts that follow.
fn follow(
    sound: &Sound,
    ranges: impl Iterator<Item = std::ops::Range<usize>>,
    pattern: &Pattern,
    found: &Detection,
) -> Result<u64, WatermarkError> {
    let mut to_ms = found.to_ms;
    for range in ranges {
        let part = Part::new(sound, range)?;
        // A mark that ended before this part begins does not go on in it.
        if to_ms < part.start_ms() {
            break;
        }
        let heard = part.quick(pattern).or_else(|| part.thorough(pattern));
        match heard.filter(|heard| heard.reading.id == found.id) {
            Some(heard) => to_ms = part.start_ms() + milliseconds(heard.frames.end),
            None => break,
        }
    }
    Ok(to_ms)
}

/// Says whether a sound carries a mark of one of `keys`, by the cells that carry no payload.
///
/// Under a fresh key their signs are fair coins, and a sum of weighted coins exceeds `t` standard
/// deviations with probability exp(−t² / 2) at most (Hoeffding 1963). The bound counts every
/// offset, tempo and pitch.
///
/// # Errors
/// [`WatermarkError::Unsupported`] for a rate that cannot be converted.
pub fn presence(keys: &[WatermarkKey], sound: &Sound) -> Result<Presence, WatermarkError> {
    let patterns: Vec<Pattern> = keys.iter().map(Pattern::new).collect();
    let ranges = Part::ranges(sound);
    let parts = ranges.len() * keys.len();
    let mut best = Presence { key: 0, p_value: 1.0 };
    for range in ranges {
        let part = Part::new(sound, range)?;
        for (key, pattern) in patterns.iter().enumerate() {
            let (score, hypotheses) = part.agreement(pattern);
            let exponent = -0.5 * f64::from(score.max(0.0)).powi(2);
            let p_value = ((hypotheses * parts) as f64 * exponent.exp()).min(1.0);
            if p_value < best.p_value {
                best = Presence { key, p_value };
            }
        }
    }
    Ok(best)
}
