//! When somebody speaks: a detector that knows no words.
//!
//! Every frame of 20 ms gets a loudness in the band of speech (300 to 3,400 Hz) and a flatness of
//! its spectrum. The noise floor follows quiet frames; a frame is speech when it is well above the
//! floor and not flat, as noise is. Speech begins after several such frames in a row and ends when
//! none came for a while.

use std::collections::VecDeque;

/// Samples of a second that it is given.
pub const RATE: usize = 16_000;
/// Samples of a frame: 20 ms.
pub const FRAME: usize = 320;

/// Settings of the detector; all are public because any positive value is legal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// By how much speech is above the noise floor, in dB.
    pub above_floor_db: f32,
    /// The quietest that may be speech, in dB of full scale.
    pub quietest_db: f32,
    /// How long somebody must speak before it counts, in milliseconds.
    pub begin_ms: u32,
    /// How long nobody must speak before it has ended, in milliseconds.
    pub hangover_ms: u32,
    /// The beginning is told this much early, so that soft first sounds are kept, in milliseconds.
    pub before_ms: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            above_floor_db: 9.0,
            quietest_db: -55.0,
            begin_ms: 80,
            hangover_ms: 500,
            before_ms: 120,
        }
    }
}

/// What was noticed; times in seconds from the first sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noticed {
    /// Somebody began to speak.
    SpeechStarted(f64),
    /// The last speech ended.
    SpeechStopped(f64),
}

/// The detector of one stream of sound.
#[derive(Debug)]
pub struct Activity {
    settings: Settings,
    waiting: Vec<f32>,
    /// Frames that were looked at.
    frames: u64,
    floor: Floor,
    speaking: bool,
    /// Frames of speech in the last frames, newest last.
    recent: VecDeque<bool>,
    /// The frame after the last one of speech.
    last: u64,
}

impl Activity {
    /// A detector at the beginning of a stream.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            waiting: Vec::new(),
            frames: 0,
            floor: Floor::default(),
            speaking: false,
            recent: VecDeque::new(),
            last: 0,
        }
    }

    /// Whether somebody speaks, as far as is known.
    #[must_use]
    pub const fn is_speaking(&self) -> bool {
        self.speaking
    }

    /// Seconds that were looked at.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        seconds(self.frames)
    }

    /// Listens to more samples: one channel, 16 kHz, any number of them. Samples that are no
    /// numbers count as silence.
    pub fn push(&mut self, samples: &[f32]) -> Vec<Noticed> {
        self.waiting.extend_from_slice(samples);
        let waiting = std::mem::take(&mut self.waiting);
        let (frames, rest) = waiting.as_chunks::<FRAME>();
        let noticed = frames.iter().filter_map(|frame| self.frame(frame)).collect();
        self.waiting = rest.to_vec();
        noticed
    }

    /// The stream has ended: speech that goes on ends here.
    pub fn finish(&mut self) -> Option<Noticed> {
        std::mem::take(&mut self.speaking).then(|| Noticed::SpeechStopped(seconds(self.last)))
    }

    fn frame(&mut self, frame: &[f32; FRAME]) -> Option<Noticed> {
        let heard = Heard::of(frame);
        let above = heard.level_db - self.floor.db();
        let speech = heard.level_db > self.settings.quietest_db
            && above > self.settings.above_floor_db
            && heard.flatness < FLAT;
        self.floor.follow(heard.level_db, speech);
        self.frames += 1;
        if speech {
            self.last = self.frames;
        }
        let needed = frames(self.settings.begin_ms).max(1);
        self.recent.push_back(speech);
        // A short gap within a word does not start the count anew.
        while self.recent.len() as u64 > needed + needed / 2 {
            self.recent.pop_front();
        }
        let count = self.recent.iter().filter(|speech| **speech).count() as u64;
        if !self.speaking && speech && count >= needed {
            self.speaking = true;
            let gap = self.recent.iter().position(|speech| *speech).unwrap_or(0) as u64;
            let begin = self.frames - self.recent.len() as u64 + gap;
            return Some(Noticed::SpeechStarted(seconds(
                begin.saturating_sub(frames(self.settings.before_ms)),
            )));
        }
        if self.speaking && self.frames - self.last >= frames(self.settings.hangover_ms).max(1) {
            self.speaking = false;
            self.recent.clear();
            return Some(Noticed::SpeechStopped(seconds(self.last)));
        }
        None
    }
}

