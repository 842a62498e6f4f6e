//! A label before a recording: a rhythm of tones, or speech.
//!
//! The rhythm is Morse code for "AI": short, long; short, short (GB 45438-2025). Its times are those
//! of Morse code (ITU-R M.1677-1): a dash is three dots, parts of a letter are one dot apart and
//! letters three.

use types::MediaType;

use super::{SoundKind, refused};
use crate::{
    WatermarkError,
    sound::{self, Sound, resampled},
};

/// The length of a dot: ten words a minute, which people can follow who do not know Morse code.
pub const DOT_MS: u32 = 120;
/// Tones and pauses in dots, in turn.
const DOTS: [u32; 7] = [1, 1, 3, 3, 1, 1, 1];
/// Silence between the label and the recording, in dots.
const PAUSE: u32 = 5;
/// A tone that telephones and small loudspeakers carry, and its rise and fall.
const HERTZ: f64 = 800.0;
const EDGE_S: f64 = 0.006;
/// Blocks in which loudness is measured, and what counts as silence (as ITU-R BS.1770 gates it).
const BLOCK_S: f64 = 0.4;
const SILENCE_DB: f64 = -70.0;
const GATE_DB: f64 = -10.0;
/// The loudness of the label where there is nothing to compare with, and the least and the greatest.
const LOUDNESS_DB: f64 = -23.0;
const LOUDNESS_DB_RANGE: (f64, f64) = (-36.0, -9.0);

/// What a label in sound says, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundStyle {
    /// What a speaker says.
    pub words: String,
    /// How it is said.
    pub kind: SoundKind,
    /// Whether it is repeated at the end.
    pub end: bool,
}

/// Labels a WAV or FLAC file with the rhythm; its rate, depth, channels and descriptions stay.
///
/// # Errors
/// [`WatermarkError::Label`] when the style asks for speech, which [`prepend`] takes from outside;
/// [`WatermarkError::TooLong`], [`WatermarkError::Unreadable`] or [`WatermarkError::Unsupported`]
/// by the file's bytes.
pub fn sound(
    file: &[u8],
    media_type: MediaType,
    style: &SoundStyle,
) -> Result<Vec<u8>, WatermarkError> {
    if style.kind == SoundKind::Speech {
        return Err(refused("a spoken label needs a recording of its words: give one"));
    }
    if MediaType::sniff(file) != Some(media_type) {
        return Err(WatermarkError::Unsupported { reason: format!("it is not {media_type}") });
    }
    let programme = sound::read(file)?;
    let label = rhythm(&programme)?;
    let labelled = prepend(&programme, &label, style.end)?;
    sound::rewrite(&labelled, media_type, file)
}

/// The rhythm as a sound that fits before `programme`: one channel, of its rate and as loud as it.
///
/// # Errors
/// None for a sound that was read; those of [`Sound::new`] otherwise.
pub fn rhythm(programme: &Sound) -> Result<Sound, WatermarkError> {
    let rate = f64::from(programme.rate());
    let dot = rate * f64::from(DOT_MS) / 1000.0;
    let root_mean_square = 10_f64.powf(level_db(programme) / 20.0);
    // A sine's amplitude is √2 times its root mean square.
    let amplitude = root_mean_square * std::f64::consts::SQRT_2;
    let mut samples = Vec::new();
    for (part, dots) in DOTS.iter().enumerate() {
        let length = (dot * f64::from(*dots)).round() as usize;
        if part % 2 == 1 {
            samples.resize(samples.len() + length, 0.0);
            continue;
        }
        samples.extend((0..length).map(|at| {
            let from_edge = at.min(length - 1 - at) as f64 / rate;
            let rise = (from_edge / EDGE_S).min(1.0);
            let turn = std::f64::consts::TAU * HERTZ * at as f64 / rate;
            (amplitude * rise * turn.sin()) as f32
        }));
    }
    Sound::new(programme.rate(), programme.depth(), vec![samples])
}

/// Puts `label` before `programme`, with a pause between them, and behind it too where `end` says
/// so. A label of one channel is heard in all; its rate is adapted.
///
/// # Errors
/// [`WatermarkError::Label`] when the label is empty or has other channels;
/// [`WatermarkError::TooLong`] when both are too long together.
pub fn prepend(programme: &Sound, label: &Sound, end: bool) -> Result<Sound, WatermarkError> {
    let count = programme.channels().len();
    if label.frames() == 0 {
        return Err(refused("its recording is empty"));
    }
    if label.channels().len() != 1 && label.channels().len() != count {
        let channels = label.channels().len();
        return Err(refused(format!("its recording has {channels} channels: give 1 or {count}")));
    }
    let pause = (programme.rate() * DOT_MS * PAUSE / 1000) as usize;
    let join = |at: usize| -> Result<Vec<f32>, WatermarkError> {
        let own = label.channels().get(at).or_else(|| label.channels().first());
        let spoken = resampled(own.map_or(&[], Vec::as_slice), label.rate(), programme.rate())?;
        let silence = vec![0.0; pause];
        let recording = programme.channels().get(at).map_or(&[] as &[f32], Vec::as_slice);
        let mut joined = [spoken.as_slice(), &silence, recording].concat();
        if end {
            joined.extend([silence.as_slice(), &spoken].concat());
        }
        Ok(joined)
    };
    let channels = (0..count).map(join).collect::<Result<_, _>>()?;
    Sound::new(programme.rate(), programme.depth(), channels)
}

