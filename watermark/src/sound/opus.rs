//! Opus in Ogg (RFC 7845) to samples.

use std::io::Cursor;

use opus_pure::{MAX_PACKET_SAMPLES, OggOpusReader, OggPacket, Trim};

use super::{Depth, SAMPLES_MAX, Sound, shape, too_long};
use crate::WatermarkError;

/// The rate at which Opus decodes best, in samples per second.
const RATE: u32 = 48_000;

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