/// A spectrum flatter than this is noise: white noise has about 0.56, voiced speech below 0.1.
const FLAT: f32 = 0.4;

fn frames(ms: u32) -> u64 {
    u64::from(ms) * RATE as u64 / 1_000 / FRAME as u64
}

fn seconds(frames: u64) -> f64 {
    (frames * FRAME as u64) as f64 / RATE as f64
}

/// How loud it is when nobody speaks.
#[derive(Debug, Default)]
struct Floor {
    db: Option<f32>,
    /// Frames of speech in a row.
    long: u32,
}

impl Floor {
    /// Before anything was heard, a quiet room.
    fn db(&self) -> f32 {
        self.db.unwrap_or(-60.0)
    }

    /// Falls quickly, rises slowly, and hardly at all while somebody speaks. What goes on for half a
    /// minute without a pause is no speech but a louder room.
    fn follow(&mut self, level_db: f32, speech: bool) {
        self.long = if speech { self.long.saturating_add(1) } else { 0 };
        let Some(db) = &mut self.db else {
            self.db = Some(level_db.clamp(-90.0, -35.0));
            return;
        };
        let share = match (level_db < *db, speech, self.long > 1_500) {
            (true, ..) => 0.2,
            (false, false, _) => 0.05,
            (false, true, true) => 0.02,
            (false, true, false) => 0.0,
        };
        *db = (*db + share * (level_db - *db)).clamp(-90.0, -10.0);
    }
}

/// What one frame sounds like.
#[derive(Debug, Clone, Copy)]
struct Heard {
    level_db: f32,
    flatness: f32,
}

/// The bands of speech, in Hz.
const BANDS: [f32; 16] = [
    300.0, 400.0, 500.0, 600.0, 700.0, 850.0, 1_000.0, 1_200.0, 1_400.0, 1_650.0, 1_900.0, 2_200.0,
    2_500.0, 2_800.0, 3_100.0, 3_400.0,
];

impl Heard {
    fn of(frame: &[f32; FRAME]) -> Self {
        let mean = frame.iter().map(finite).sum::<f32>() / FRAME as f32;
        let mut powers = [0.0_f32; BANDS.len()];
        for (power, hertz) in powers.iter_mut().zip(BANDS) {
            *power = goertzel(frame, mean, hertz);
        }
        let sum: f32 = powers.iter().sum();
        let count = BANDS.len() as f32;
        let logs = powers.iter().map(|power| (power + 1e-12).ln()).sum::<f32>() / count;
        // A tone of amplitude a in one band has a power of a²/4 by this measure.
        Self {
            level_db: 10.0 * (sum + 1e-12).log10(),
            flatness: logs.exp() / (sum / count + 1e-12),
        }
    }
}

fn finite(sample: &f32) -> f32 {
    if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 }
}

