//! The rhythm at the start or the end of a recording.

use rustfft::{FftPlanner, num_complex::Complex32};

use crate::{
    WatermarkError,
    label::sound::loudness_db,
    sound::{self, Sound, resampled},
};

/// The rate at which a rhythm is looked for, and the frames of its spectrum: 32 ms every 8 ms.
const RATE: u32 = 16_000;
const WINDOW: usize = 512;
const HOP: usize = 128;
/// The tones that are looked for, in Hz.
const HERTZ: std::ops::RangeInclusive<f64> = 300.0..=3_000.0;
/// How much of the recording is looked at, at its start and its end, in seconds.
const REACH_S: u32 = 8;
/// Tones and pauses of the rhythm in dots, in turn.
const DOTS: [f64; 7] = [1.0, 1.0, 3.0, 3.0, 1.0, 1.0, 1.0];
/// How much longer or shorter each may be than its share of the whole, in dots.
const ERROR_MAX: f64 = 0.4;
/// The lengths of a dot that are a rhythm and no noise, in milliseconds.
const DOT_MS: std::ops::RangeInclusive<f64> = 40.0..=400.0;
/// The silence that must follow, in dots: else the tones belong to something longer.
const SILENT_DOTS: f64 = 2.0;
/// The share of a frame's power that a tone must have, and how far it may fall below the loudest.
const TONAL: f32 = 0.5;
const FALL: f32 = 0.1;
/// How many tones are tried.
const TONES_MAX: usize = 12;

/// The rhythm of "AI" in Morse code that was found in a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Rhythm {
    /// Whether it stands at the end and not at the start.
    pub at_end: bool,
    /// From when to when it is heard, in milliseconds.
    pub from_ms: u64,
    /// Its end.
    pub to_ms: u64,
    /// The length of a dot in milliseconds.
    pub dot_ms: f64,
    /// The tone in Hz.
    pub hertz: f64,
    /// How much louder its tones are than the rest of the recording, in dB.
    pub level_db: f64,
}

/// Looks for the rhythm at the start, and then at the end, of a file that [`crate::audio::read`]
/// reads.
///
/// # Errors
/// [`WatermarkError::TooLong`], [`WatermarkError::Unreadable`] or [`WatermarkError::Unsupported`]
/// by the file's bytes.
pub fn rhythm(file: &[u8]) -> Result<Vec<Rhythm>, WatermarkError> {
    in_sound(&sound::read(file)?)
}

fn in_sound(recording: &Sound) -> Result<Vec<Rhythm>, WatermarkError> {
    let mixed = mixed(recording)?;
    let reach = (RATE * REACH_S) as usize;
    let rest = loudness_db(recording);
    let mut found = Vec::new();
    for (at_end, start) in [(false, 0), (true, mixed.len().saturating_sub(reach))] {
        let part = mixed.get(start..).unwrap_or_default();
        let part = part.get(..reach).unwrap_or(part);
        for mut rhythm in rhythms(part, rest) {
            rhythm.from_ms += milliseconds(start);
            rhythm.to_ms += milliseconds(start);
            rhythm.at_end = at_end;
            // A short recording has its start and its end within reach of both.
            if found.iter().all(|other: &Rhythm| other.from_ms.abs_diff(rhythm.from_ms) > 100) {
                found.push(rhythm);
            }
        }
    }
    Ok(found)
}

fn mixed(recording: &Sound) -> Result<Vec<f32>, WatermarkError> {
    let count = recording.channels().len().max(1) as f32;
    let mut sum = vec![0.0; recording.frames()];
    for channel in recording.channels() {
        sum.iter_mut().zip(channel).for_each(|(sum, sample)| *sum += sample / count);
    }
    resampled(&sum, recording.rate(), RATE)
}

fn milliseconds(samples: usize) -> u64 {
    samples as u64 * 1000 / u64::from(RATE)
}

