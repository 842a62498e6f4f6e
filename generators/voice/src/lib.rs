//! A built-in voice: text in English and Mandarin becomes speech by rules, without recorded speech
//! or weights.
//!
//! Text in, samples out: nothing here reads files or asks a clock, and the same text gives the same
//! samples. Reading order: [`speak()`] and [`Reader`]; `markup` and `script` take the text apart,
//! `reading` makes sentences of it with `english` and `mandarin`; `compose` turns a sentence into a
//! score of sounds and pitch; `synth` makes samples of the score; `loudness` brings them to level.

mod compose;
mod english;
mod error;
mod lengths;
mod lots;
mod loudness;
mod mandarin;
mod markup;
mod mouth;
mod phrasing;
mod reading;
mod say_as;
mod score;
mod script;
mod sentence;
mod sound;
mod speak;
mod synth;
mod voices;

pub use error::VoiceError;
pub use mouth::Mouth;
pub use speak::{CHARACTERS_MAX, Delivery, Part, Phone, Reader, Speech, Timed, speak};
pub use voices::{Voice, voice, voices};

/// Samples a second.
pub const RATE: u32 = 24_000;

/// Letter-to-sound rules, for the tool that learns them.
pub mod letters {
    pub use crate::english::{
        Arpa,
        letters::{LETTERS, LetterRules, QUESTIONS, answers, letter},
    };

    /// The code of a written phone such as `AH0`.
    pub fn arpa_code(written: &str) -> Option<u8> {
        crate::english::code::encode(written)
    }
}
