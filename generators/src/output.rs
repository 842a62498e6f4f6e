//! What a model has made.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Transcript, openai::audio::SoundFile};

/// What a model has made.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Output {
    /// Written words.
    Text(TextOutput),
    /// A still picture.
    Image(ImageOutput),
    /// A still picture as the file that a server made.
    Picture(PictureFile),
    /// What was said.
    Transcript(Transcript),
    /// Spoken words.
    Speech(SpeechOutput),
    /// Spoken words as the file that a server made.
    Sound(SoundFile),
    /// Moving pictures, perhaps with sound.
    Video(VideoOutput),
}

/// A text.
#[derive(Debug, Clone, PartialEq)]
pub struct TextOutput {
    /// The text, without stop texts.
    pub text: String,
    /// How many tokens it took.
    pub usage: Usage,
    /// Why it ended.
    pub finish_reason: FinishReason,
    /// What the person should know about it.
    pub warnings: Vec<Warning>,
    /// Who chose the words.
    pub sampler: SampledBy,
    /// How likely each token was, if that was asked for.
    pub logprobs: Option<Vec<TokenLogprob>>,
}

/// Who chose the words of a text: only here can a statistical mark be put into them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SampledBy {
    /// A sampler of this program, with its hook.
    #[default]
    Here,
    /// The server that wrote the text.
    Upstream,
    /// A search for the likeliest translation, which has no sampler.
    Translator,
}

/// How likely a token was: the network's own opinion, before temperature, penalties and mark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TokenLogprob {
    /// The token's text; where it has only a part of a character, that is shown as U+FFFD.
    pub token: String,
    /// Natural logarithm of its probability.
    pub logprob: f32,
    /// The token's bytes, where they are known.
    pub bytes: Option<Vec<u8>>,
    /// The likeliest tokens in its place, likeliest first, without alternatives of their own.
    #[serde(default)]
    pub top_logprobs: Vec<Self>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageOutput {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// RGB, eight bits each, row by row: 3 · width · height bytes.
    pub pixels: Vec<u8>,
    /// What the person should know about it.
    pub warnings: Vec<Warning>,
}

/// A picture as a file: nobody here has looked into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureFile {
    /// The file.
    pub bytes: Vec<u8>,
    /// What the person should know about it.
    pub warnings: Vec<Warning>,
}

/// Spoken words.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeechOutput {
    /// Samples a second.
    pub rate: u32,
    /// One channel, −1 to 1.
    pub samples: Vec<f32>,
    /// What is said, as people would write it; empty when nobody here knows.
    pub transcript: String,
    /// When each word is said, in the order of time; empty when nobody here knows.
    pub words: Vec<SpokenWord>,
    /// What the person should know about it.
    pub warnings: Vec<Warning>,
}

/// A word and when it is said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpokenWord {
    /// The word.
    pub text: String,
    /// Its start in seconds.
    pub start: f64,
    /// Its end in seconds.
    pub end: f64,
    /// Which sentence it belongs to, from 0.
    pub sentence: usize,
}

/// A video as a file.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoOutput {
    /// MP4 with H.264.
    pub bytes: Vec<u8>,
    /// What is said and what is written in it: all that policy can read.
    pub transcript: String,
    /// What is said, with its times, as WebVTT; empty without speech.
    pub captions: String,
    /// Its length in seconds.
    pub seconds: f64,
    /// What the person should know about it.
    pub warnings: Vec<Warning>,
}

/// Tokens that were read and drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Tokens of the prompt as the model read it.
    pub prompt_tokens: usize,
    /// Tokens drawn, with the one that ended the text.
    pub completion_tokens: usize,
}

/// Why a text ended, by OpenAI's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FinishReason {
    /// The model ended it, or a stop text was written.
    Stop,
    /// The limit of tokens or the end of the context was reached.
    Length,
    /// The server that wrote it left something out.
    Filtered,
}

impl FinishReason {
    /// OpenAI's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::Filtered => "content_filter",
        }
    }
}

/// Something the person should know about an output that is otherwise fine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Warning {
    /// Words of the prompt that the model has never seen and has probably ignored.
    UnknownWords(Vec<String>),
    /// A limit of the model for this prompt, as a sentence from its card.
    Limit(String),
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownWords(words) => {
                write!(f, "the model does not know these words: {}", words.join(", "))
            }
            Self::Limit(sentence) => f.write_str(sentence),
        }
    }
}
