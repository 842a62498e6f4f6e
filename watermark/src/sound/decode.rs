//! Files to samples.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
};

use symphonia::core::{
    codecs::audio::{AudioCodecParameters, AudioDecoderOptions},
    errors::Error,
    formats::{FormatOptions, FormatReader, TrackType, probe::Hint},
    io::MediaSourceStream,
    meta::MetadataOptions,
};

use super::{Depth, SAMPLES_MAX, Sound, opus, shape, too_long, wav};
use crate::WatermarkError;

/// Reads a WAV, FLAC, MP3, Ogg (Vorbis, Opus) or M4A (AAC, ALAC) file. Damaged parts of it are
/// left out.
///
/// # Errors
/// [`WatermarkError::Unreadable`] when nothing can be decoded, [`WatermarkError::Unsupported`]
/// for an unknown codec, an odd rate or more than 8 channels, [`WatermarkError::TooLong`] for more
/// than 2²⁸ samples.
pub fn read(file: &[u8]) -> Result<Sound, WatermarkError> {
    if opus::is_opus(file) {
        return opus::read(file);
    }
    // A header of a WAV file can make the library multiply beyond its range, which ends in a panic.
    let read = catch_unwind(AssertUnwindSafe(|| decoded(file)));
    read.unwrap_or_else(|_| {
        Err(WatermarkError::Unreadable { reason: "its header makes no sense".to_owned() })
    })
}

fn decoded(file: &[u8]) -> Result<Sound, WatermarkError> {
    // The library reads from something that owns its bytes.
    let stream = MediaSourceStream::new(Box::new(Cursor::new(file.to_vec())), Default::default());
    let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
    let mut format = symphonia::default::get_probe()
        .probe(&Hint::new(), stream, format, metadata)
        .map_err(|error| unreadable(&error))?;
    let track = format
        .default_track(TrackType::Audio)
        .ok_or_else(|| WatermarkError::Unreadable { reason: "it has no sound".to_owned() })?;
    let (id, frames) = (track.id, track.num_frames);
    let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
    let parameters = parameters
        .ok_or_else(|| WatermarkError::Unreadable { reason: "its codec is unknown".to_owned() })?
        .clone();
    let channels = parameters.channels.as_ref().map_or(1, |channels| channels.count());
    shape(parameters.sample_rate.unwrap_or(44_100), channels)?;
    // A file that is cut short declares more than it has; one that declares too much is refused
    // before memory is taken.
    if frames.is_some_and(|frames| frames.saturating_mul(channels as u64) > SAMPLES_MAX as u64) {
        return Err(too_long());
    }
    let (rate, samples) = decode(format.as_mut(), id, &parameters)?;
    Sound::new(rate, depth(file, &parameters), samples)
}

/// Decodes all packets of a track: its rate and the samples of its channels.
fn decode(
    format: &mut dyn FormatReader,
    track: u32,
    parameters: &AudioCodecParameters,
) -> Result<(u32, Vec<Vec<f32>>), WatermarkError> {
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(|error| unreadable(&error))?;
    let (mut rate, mut samples, mut planes) = (0, Vec::<Vec<f32>>::new(), Vec::<Vec<f32>>::new());
    // A damaged file ends where its container is damaged; damaged packets are left out.
    while let Ok(Some(packet)) = format.next_packet() {
        if packet.track_id != track {
            continue;
        }
        let decoded = match decoder.decode(&packet) {
            Ok(decoded) => decoded,
            Err(Error::DecodeError(_) | Error::IoError(_)) => continue,
            Err(error) => return Err(unreadable(&error)),
        };
        let spec = decoded.spec();
        if samples.is_empty() {
            shape(spec.rate(), spec.channels().count())?;
            rate = spec.rate();
            samples = vec![Vec::new(); spec.channels().count()];
        }
        // What changes its rate or channels on the way is two sounds; the first is read.
        if spec.rate() != rate || spec.channels().count() != samples.len() {
            break;
        }
        decoded.copy_to_vecs_planar(&mut planes);
        samples.iter_mut().zip(&planes).for_each(|(channel, plane)| channel.extend(plane));
        if samples.iter().map(Vec::len).sum::<usize>() > SAMPLES_MAX {
            return Err(too_long());
        }
    }
    if samples.iter().all(Vec::is_empty) {
        return Err(WatermarkError::Unreadable { reason: "nothing in it can be decoded".into() });
    }
    Ok((rate, samples))
}

/// How the samples of a file are stored; 16 bits where it does not say.
fn depth(file: &[u8], parameters: &AudioCodecParameters) -> Depth {
    wav::depth(file).unwrap_or(match parameters.bits_per_sample {
        Some(8) => Depth::Int8,
        Some(17..=24) => Depth::Int24,
        Some(25..=32) => Depth::Int32,
        _ => Depth::Int16,
    })
}

fn unreadable(error: &Error) -> WatermarkError {
    match error {
        Error::Unsupported(reason) => {
            WatermarkError::Unsupported { reason: format!("its format is not read: {reason}") }
        }
        other => WatermarkError::Unreadable { reason: other.to_string() },
    }
}
