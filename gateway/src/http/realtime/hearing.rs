//! What a conversation hears: a buffer, and a detector of when somebody speaks.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use generators::hearing::{Activity, Noticed, Settings};
use serde_json::{Value, json};
use types::RequestId;

use crate::realtime::{RATE, milliseconds, samples};

/// The longest that is kept, in seconds.
const SECONDS_MAX: usize = 600;
/// What is kept of silence before somebody speaks, in samples.
const BEFORE: usize = RATE as usize / 2;

/// What is heard and not yet written down.
#[derive(Debug)]
pub(super) struct Hearing {
    buffer: Vec<f32>,
    /// Samples that were heard in all.
    total: usize,
    item: String,
    detector: Option<Activity>,
    settings: Settings,
}

impl Default for Hearing {
    fn default() -> Self {
        let settings = Settings::default();
        Self {
            buffer: Vec::new(),
            total: 0,
            item: item(),
            detector: Some(Activity::new(settings)),
            settings,
        }
    }
}

fn item() -> String {
    format!("item_{}", RequestId::new())
}

impl Hearing {
    /// How turns are noticed, as the session shows it.
    pub(super) fn detection(&self) -> Value {
        match &self.detector {
            None => Value::Null,
            Some(_) => {
                json!({"type": "server_vad", "silence_duration_ms": self.settings.hangover_ms,
                              "prefix_padding_ms": self.settings.before_ms, "create_response": true,
                              "interrupt_response": true})
            }
        }
    }

    /// Changes how turns are noticed; `null` leaves it to the caller.
    pub(super) fn detect(&mut self, wanted: &Value) {
        if wanted.is_null() {
            self.detector = None;
            return;
        }
        let number = |name: &str| {
            let value = wanted.get(name).and_then(Value::as_u64)?;
            u32::try_from(value.clamp(20, 5_000)).ok()
        };
        if let Some(silence) = number("silence_duration_ms") {
            self.settings.hangover_ms = silence;
        }
        if let Some(before) = number("prefix_padding_ms") {
            self.settings.before_ms = before;
        }
        self.detector = Some(Activity::new(self.settings));
    }

    /// Hears more, and tells what was noticed; `None` for what is no sound, or too much.
    pub(super) fn append(&mut self, audio: Option<&str>) -> Option<Vec<Value>> {
        let heard = samples(&STANDARD.decode(audio?).ok()?);
        if self.buffer.len() + heard.len() > SECONDS_MAX * RATE as usize {
            return None;
        }
        self.total += heard.len();
        self.buffer.extend_from_slice(&heard);
        // Two for every three make the rate of the detector, which listens for speech, not for words.
        let (threes, _) = heard.as_chunks::<3>();
        let thinned: Vec<f32> = threes.iter().flat_map(|[a, b, c]| [*a, b.midpoint(*c)]).collect();
        let noticed = self.detector.as_mut().map(|detector| detector.push(&thinned));
        let mut events = Vec::new();
        for noticed in noticed.unwrap_or_default() {
            events.push(self.event(noticed));
        }
        let is_silent = self.detector.as_ref().is_some_and(|detector| !detector.is_speaking());
        if is_silent && events.is_empty() && self.buffer.len() > 2 * BEFORE {
            // Nobody speaks: what came before is of no use.
            self.buffer.drain(..self.buffer.len() - BEFORE);
        }
        Some(events)
    }

    fn event(&self, noticed: Noticed) -> Value {
        let (name, time, seconds) = match noticed {
            Noticed::SpeechStarted(at) => ("speech_started", "audio_start_ms", at),
            Noticed::SpeechStopped(at) => ("speech_stopped", "audio_end_ms", at),
        };
        let at = ((seconds * 1000.0) as u64).min(milliseconds(self.total));
        json!({"type": format!("input_audio_buffer.{name}"), "item_id": self.item, time: at})
    }

    /// What was heard, under the name that its events had; a new item begins.
    pub(super) fn take(&mut self) -> (String, Vec<f32>) {
        (std::mem::replace(&mut self.item, item()), std::mem::take(&mut self.buffer))
    }

    pub(super) fn clear(&mut self) {
        self.buffer.clear();
        if self.detector.is_some() {
            self.detector = Some(Activity::new(self.settings));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(seconds: f32, loudness: f32) -> String {
        let wave = (0..(seconds * RATE as f32) as usize).flat_map(|at| {
            let phase = at as f32 / RATE as f32 * std::f32::consts::TAU;
            let value = (phase * 220.0).sin() + (phase * 440.0).sin() + (phase * 1_320.0).sin();
            ((value / 3.0 * loudness * 32_000.0) as i16).to_le_bytes()
        });
        STANDARD.encode(wave.collect::<Vec<u8>>())
    }

    #[test]
    fn speech_is_noticed_when_it_starts_and_when_it_stops() {
        let mut hearing = Hearing::default();
        let mut names = Vec::new();
        for (seconds, loudness) in [(1.0, 0.0), (1.0, 0.4), (1.5, 0.0)] {
            let events = hearing.append(Some(&tone(seconds, loudness))).unwrap();
            names.extend(events.iter().map(|event| event["type"].as_str().unwrap().to_owned()));
        }
        assert_eq!(
            names,
            ["input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped"]
        );
        let (_, heard) = hearing.take();
        assert!(heard.len() > RATE as usize && hearing.take().1.is_empty());
    }

    #[test]
    fn silence_is_not_kept_and_what_is_no_sound_is_refused() {
        let mut hearing = Hearing::default();
        for _ in 0..20 {
            assert!(hearing.append(Some(&tone(1.0, 0.0))).unwrap().is_empty());
        }
        assert!(hearing.take().1.len() <= 2 * BEFORE + RATE as usize);
        assert!(hearing.append(Some("§")).is_none() && hearing.append(None).is_none());
        hearing.detect(&Value::Null);
        assert_eq!(hearing.detection(), Value::Null);
    }
}