/// The rhythms in a part of a recording, under the first of its tones that has one.
fn rhythms(part: &[f32], rest_db: Option<f64>) -> Vec<Rhythm> {
    let spectra = spectra(part);
    for tone in tones(&spectra) {
        let runs = runs(&spectra, tone);
        let starts = (0..runs.len()).filter_map(|at| Some((at, dot(runs.get(at..)?)?)));
        let alone = starts.filter(|(at, dot)| is_alone(&runs, *at, *dot));
        let found: Vec<Rhythm> = alone
            .filter_map(|(at, dot)| {
                let own = runs.get(at..at + DOTS.len())?;
                let (first, last) = (own.first()?, own.last()?);
                let level = level_db(part, own)?;
                Some(Rhythm {
                    at_end: false,
                    from_ms: milliseconds(first.start * HOP + WINDOW / 2),
                    to_ms: milliseconds(last.end * HOP + WINDOW / 2),
                    dot_ms: dot * HOP as f64 * 1000.0 / f64::from(RATE),
                    hertz: tone as f64 * f64::from(RATE) / WINDOW as f64,
                    level_db: level - rest_db.unwrap_or(level),
                })
            })
            .collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// Neighbouring frames in which a tone is heard, or is not.
#[derive(Debug, Clone, PartialEq)]
struct Run {
    heard: bool,
    start: usize,
    end: usize,
}

impl Run {
    fn frames(&self) -> f64 {
        (self.end - self.start) as f64
    }
}

/// The power of every frame at every frequency.
fn spectra(part: &[f32]) -> Vec<Vec<f32>> {
    let transform = FftPlanner::new().plan_fft_forward(WINDOW);
    let hann = |at: usize| {
        let turn = std::f32::consts::TAU * (at as f32 + 0.5) / WINDOW as f32;
        0.5 - 0.5 * turn.cos()
    };
    let window: Vec<f32> = (0..WINDOW).map(hann).collect();
    let frames = part.windows(WINDOW).step_by(HOP);
    frames
        .map(|frame| {
            let mut bins: Vec<Complex32> =
                frame.iter().zip(&window).map(|(s, w)| Complex32::new(s * w, 0.0)).collect();
            transform.process(&mut bins);
            bins.iter().take(WINDOW / 2).map(Complex32::norm_sqr).collect()
        })
        .collect()
}

/// The power of a tone, which a window spreads over its neighbours.
fn around(frame: &[f32], tone: usize) -> f32 {
    frame.get(tone.saturating_sub(2)..tone + 3).unwrap_or_default().iter().sum()
}

fn is_tonal(frame: &[f32], tone: usize) -> bool {
    around(frame, tone) > TONAL * frame.iter().sum::<f32>()
}

/// The tones that are heard by themselves, those with the most power first.
fn tones(spectra: &[Vec<f32>]) -> Vec<usize> {
    let bin = |hertz: f64| (hertz * WINDOW as f64 / f64::from(RATE)).round() as usize;
    let (least, most) = (bin(*HERTZ.start()), bin(*HERTZ.end()));
    let power = |tone: usize| -> f32 {
        let tonal = spectra.iter().filter(|frame| is_tonal(frame, tone));
        tonal.map(|frame| frame.get(tone).copied().unwrap_or_default()).sum()
    };
    let mut tones: Vec<(usize, f32)> =
        (least..=most).map(|tone| (tone, power(tone))).filter(|(_, power)| *power > 0.0).collect();
    tones.sort_by(|a, b| b.1.total_cmp(&a.1));
    tones.into_iter().take(TONES_MAX).map(|(tone, _)| tone).collect()
}

/// When a tone is heard and when not, in turn.
fn runs(spectra: &[Vec<f32>], tone: usize) -> Vec<Run> {
    let tonal = spectra.iter().filter(|frame| is_tonal(frame, tone));
    let loudest = tonal.map(|frame| around(frame, tone)).fold(0.0, f32::max);
    let mut runs: Vec<Run> = Vec::new();
    for (at, frame) in spectra.iter().enumerate() {
        let heard = is_tonal(frame, tone) && around(frame, tone) > loudest * FALL;
        match runs.last_mut() {
            Some(run) if run.heard == heard => run.end = at + 1,
            _ => runs.push(Run { heard, start: at, end: at + 1 }),
        }
    }
    runs
}

/// The length of a dot in frames, if these runs begin with the rhythm.
fn dot(runs: &[Run]) -> Option<f64> {
    let runs = runs.get(..DOTS.len())?;
    let frames = runs.iter().map(Run::frames).sum::<f64>();
    let dot = frames / DOTS.iter().sum::<f64>();
    let fits = |(run, dots): (&Run, &f64)| (run.frames() / dot - dots).abs() <= ERROR_MAX;
    let length = dot * HOP as f64 * 1000.0 / f64::from(RATE);
    let is_rhythm = runs.first()?.heard && runs.iter().zip(&DOTS).all(fits);
    (is_rhythm && DOT_MS.contains(&length)).then_some(dot)
}

/// Whether no tone comes shortly before or after: else the rhythm is a part of something longer.
fn is_alone(runs: &[Run], at: usize, dot: f64) -> bool {
    let is_silent = |run: Option<&Run>| run.is_none_or(|run| run.frames() >= dot * SILENT_DOTS);
    // Nothing can come before the first frame.
    let before = at.checked_sub(1).filter(|before| *before > 0);
    is_silent(before.and_then(|before| runs.get(before))) && is_silent(runs.get(at + DOTS.len()))
}

/// The loudness of the tones of a rhythm, in dB of full scale.
fn level_db(part: &[f32], runs: &[Run]) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for run in runs.iter().filter(|run| run.heard) {
        let (start, end) = (run.start * HOP + WINDOW / 2, run.end * HOP + WINDOW / 2);
        for sample in part.get(start..end.min(part.len()))? {
            sum += f64::from(*sample).powi(2);
            count += 1.0;
        }
    }
    (count > 0.0).then(|| 10.0 * (sum / count).max(1e-12).log10())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        label::{prepend, rhythm as label},
        sound::Depth,
    };

    /// Noise that rises and falls like speech.
    fn programme(rate: u32, seconds: u32) -> Sound {
        let mut state = 1_u32;
        let wave = (0..rate * seconds).map(|at| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = f64::from(state >> 8) / f64::from(1_u32 << 23) - 1.0;
            let syllable = (f64::from(at) / f64::from(rate) * 4.0).sin().abs();
            (0.2 * noise * syllable) as f32
        });
        Sound::new(rate, Depth::Int16, vec![wave.collect(); 2]).unwrap()
    }

    #[test]
    fn the_rhythm_is_found_where_it_stands_and_as_loud_as_it_is() {
        for rate in [16_000, 44_100] {
            let programme = programme(rate, 12);
            let labelled = prepend(&programme, &label(&programme).unwrap(), true).unwrap();
            let found = in_sound(&labelled).unwrap();
            assert_eq!(found.len(), 2, "{found:?}");
            assert!(!found[0].at_end && found[1].at_end, "{found:?}");
            for rhythm in &found {
                assert!((rhythm.dot_ms - 120.0).abs() < 6.0, "{rhythm:?}");
                assert!((rhythm.hertz - 800.0).abs() < 32.0, "{rhythm:?}");
                assert!(rhythm.level_db.abs() < 2.5, "{rhythm:?}");
            }
            assert!(found[0].from_ms < 40 && found[0].to_ms.abs_diff(1320) < 40, "{found:?}");
        }
    }

    #[test]
    fn other_sounds_have_no_rhythm() {
        assert_eq!(in_sound(&programme(16_000, 9)).unwrap(), []);
        // The same tones in another order, one more of them, and one long tone.
        for dots in [&[1, 1, 1, 1, 3, 3, 1][..], &[1, 1, 3, 3, 1, 1, 1, 1, 1], &[11]] {
            let mut samples = Vec::new();
            for (part, dots) in dots.iter().enumerate() {
                let tone = |at: usize| (at as f32 * 0.3142).sin() * 0.3;
                let is_tone = part % 2 == 0;
                samples.extend((0..1920 * dots).map(|at| if is_tone { tone(at) } else { 0.0 }));
            }
            samples.resize(samples.len() + 16_000, 0.0);
            let sound = Sound::new(16_000, Depth::Int16, vec![samples]).unwrap();
            assert_eq!(in_sound(&sound).unwrap(), [], "{dots:?}");
        }
        let silent = Sound::new(16_000, Depth::Int16, vec![vec![0.0; 100]]).unwrap();
        assert_eq!(in_sound(&silent).unwrap(), []);
    }
}