/// The power of a frame at one frequency (Goertzel's recursion).
fn goertzel(frame: &[f32; FRAME], mean: f32, hertz: f32) -> f32 {
    let turn = 2.0 * std::f32::consts::PI * hertz / RATE as f32;
    let twice = 2.0 * turn.cos();
    let (mut before, mut last) = (0.0_f32, 0.0_f32);
    for sample in frame {
        let next = finite(sample) - mean + twice * last - before;
        (before, last) = (last, next);
    }
    let power = last * last + before * before - twice * last * before;
    power.max(0.0) / (FRAME * FRAME) as f32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Noise of a fixed sequence, between −1 and 1.
    fn noise(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    /// Something like a voice: harmonics of 120 Hz under formants, in syllables.
    fn voice(seconds: f32, loud: f32) -> Vec<f32> {
        let at = |index: usize| {
            let t = index as f32 / RATE as f32;
            let syllable = (std::f32::consts::PI * (t * 4.0).fract()).sin();
            let tone = |k: usize| {
                let hertz = 120.0 * k as f32;
                let formants = [500.0, 1_500.0, 2_500.0_f32];
                let near = formants.iter().map(|f| (-((hertz - f) / 150.0).powi(2)).exp());
                near.sum::<f32>() * (2.0 * std::f32::consts::PI * hertz * t).sin()
            };
            loud * syllable * (1..28).map(tone).sum::<f32>() / 4.0
        };
        (0..(seconds * RATE as f32) as usize).map(at).collect()
    }

    fn mixed(parts: &[Vec<f32>], room: f32) -> Vec<f32> {
        let all = parts.concat();
        let noise = noise(all.len(), 7);
        all.iter().zip(noise).map(|(sound, noise)| sound + room * noise).collect()
    }

    fn all(samples: &[f32], chunk: usize) -> Vec<Noticed> {
        let mut activity = Activity::new(Settings::default());
        let mut noticed: Vec<Noticed> =
            samples.chunks(chunk).flat_map(|some| activity.push(some)).collect();
        noticed.extend(activity.finish());
        noticed
    }

    #[test]
    fn a_sentence_is_found_in_quiet_and_in_noise() {
        let silence = |seconds: f32| vec![0.0; (seconds * RATE as f32) as usize];
        for room in [0.0, 0.001, 0.02] {
            let parts =
                [silence(1.0), voice(2.0, 0.5), silence(1.5), voice(1.0, 0.3), silence(1.0)];
            let noticed = all(&mixed(&parts, room), 1_000);
            let [
                Noticed::SpeechStarted(a),
                Noticed::SpeechStopped(b),
                Noticed::SpeechStarted(c),
                Noticed::SpeechStopped(d),
            ] = noticed[..]
            else {
                panic!("with {room}: {noticed:?}")
            };
            for (found, expected) in [(a, 1.0), (b, 3.0), (c, 4.5), (d, 5.5)] {
                assert!((found - expected).abs() < 0.25, "with {room}: {noticed:?}");
            }
        }
    }

    #[test]
    fn noise_and_silence_are_no_speech() {
        for room in [0.0, 0.001, 0.05, 0.5] {
            let samples: Vec<f32> = noise(10 * RATE, 3).iter().map(|x| x * room).collect();
            assert_eq!(all(&samples, 777), [], "{room}");
        }
        assert_eq!(all(&vec![f32::NAN; RATE], 100), []);
    }

    #[test]
    fn a_click_is_no_speech() {
        let mut samples = vec![0.0; RATE];
        samples[5_000..5_400].copy_from_slice(&noise(400, 1));
        assert_eq!(all(&samples, 320), []);
    }

    #[test]
    fn speech_that_goes_on_ends_with_the_stream() {
        let samples = mixed(&[vec![0.0; RATE / 2], voice(1.0, 0.5)], 0.001);
        let noticed = all(&samples, 500);
        assert!(matches!(noticed[..], [Noticed::SpeechStarted(_), Noticed::SpeechStopped(_)]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn it_does_not_matter_how_sound_comes_in(chunk in 1_usize..5_000) {
            let samples = mixed(&[vec![0.0; RATE / 2], voice(0.7, 0.5), vec![0.0; RATE]], 0.005);
            prop_assert_eq!(all(&samples, chunk), all(&samples, samples.len()));
        }

        #[test]
        fn starts_and_stops_take_turns(loud in 0.0_f32..4.0, seed in any::<u32>()) {
            let mut samples: Vec<f32> = noise(RATE, seed).iter().map(|x| x * loud).collect();
            samples.extend(voice(0.5, loud));
            samples[100] = f32::INFINITY;
            let mut last = 0.0;
            for (index, one) in all(&samples, 999).into_iter().enumerate() {
                let at = match one {
                    Noticed::SpeechStarted(at) if index % 2 == 0 => at,
                    Noticed::SpeechStopped(at) if index % 2 == 1 => at,
                    other => return Err(TestCaseError::fail(format!("{other:?}"))),
                };
                prop_assert!(at >= last);
                last = at;
            }
        }
    }
}