/// How loud a label is: as loud as the recording, within limits.
fn level_db(programme: &Sound) -> f64 {
    let (least, most) = LOUDNESS_DB_RANGE;
    loudness_db(programme).unwrap_or(LOUDNESS_DB).clamp(least, most)
}

/// The root mean square of what is heard, in dB of full scale: silence does not count, and neither
/// does what is 10 dB softer than the rest (the gates of ITU-R BS.1770, without its filters).
pub(super) fn loudness_db(sound: &Sound) -> Option<f64> {
    let block = (f64::from(sound.rate()) * BLOCK_S) as usize;
    let count = sound.channels().len().max(1) as f64;
    let powers: Vec<f64> = (0..sound.frames())
        .step_by(block.max(1))
        .map(|start| {
            let power = |channel: &Vec<f32>| {
                let part = channel.get(start..).unwrap_or_default();
                let part = part.get(..block).unwrap_or(part);
                let sum: f64 = part.iter().map(|sample| f64::from(*sample).powi(2)).sum();
                sum / part.len().max(1) as f64
            };
            sound.channels().iter().map(power).sum::<f64>() / count
        })
        .collect();
    let decibels = |power: f64| 10.0 * power.max(1e-12).log10();
    let heard = mean(powers.iter().copied().filter(|power| decibels(*power) > SILENCE_DB))?;
    let gate = decibels(heard) + GATE_DB;
    mean(powers.iter().copied().filter(|power| decibels(*power) > gate)).map(decibels)
}

fn mean(powers: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = powers.fold((0.0, 0.0), |(sum, count), power| (sum + power, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::Depth;

    fn tone(rate: u32, seconds: u32, amplitude: f64, channels: usize) -> Sound {
        let turn = std::f64::consts::TAU * 330.0 / f64::from(rate);
        let wave: Vec<f32> = (0..rate * seconds)
            .map(|at| (amplitude * (turn * f64::from(at)).sin()) as f32)
            .collect();
        Sound::new(rate, Depth::Int16, vec![wave; channels]).unwrap()
    }

    #[test]
    fn loudness_leaves_silence_out() {
        let loud = tone(16_000, 4, 0.2, 2);
        let half: Vec<Vec<f32>> = loud
            .channels()
            .iter()
            .map(|c| [c.as_slice(), &vec![0.0; c.len() * 3]].concat())
            .collect();
        let expected = 20.0 * (0.2 / 2_f64.sqrt()).log10();
        for sound in [loud.clone(), Sound::new(16_000, Depth::Int16, half).unwrap()] {
            let found = loudness_db(&sound).unwrap();
            assert!((found - expected).abs() < 0.1, "{found} is not {expected}");
        }
        assert_eq!(loudness_db(&tone(16_000, 1, 0.0, 1)), None);
    }

    #[test]
    fn the_label_is_as_loud_as_the_recording_within_limits() {
        for (amplitude, expected) in [(0.2, -17.0), (0.0, LOUDNESS_DB), (0.001, -36.0), (1.0, -9.0)]
        {
            let label = rhythm(&tone(48_000, 2, amplitude, 1)).unwrap();
            let first = &label.channels()[0][1000..4000];
            let power: f32 = first.iter().map(|s| s * s).sum::<f32>() / first.len() as f32;
            let found = 10.0 * f64::from(power).log10();
            assert!((found - expected).abs() < 0.3, "{found} is not {expected}");
        }
    }

    #[test]
    fn the_recording_follows_unchanged_in_every_channel() {
        let programme = tone(44_100, 1, 0.3, 2);
        let speech = tone(16_000, 1, 0.1, 1);
        for end in [false, true] {
            let labelled = prepend(&programme, &speech, end).unwrap();
            let front = 44_100 + 44_100 * 600 / 1000;
            for (channel, own) in labelled.channels().iter().zip(programme.channels()) {
                assert_eq!(&channel[front..front + own.len()], own.as_slice());
                assert_eq!(channel.len(), own.len() + front * (1 + usize::from(end)));
            }
        }
    }

    #[test]
    fn what_cannot_be_a_label_is_refused() {
        let programme = tone(16_000, 1, 0.3, 1);
        let empty = Sound::new(16_000, Depth::Int16, vec![vec![]]).unwrap();
        assert!(prepend(&programme, &empty, false).is_err());
        assert!(prepend(&programme, &tone(16_000, 1, 0.1, 2), false).is_err());
        let style = SoundStyle { words: "AI".into(), kind: SoundKind::Speech, end: false };
        assert!(matches!(sound(b"", MediaType::Wav, &style), Err(WatermarkError::Label { .. })));
    }
}
