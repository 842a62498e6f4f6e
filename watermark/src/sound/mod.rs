//! Sounds as files and as samples.
//!
//! `decode` and `opus` turn files into samples, `wav`, `flac`, `mp3` and `opus` turn samples into
//! files, also into one that was there before; `resample` changes their rate.

mod decode;
mod flac;
mod mp3;
mod opus;
mod resample;
mod wav;

use types::MediaType;

use crate::WatermarkError;

pub use decode::read;
pub use resample::resampled;

/// The greatest number of samples over all channels: 1 GiB of memory, 46 minutes of stereo at
/// 48,000 samples per second.
pub(crate) const SAMPLES_MAX: usize = 1 << 28;
/// The greatest number of channels.
const CHANNELS_MAX: usize = 8;
/// The rates that are known to occur, in samples per second.
const RATES: std::ops::RangeInclusive<u32> = 4_000..=384_000;

/// How the samples of a file are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Depth {
    /// Integers of 8 bits.
    Int8,
    /// Integers of 16 bits, also for what was decoded from a lossy file.
    Int16,
    /// Integers of 24 bits.
    Int24,
    /// Integers of 32 bits. Samples are read with the 24 bits that a 32-bit float holds.
    Int32,
    /// Floating point numbers of 32 bits.
    Float32,
    /// Floating point numbers of 64 bits.
    Float64,
}

/// Samples over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    rate: u32,
    depth: Depth,
    channels: Vec<Vec<f32>>,
}

impl Sound {
    /// A sound of `rate` samples per second and channel; the channels are of one length and their
    /// samples in −1 to 1.
    ///
    /// # Errors
    /// [`WatermarkError::Unsupported`] for a rate outside 4,000 to 384,000, for no channel or more
    /// than 8; [`WatermarkError::Unreadable`] for channels of different length or samples that
    /// are not finite; [`WatermarkError::TooLong`] for more than 2²⁸ samples.
    pub fn new(rate: u32, depth: Depth, channels: Vec<Vec<f32>>) -> Result<Self, WatermarkError> {
        shape(rate, channels.len())?;
        let frames = channels.first().map_or(0, Vec::len);
        let unreadable = |reason: &str| WatermarkError::Unreadable { reason: reason.to_owned() };
        if channels.iter().any(|channel| channel.len() != frames) {
            return Err(unreadable("its channels differ in length"));
        }
        if frames.saturating_mul(channels.len()) > SAMPLES_MAX {
            return Err(too_long());
        }
        if channels.iter().flatten().any(|sample| !sample.is_finite()) {
            return Err(unreadable("it has samples that are not finite numbers"));
        }
        Ok(Self { rate, depth, channels })
    }

    /// Samples per second and channel.
    #[must_use]
    pub const fn rate(&self) -> u32 {
        self.rate
    }

    /// How the samples were stored, and how [`write()`] stores them.
    #[must_use]
    pub const fn depth(&self) -> Depth {
        self.depth
    }

    /// The samples of each channel.
    #[must_use]
    pub fn channels(&self) -> &[Vec<f32>] {
        &self.channels
    }

    /// Samples of one channel.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    /// The length in milliseconds.
    #[must_use]
    pub fn length_ms(&self) -> u64 {
        self.frames() as u64 * 1000 / u64::from(self.rate)
    }

    pub(crate) fn channels_mut(&mut self) -> &mut [Vec<f32>] {
        &mut self.channels
    }
}

/// Writes a sound: as a WAV or FLAC file of its depth, of which FLAC holds 24 bits at most, or as MP3
/// or Opus in Ogg, which keep what is heard.
///
/// # Errors
/// [`WatermarkError::Unsupported`] for another media type, [`WatermarkError::Unwritable`] when
/// the format cannot hold the sound.
pub fn write(sound: &Sound, media_type: MediaType) -> Result<Vec<u8>, WatermarkError> {
    match media_type {
        MediaType::Wav => wav::write(sound),
        MediaType::Flac => flac::write(sound),
        MediaType::Mp3 => mp3::write(sound),
        MediaType::Ogg => opus::write(sound),
        other => Err(WatermarkError::Unsupported {
            reason: format!("{other} cannot be written: give WAV, FLAC, MP3 or Opus"),
        }),
    }
}

/// Writes a sound into the WAV, FLAC, MP3 or Opus file that it was read from: descriptions stay, Content
/// Credentials do not, because they speak of other bytes.
pub(crate) fn rewrite(
    sound: &Sound,
    media_type: MediaType,
    source: &[u8],
) -> Result<Vec<u8>, WatermarkError> {
    match media_type {
        MediaType::Wav => wav::rewrite(sound, source),
        MediaType::Flac => Ok(flac::carry(&flac::write(sound)?, source)),
        MediaType::Mp3 => mp3::rewrite(sound, source),
        MediaType::Ogg => opus::rewrite(sound, source),
        other => write(sound, other),
    }
}

/// Checks what a file declares, before anything is decoded.
fn shape(rate: u32, channels: usize) -> Result<(), WatermarkError> {
    let unsupported = |reason| Err(WatermarkError::Unsupported { reason });
    if !RATES.contains(&rate) {
        let (least, most) = (RATES.start(), RATES.end());
        return unsupported(format!("it has {rate} samples per second: give {least} to {most}"));
    }
    if !(1..=CHANNELS_MAX).contains(&channels) {
        return unsupported(format!("it has {channels} channels: give 1 to {CHANNELS_MAX}"));
    }
    Ok(())
}

pub(crate) const fn too_long() -> WatermarkError {
    WatermarkError::TooLong { samples_max: SAMPLES_MAX as u64 }
}

/// A sample as an integer of so many bits.
fn integer(sample: f32, bits: u32) -> i32 {
    let full = f64::from(1_u32 << (bits - 1));
    // `as` saturates; the greatest integer is one less than full scale.
    ((f64::from(sample) * full).round().clamp(-full, full - 1.0)) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_are_checked() {
        let sound = |rate, channels| Sound::new(rate, Depth::Int16, channels);
        assert!(sound(44_100, vec![vec![0.0; 3], vec![0.5; 3]]).is_ok());
        assert!(matches!(sound(1, vec![vec![]]), Err(WatermarkError::Unsupported { .. })));
        assert!(matches!(sound(8_000, vec![]), Err(WatermarkError::Unsupported { .. })));
        assert!(matches!(sound(8_000, vec![vec![]; 9]), Err(WatermarkError::Unsupported { .. })));
        let uneven = vec![vec![0.0], vec![]];
        assert!(matches!(sound(8_000, uneven), Err(WatermarkError::Unreadable { .. })));
        let nan = vec![vec![f32::NAN]];
        assert!(matches!(sound(8_000, nan), Err(WatermarkError::Unreadable { .. })));
    }

    #[test]
    fn integers_saturate() {
        let cases = [(0.0, 16, 0), (1.0, 16, 32_767), (-1.0, 16, -32_768), (0.5, 24, 1 << 22)];
        for (sample, bits, expected) in cases {
            assert_eq!(integer(sample, bits), expected, "{sample} in {bits} bits");
        }
        assert_eq!(integer(1.0, 32), i32::MAX);
    }
}
