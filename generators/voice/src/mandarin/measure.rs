//! How long the sounds of a syllable last, and its pitch.

use super::Syllable;
use crate::{score::Said, sound::Kind};

/// A syllable in its place in a phrase.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed {
    pub(crate) syllable: Syllable,
    pub(crate) item: usize,
    pub(crate) emphasis: i8,
    /// At the end of its word, and of its phrase.
    pub(crate) ends_word: bool,
    pub(crate) ends_phrase: bool,
}

/// The sounds of a syllable; the first of its final is at the returned index.
pub(crate) fn measure(placed: &Placed) -> (Vec<Said>, usize) {
    let syllable = &placed.syllable;
    let mut said = Vec::new();
    let neutral = syllable.tone == 5;
    let emphasis = f32::from(placed.emphasis);
    let mut factor = if neutral { 0.62 } else { 1.0 };
    factor *= match (placed.ends_phrase, placed.ends_word) {
        (true, _) => 1.2,
        (false, true) => 0.98,
        (false, false) => 0.9,
    };
    factor *= 1.0 + 0.12 * emphasis;
    let gain_db = if neutral { -3.0 } else { 0.0 } + emphasis * 1.5;
    let mut push = |sound: &'static crate::sound::Sound, factor: f32, breath_ms: f32| {
        let ms = (sound.ms * factor).max(sound.ms_min * factor.min(1.0));
        let stress = u8::from(!neutral);
        said.push(Said { sound, ms, word: Some(placed.item), stress, breath_ms, gain_db });
    };
    let mut rime = 0;
    if let Some(onset) = syllable.onset() {
        let shorter = if neutral { 0.75 } else { 0.95 };
        push(onset, shorter, onset.breath_ms * shorter);
        rime = 1;
    }
    let sounds = syllable.rime_sounds();
    // A glide and a coda take from the vowel, so that syllables last about the same.
    let tone = match syllable.tone {
        3 if placed.ends_phrase => 1.25,
        4 => 0.94,
        _ => 1.0,
    };
    let crowded = if sounds.len() > 2 { 0.86 } else { 1.0 };
    for sound in sounds {
        let open = if sound.kind == Kind::Vowel { tone } else { 1.0 };
        push(sound, factor * crowded * open, 0.0);
    }
    (said, rime)
}

/// Semitones of Chao's five levels around the voice's own pitch.
fn level(chao: f32) -> f32 {
    (chao - 3.0) * 2.7
}

/// The pitch of a syllable over its final, as shares of its length and semitones. `before` and
/// `after` are the tones beside it, 0 at the ends of the phrase.
pub(crate) fn contour(tone: u8, before: u8, after: u8, ends_phrase: bool) -> Vec<(f32, f32)> {
    let points: &[(f32, f32)] = match tone {
        1 => &[(0.15, 4.9), (1.0, 4.9)],
        2 => &[(0.05, 3.0), (0.35, 2.6), (0.98, 4.9)],
        // The dip is drawn up again only at the end of a phrase.
        3 if ends_phrase || after == 0 => &[(0.05, 2.3), (0.4, 1.1), (0.6, 1.0), (1.0, 2.8)],
        3 => &[(0.05, 2.4), (0.6, 1.2), (1.0, 1.1)],
        4 if after == 4 => &[(0.12, 5.0), (1.0, 2.2)],
        4 => &[(0.12, 5.1), (0.95, 1.2)],
        _ => match before {
            1 => &[(0.3, 2.6), (1.0, 2.0)],
            2 => &[(0.3, 3.2), (1.0, 2.4)],
            3 => &[(0.3, 3.2), (1.0, 3.8)],
            4 => &[(0.3, 1.6), (1.0, 1.1)],
            _ => &[(0.3, 3.0), (1.0, 2.6)],
        },
    };
    points.iter().map(|(share, chao)| (*share, level(*chao))).collect()
}
