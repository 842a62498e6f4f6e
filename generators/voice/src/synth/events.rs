//! When there is voicing, breath and noise.

use crate::{
    score::{Said, Score},
    sound::{Kind, Noise, QUIET},
};

/// A stretch of time with one setting of the sources. Levels in dB, −99 for none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event {
    pub(crate) from_ms: f32,
    pub(crate) to_ms: f32,
    pub(crate) voice_db: f32,
    pub(crate) breath_db: f32,
    pub(crate) noise: Noise,
    pub(crate) noise_db: f32,
    /// Starts at once instead of swelling.
    pub(crate) sudden: bool,
    pub(crate) nasal: Option<f32>,
}

const BURST_MS: f32 = 12.0;
/// Breath behind a voiceless stop or in `h`, relative to a vowel.
const BREATH_DB: f32 = -13.0;

/// The events of a score, and for each sound the time of its release: where its formants end.
pub(crate) fn events(score: &Score) -> (Vec<Event>, Vec<f32>) {
    let (mut events, mut releases) = (Vec::new(), Vec::new());
    let mut at = 0.0;
    for (index, said) in score.sounds.iter().enumerate() {
        let next = score.sounds.get(index + 1);
        let release = match said.sound.kind {
            Kind::Stop => stop(said, at, next, &mut events),
            Kind::Affricate => affricate(said, at, &mut events),
            _ => {
                events.push(plain(said, at, next));
                at + said.ms
            }
        };
        releases.push(release);
        at += said.ms;
    }
    (events, releases)
}

fn blank(from_ms: f32, to_ms: f32) -> Event {
    Event {
        from_ms,
        to_ms,
        voice_db: -99.0,
        breath_db: -99.0,
        noise: QUIET,
        noise_db: -99.0,
        sudden: false,
        nasal: None,
    }
}

fn plain(said: &Said, at: f32, next: Option<&Said>) -> Event {
    let sound = said.sound;
    let mut event = blank(at, at + said.ms);
    event.nasal = sound.zero;
    if sound.voiced {
        event.voice_db = sound.voice_db + said.gain_db;
    }
    match sound.kind {
        Kind::Breath => {
            event.breath_db = BREATH_DB + said.gain_db;
            // Between voiced sounds the folds go on swinging a little.
            if next.is_some_and(|next| next.stress == 0) {
                event.voice_db = -16.0;
            }
        }
        Kind::Fricative => {
            event.noise = sound.noise;
            event.noise_db = said.gain_db;
        }
        _ => {}
    }
    event
}

/// Closure, burst, breath; gives the time of the burst.
fn stop(said: &Said, at: f32, next: Option<&Said>, events: &mut Vec<Event>) -> f32 {
    let sound = said.sound;
    let end = at + said.ms;
    // Before another stop or a pause there is hardly a burst.
    let held = next.is_some_and(|next| matches!(next.sound.kind, Kind::Stop | Kind::Affricate));
    let breath = said.breath_ms.min(said.ms * 0.6);
    let burst = if held { 0.0 } else { BURST_MS.min(said.ms * 0.25) };
    let release = end - breath - burst;
    let mut closure = blank(at, release);
    closure.voice_db = sound.voice_db;
    events.push(closure);
    if burst > 0.0 {
        let mut event = blank(release, release + burst);
        event.noise = sound.noise;
        event.noise_db = said.gain_db;
        event.sudden = true;
        event.voice_db = if sound.voiced { -14.0 } else { -99.0 };
        events.push(event);
    }
    if breath > 0.0 {
        let mut event = blank(release + burst, end);
        event.breath_db = BREATH_DB + said.gain_db;
        event.noise = sound.noise;
        event.noise_db = said.gain_db - 14.0;
        events.push(event);
    }
    release
}

/// Closure, then friction, then breath for the aspirated ones; gives the end of the friction.
fn affricate(said: &Said, at: f32, events: &mut Vec<Event>) -> f32 {
    let sound = said.sound;
    let breath = said.breath_ms.min(said.ms * 0.35);
    let end = at + said.ms - breath;
    let open = at + (said.ms - breath) * 0.42;
    let mut closure = blank(at, open);
    closure.voice_db = sound.voice_db;
    events.push(closure);
    let mut friction = blank(open, end);
    friction.noise = sound.noise;
    friction.noise_db = said.gain_db;
    friction.sudden = true;
    friction.voice_db = if sound.voiced { -12.0 } else { -99.0 };
    events.push(friction);
    if breath > 0.0 {
        let mut event = blank(end, end + breath);
        event.breath_db = BREATH_DB;
        event.noise = sound.noise;
        event.noise_db = -10.0;
        events.push(event);
    }
    end
}
