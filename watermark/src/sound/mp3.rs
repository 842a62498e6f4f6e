//! MP3 files (ISO/IEC 11172-3 and 13818-3, layer III) of one or two channels.

use std::io::Cursor;

use id3::{Tag, TagLike as _};
use oxideav_mp3::{ChannelMode, Mp3Encoder};

use super::{Sound, integer, resampled};
use crate::WatermarkError;

/// The rates that layer III has, in samples per second.
const RATES: [u32; 9] = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
/// The rates from which a sound is one of MPEG-1 and of MPEG-2; below are those of MPEG-2.5.
const MPEG_1: u32 = 32_000;
const MPEG_2: u32 = 16_000;
/// The most kilobits per second that each of them has: this encoder spends them evenly over all
/// frequencies, and a mark must pass unhurt.
const KBPS: [u32; 3] = [320, 160, 64];
/// What speech has above this is noise that would take the bits of what is below: half of a rate, in
/// samples per second.
const SPEECH: u32 = 14_000;

/// What Content Credentials are called in a tag (C2PA 2.4, appendix A.3.3), before and after their type
/// was registered.
const CREDENTIALS: [&str; 2] = ["application/x-c2pa-manifest-store", "application/c2pa"];

/// Writes the sound into the file that it was read from: title, picture and all other frames of its
/// ID3 tag stay, Content Credentials do not, because they speak of other bytes.
pub(super) fn rewrite(sound: &Sound, source: &[u8]) -> Result<Vec<u8>, WatermarkError> {
    let coded = write(sound)?;
    // A tag that makes no sense to a reader is none.
    let Ok(mut tag) = Tag::read_from2(Cursor::new(source)) else { return Ok(coded) };
    for name in CREDENTIALS {
        tag.remove_encapsulated_object(None, Some(name), None, None);
    }
    let mut file = Vec::new();
    tag.write_to(&mut file, tag.version())
        .map_err(|error| WatermarkError::Unwritable { reason: error.to_string() })?;
    file.extend(coded);
    Ok(file)
}

/// Writes a file with nothing but the sound.
pub(super) fn write(sound: &Sound) -> Result<Vec<u8>, WatermarkError> {
    let unwritable =
        |error: &dyn std::fmt::Display| WatermarkError::Unwritable { reason: error.to_string() };
    let mode = match sound.channels().len() {
        1 => ChannelMode::SingleChannel,
        2 => ChannelMode::Stereo,
        count => {
            let reason = format!("MP3 holds one or two channels and it has {count}");
            return Err(WatermarkError::Unsupported { reason });
        }
    };
    // The next rate above: nothing that is heard gets lost.
    let rate = RATES.into_iter().find(|rate| *rate >= sound.rate()).unwrap_or(48_000);
    let converted = |channel: &Vec<f32>| match rate {
        MPEG_2..MPEG_1 => {
            let narrow = resampled(channel, sound.rate(), SPEECH)?;
            resampled(&narrow, SPEECH, rate)
        }
        _ => resampled(channel, sound.rate(), rate),
    };
    let channels: Vec<Vec<f32>> =
        sound.channels().iter().map(converted).collect::<Result<_, _>>()?;
    let mut encoder =
        Mp3Encoder::new(kbps(rate), rate, mode).map_err(|error| unwritable(&error))?;
    let frames = channels.first().map_or(0, Vec::len);
    let mut samples = Vec::with_capacity(frames * channels.len());
    for at in 0..frames {
        let turn = channels.iter().map(|channel| channel.get(at).copied().unwrap_or_default());
        // At most 16 bits, so it fits.
        samples.extend(turn.map(|sample| integer(sample, 16) as i16));
    }
    encoder.push_samples(&samples).map_err(|error| unwritable(&error))?;
    let mut file = Vec::new();
    encoder.finish(&mut file).map_err(|error| unwritable(&error))?;
    Ok(file)
}

const fn kbps(rate: u32) -> u32 {
    let [first, second, third] = KBPS;
    match rate {
        MPEG_1.. => first,
        MPEG_2.. => second,
        _ => third,
    }
}

#[cfg(test)]
mod tests {
    use types::MediaType;

    use super::*;
    use crate::sound::{Depth, read};

    fn tone(rate: u32, channels: usize) -> Sound {
        let turn = std::f32::consts::TAU * 440.0 / rate as f32;
        let wave: Vec<f32> = (0..rate).map(|at| 0.4 * (turn * at as f32).sin()).collect();
        Sound::new(rate, Depth::Int16, vec![wave; channels]).unwrap()
    }

    #[test]
    fn a_sound_comes_back_in_its_loudness_and_length() {
        for (rate, channels) in [(24_000, 1), (44_100, 2), (48_000, 1), (8_000, 1), (17_000, 2)] {
            let file = write(&tone(rate, channels)).unwrap();
            assert_eq!(MediaType::sniff(&file), Some(MediaType::Mp3), "{rate}");
            let back = read(&file).unwrap();
            assert_eq!(back.channels().len(), channels);
            assert!((900..1_200).contains(&back.length_ms()), "{rate}: {}", back.length_ms());
            let middle = &back.channels()[0][back.frames() / 3..back.frames() / 2];
            let power: f32 = middle.iter().map(|s| s * s).sum::<f32>() / middle.len() as f32;
            assert!((power - 0.08).abs() < 0.01, "{rate}: {power}");
        }
    }

    #[test]
    fn many_channels_are_refused() {
        let error = write(&tone(8_000, 3)).unwrap_err();
        assert!(error.to_string().contains("it has 3"), "{error}");
    }
}
