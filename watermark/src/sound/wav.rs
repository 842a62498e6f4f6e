//! WAV files: chunks of RIFF (Microsoft and IBM 1991) with a `fmt ` and a `data` chunk.

use std::ops::Range;

use super::{Depth, Sound, integer};
use crate::WatermarkError;

const PCM: u16 = 1;
const FLOAT: u16 = 3;
/// The format is in the first two bytes of a longer name.
const EXTENSIBLE: u16 = 0xfffe;
/// Content Credentials (C2PA 2.1, A.3.4).
const CREDENTIALS: &[u8] = b"C2PA";

/// The chunks of a file: their names and where their contents lie, as far as there are any.
fn chunks(file: &[u8]) -> Vec<([u8; 4], Range<usize>)> {
    let mut chunks = Vec::new();
    let mut at = 12;
    if !file.starts_with(b"RIFF") || file.get(8..12) != Some(b"WAVE") {
        return chunks;
    }
    while let Some((name, rest)) = file.get(at..).and_then(|rest| rest.split_first_chunk::<4>()) {
        let Some((length, _)) = rest.split_first_chunk::<4>() else { break };
        let start = at + 8;
        let end = start.saturating_add(u32::from_le_bytes(*length) as usize).min(file.len());
        chunks.push((*name, start..end));
        // Chunks begin at even places.
        at = end + (end - start) % 2;
    }
    chunks
}

/// How the samples of a WAV file are stored, where this program can write them so.
pub(super) fn depth(file: &[u8]) -> Option<Depth> {
    let (_, range) = chunks(file).into_iter().find(|(name, _)| name == b"fmt ")?;
    let format = file.get(range)?;
    let word =
        |at: usize| format.get(at..)?.first_chunk::<2>().map(|bytes| u16::from_le_bytes(*bytes));
    let tag = word(0)?;
    match (if tag == EXTENSIBLE { word(24)? } else { tag }, word(14)?) {
        (PCM, 8) => Some(Depth::Int8),
        (PCM, 16) => Some(Depth::Int16),
        (PCM, 24) => Some(Depth::Int24),
        (PCM, 32) => Some(Depth::Int32),
        (FLOAT, 32) => Some(Depth::Float32),
        (FLOAT, 64) => Some(Depth::Float64),
        _ => None,
    }
}

/// Writes a file with nothing but the sound.
pub(super) fn write(sound: &Sound) -> Result<Vec<u8>, WatermarkError> {
    let channels = sound.channels().len() as u16;
    let (tag, bytes) = match sound.depth() {
        Depth::Int8 => (PCM, 1),
        Depth::Int16 => (PCM, 2),
        Depth::Int24 => (PCM, 3),
        Depth::Int32 => (PCM, 4),
        Depth::Float32 => (FLOAT, 4),
        Depth::Float64 => (FLOAT, 8),
    };
    let block = channels * bytes;
    let mut format = Vec::with_capacity(16);
    format.extend(tag.to_le_bytes());
    format.extend(channels.to_le_bytes());
    format.extend(sound.rate().to_le_bytes());
    format.extend((sound.rate() * u32::from(block)).to_le_bytes());
    format.extend(block.to_le_bytes());
    format.extend((bytes * 8).to_le_bytes());
    riff(&[(b"fmt ", &format), (b"data", &samples(sound, sound.depth()))])
}

/// Writes a sound into the file that it was read from, whose other chunks stay.
pub(super) fn rewrite(sound: &Sound, source: &[u8]) -> Result<Vec<u8>, WatermarkError> {
    let depth = depth(source).ok_or_else(|| WatermarkError::Unsupported {
        reason: "its samples are packed: give WAV with plain samples".to_owned(),
    })?;
    let data = samples(sound, depth);
    let chunks = chunks(source);
    let mut kept: Vec<(&[u8; 4], &[u8])> = Vec::with_capacity(chunks.len());
    for (name, range) in &chunks {
        match &name[..] {
            CREDENTIALS => {}
            // A second one is not what was read.
            b"data" if kept.iter().any(|(name, _)| *name == b"data") => {}
            b"data" => kept.push((name, &data)),
            _ => kept.push((name, source.get(range.clone()).unwrap_or_default())),
        }
    }
    riff(&kept)
}

fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Result<Vec<u8>, WatermarkError> {
    let unwritable =
        || WatermarkError::Unwritable { reason: "WAV holds 4 GiB at most: give FLAC".to_owned() };
    let length: usize =
        4 + chunks.iter().map(|(_, data)| 8 + data.len().next_multiple_of(2)).sum::<usize>();
    let mut file = Vec::with_capacity(8 + length);
    file.extend(b"RIFF");
    file.extend(u32::try_from(length).map_err(|_| unwritable())?.to_le_bytes());
    file.extend(b"WAVE");
    for (name, data) in chunks {
        file.extend(*name);
        // A chunk is no longer than all of them.
        file.extend((data.len() as u32).to_le_bytes());
        file.extend(*data);
        file.resize(file.len().next_multiple_of(2), 0);
    }
    Ok(file)
}

/// The samples of all channels in turn.
fn samples(sound: &Sound, depth: Depth) -> Vec<u8> {
    let channels = sound.channels();
    let turns = (0..sound.frames()).flat_map(|at| {
        channels.iter().map(move |channel| channel.get(at).copied().unwrap_or_default())
    });
    match depth {
        // Eight bits are stored without a sign.
        Depth::Int8 => turns.map(|sample| (integer(sample, 8) + 128) as u8).collect(),
        Depth::Int16 => {
            turns.flat_map(|sample| (integer(sample, 16) as i16).to_le_bytes()).collect()
        }
        Depth::Int24 => {
            turns.flat_map(|sample| integer(sample, 24).to_le_bytes().into_iter().take(3)).collect()
        }
        Depth::Int32 => turns.flat_map(|sample| integer(sample, 32).to_le_bytes()).collect(),
        Depth::Float32 => turns.flat_map(f32::to_le_bytes).collect(),
        Depth::Float64 => turns.flat_map(|sample| f64::from(sample).to_le_bytes()).collect(),
    }
}
