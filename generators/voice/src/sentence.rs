//! A sentence between text and sound.

use crate::{english::Arpa, mandarin::Syllable};

/// Which front end reads a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Mandarin,
}

/// How a sentence ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Ending {
    #[default]
    Statement,
    /// To be answered with yes or no: the pitch rises.
    Asking,
    /// With a question word: it falls.
    AskingWhat,
    Exclaiming,
    /// Cut in the middle: the pitch stays up.
    Open,
}

/// What is said for a word that can be seen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Spoken {
    /// An English word in small letters, with its sounds.
    English { text: String, phones: Vec<Arpa> },
    /// A syllable of Mandarin.
    Mandarin(Syllable),
}

/// A word that can be seen, and what is said for it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    pub(crate) visible: String,
    pub(crate) spoken: Vec<Spoken>,
    /// −1 reduced, 0 usual, 1 moderate, 2 strong.
    pub(crate) emphasis: i8,
    /// Silence after it; a phrase ends where there is any.
    pub(crate) pause_ms: f32,
}

/// Words up to a pause of thought.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Sentence {
    pub(crate) items: Vec<Item>,
    pub(crate) ending: Ending,
    /// Silence before its first word, in ms.
    pub(crate) lead_ms: f32,
}
