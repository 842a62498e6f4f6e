//! Opus in Ogg (RFC 7845) to samples and back.

use std::io::Cursor;

use opus_pure::{
    Application, MAX_PACKET_BYTES, MAX_PACKET_SAMPLES, OggOpusReader, OggOpusWriter, OggPacket,
    OpusEncoder, OpusHead, OpusTags, Trim,
};

use super::{Depth, SAMPLES_MAX, Sound, resampled, shape, too_long};
use crate::WatermarkError;

/// The rate at which Opus decodes best, in samples per second.
const RATE: u32 = 48_000;

/// Samples of a packet, per channel: 20 ms.
const PACKET: usize = 960;

/// Bits per second and channel of what was coded before: a second coding takes little from the first.
const BITS: i32 = 96_000;

/// Writes the sound into the file that it was read from: its comments stay.
pub(super) fn rewrite(sound: &Sound, source: &[u8]) -> Result<Vec<u8>, WatermarkError> {
    if !is_opus(source) {
        let reason = "this Ogg file is not Opus: give Opus, WAV or FLAC".to_owned();
        return Err(WatermarkError::Unsupported { reason });
    }
    let unreadable =
        |error: opus_pure::Error| WatermarkError::Unreadable { reason: error.to_string() };
    let tags = OggOpusReader::new(Cursor::new(source)).map_err(unreadable)?.tags().clone();
    written(sound, Some((tags, BITS * sound.channels().len() as i32)))
}

/// Writes a file of one or two channels with nothing but the sound.
pub(super) fn write(sound: &Sound) -> Result<Vec<u8>, WatermarkError> {
    written(sound, None)
}

/// With the comments and bits per second of another file.
fn written(sound: &Sound, like: Option<(OpusTags, i32)>) -> Result<Vec<u8>, WatermarkError> {
    let unwritable =
        |error: opus_pure::Error| WatermarkError::Unwritable { reason: error.to_string() };
    let count = sound.channels().len();
    if count > 2 {
        let reason = format!("Opus is written with one or two channels and it has {count}");
        return Err(WatermarkError::Unsupported { reason });
    }
    let channels: Vec<Vec<f32>> = sound
        .channels()
        .iter()
        .map(|channel| resampled(channel, sound.rate(), RATE))
        .collect::<Result<_, _>>()?;
    let frames = channels.first().map_or(0, Vec::len);
    let mut encoder =
        OpusEncoder::new(RATE as i32, count, Application::Audio).map_err(unwritable)?;
    let head = OpusHead::for_encoder(&encoder, sound.rate());
    // What the encoder is late by is pushed out with silence.
    let late = usize::from(head.pre_skip);
    let writer = match like {
        Some((tags, bits)) => {
            encoder.bitrate_bps = bits;
            OggOpusWriter::with_tags(Vec::new(), head, tags)
        }
        None => OggOpusWriter::new(Vec::new(), head),
    };
    let mut writer = writer.map_err(unwritable)?;
    let mut packet = vec![0; MAX_PACKET_BYTES];
    let mut block = Vec::with_capacity(PACKET * count);
    let total = frames + late;
    for start in (0..total).step_by(PACKET) {
        block.clear();
        for at in start..start + PACKET {
            let turn = channels.iter().map(|channel| channel.get(at).copied());
            block.extend(turn.map(Option::unwrap_or_default));
        }
        let length = encoder.encode(&block, PACKET, &mut packet).map_err(unwritable)?;
        let coded = packet.get(..length).unwrap_or_default();
        // The last packet says how much of it is sound.
        let samples = PACKET.min(total - start) as u32;
        writer.write_packet_with_duration(coded, samples).map_err(unwritable)?;
    }
    writer.finish().map_err(unwritable)
}

/// Whether the first page of an Ogg file holds the head of an Opus stream.
pub(super) fn is_opus(file: &[u8]) -> bool {
    let page = file.get(..file.len().min(128)).unwrap_or_default();
    page.starts_with(b"OggS") && page.windows(8).any(|bytes| bytes == b"OpusHead")
}

/// Reads a file of one or two channels.
pub(super) fn read(file: &[u8]) -> Result<Sound, WatermarkError> {
    let unreadable =
        |error: opus_pure::Error| WatermarkError::Unreadable { reason: error.to_string() };
    let mut reader = OggOpusReader::new(Cursor::new(file)).map_err(unreadable)?;
    let channels = usize::from(reader.head().channel_count);
    shape(RATE, channels)?;
    if channels > 2 {
        let reason = format!("it has {channels} channels: give Opus of one or two");
        return Err(WatermarkError::Unsupported { reason });
    }
    let mut decoder = reader.head().decoder(RATE as i32).map_err(unreadable)?;
    let mut trim = Trim::new(reader.head(), RATE as i32, channels).map_err(unreadable)?;
    let mut block = vec![0.0; MAX_PACKET_SAMPLES * channels];
    let mut samples = vec![Vec::new(); channels];
    let mut packet = OggPacket::default();
    // A damaged file ends where its container is damaged; damaged packets are left out.
    while matches!(reader.read_packet_into(&mut packet), Ok(true)) {
        let Ok(count) = decoder.decode(&packet.data, MAX_PACKET_SAMPLES, &mut block) else {
            continue;
        };
        let decoded = block.get(..count * channels).unwrap_or_default();
        for frame in trim.keep(&packet, decoded).chunks_exact(channels) {
            samples.iter_mut().zip(frame).for_each(|(channel, sample)| channel.push(*sample));
        }
        if samples.iter().map(Vec::len).sum::<usize>() > SAMPLES_MAX {
            return Err(too_long());
        }
    }
    if samples.iter().all(Vec::is_empty) {
        return Err(WatermarkError::Unreadable { reason: "nothing in it can be decoded".into() });
    }
    Sound::new(RATE, Depth::Int16, samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_comes_back_in_its_loudness_and_length() {
        for (rate, channels) in [(24_000_u32, 1), (44_100, 2)] {
            let turn = std::f32::consts::TAU * 440.0 / rate as f32;
            let wave: Vec<f32> = (0..rate + 77).map(|at| 0.4 * (turn * at as f32).sin()).collect();
            let sound = Sound::new(rate, Depth::Int16, vec![wave; channels]).unwrap();
            let file = write(&sound).unwrap();
            assert!(is_opus(&file));
            let back = read(&file).unwrap();
            assert_eq!(back.channels().len(), channels);
            assert!(back.length_ms().abs_diff(sound.length_ms()) <= 1, "{}", back.length_ms());
            let middle = &back.channels()[0][16_000..40_000];
            let power: f32 = middle.iter().map(|s| s * s).sum::<f32>() / middle.len() as f32;
            assert!((power - 0.08).abs() < 0.01, "{rate}: {power}");
        }
    }
}
