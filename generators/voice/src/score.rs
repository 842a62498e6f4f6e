//! What is to be sung, so to speak: sounds with durations, and a line of pitch.

use crate::sound::Sound;

/// A sound in its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said {
    pub(crate) sound: &'static Sound,
    pub(crate) ms: f32,
    /// The word it belongs to, counted in the sentence; silences have none.
    pub(crate) word: Option<usize>,
    /// 0 weak, 1 full, 2 secondary.
    pub(crate) stress: u8,
    /// From the release of a stop to voicing.
    pub(crate) breath_ms: f32,
    /// Louder or softer than usual.
    pub(crate) gain_db: f32,
}

/// A sentence, ready to be rendered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Score {
    pub(crate) sounds: Vec<Said>,
    /// Times in ms from the start of the sentence, and semitones above the voice's own pitch.
    pub(crate) pitch: Vec<(f32, f32)>,
}

impl Score {
    pub(crate) fn ms(&self) -> f32 {
        self.sounds.iter().map(|said| said.ms).sum()
    }
}
