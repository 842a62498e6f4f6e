//! What a model has made, on its way through the line.

use generators::{
    ImageOutput, SampledBy, SpeechOutput, TextOutput, TokenLogprob, Transcript, VideoOutput,
};
use policy::StreamJudge;
use tokio::sync::mpsc;
use types::SoundFormat;
use watermark::label::MovieStyle;

use crate::{bringing::Brought, marking::TextMarking, pipeline::Piece};

/// Why a text of a server behind this one carries no statistical mark; reports look for it.
const ELSEWHERE: &str = "sampler of an upstream: its words were chosen elsewhere";
/// Why a text of a given form carries none.
const BOUND: &str = "JSON: its wording is bound by its form";

/// Why a translation carries none.
const TRANSLATED: &str = "a translation: its search for the best wording has no room for a bias";
/// Why a transcript carries none.
const GIVEN: &str = "a transcript: its words are those that were said";

/// What a model has produced; policy has not seen all of it.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) product: Product,
    /// Where the text stands in policy's window.
    pub(crate) screen: Option<StreamJudge>,
    /// Where the rest of the text goes, if the caller streams and nothing was stopped.
    pub(crate) pieces: Option<mpsc::Sender<Piece>>,
    pub(crate) warnings: Vec<String>,
}

impl Draft {
    /// A file that was brought in.
    pub(crate) const fn brought(file: Brought) -> Self {
        Self::of(Product::Brought(file), Vec::new())
    }

    /// What is judged at its end.
    pub(crate) const fn of(product: Product, warnings: Vec<String>) -> Self {
        Self { product, screen: None, pieces: None, warnings }
    }
}

/// Content without mark or credentials.
#[derive(Debug)]
pub(crate) enum Product {
    /// A file that was brought in.
    Brought(Brought),
    /// A text and how it was marked while sampling.
    Text(Text),
    /// A picture.
    Image(ImageOutput),
    /// Spoken words.
    Speech(Speech),
    /// A video.
    Film(Film),
}

impl Product {
    /// How much there is to label and to mark: without end for what is more than a text.
    pub(crate) fn bytes_to_write(&self) -> usize {
        match self {
            Self::Text(text) => text.text.len(),
            Self::Brought(_) | Self::Image(_) | Self::Speech(_) | Self::Film(_) => usize::MAX,
        }
    }
}

/// Spoken words and the file that is wanted of them.
#[derive(Debug)]
pub(crate) struct Speech {
    pub(crate) output: SpeechOutput,
    pub(crate) format: SoundFormat,
}

/// A video and the label that is laid into it while it is marked: one coding for both.
#[derive(Debug)]
pub(crate) struct Film {
    pub(crate) output: VideoOutput,
    pub(crate) label: Option<MovieStyle>,
}

/// A text and how it was marked while sampling.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) prompt_tokens: u32,
    pub(crate) completion_tokens: u32,
    pub(crate) finish_reason: &'static str,
    pub(crate) marking: TextMarking,
    /// Why the words carry no statistical mark, where that does not depend on how many there are.
    pub(crate) unmarkable: Option<&'static str>,
    pub(crate) logprobs: Option<Vec<TokenLogprob>>,
    /// What was said and when, where it is a transcript.
    pub(crate) transcript: Option<Transcript>,
    /// The caller's stream has begun with the label's line already.
    pub(crate) is_opened: bool,
}

impl Text {
    pub(crate) fn whole(output: TextOutput, marking: TextMarking, bound: bool) -> Self {
        Self {
            text: output.text,
            prompt_tokens: u32::try_from(output.usage.prompt_tokens).unwrap_or(u32::MAX),
            completion_tokens: u32::try_from(output.usage.completion_tokens).unwrap_or(u32::MAX),
            finish_reason: output.finish_reason.name(),
            marking,
            unmarkable: match output.sampler {
                SampledBy::Upstream => Some(ELSEWHERE),
                SampledBy::Translator => Some(TRANSLATED),
                SampledBy::Here => bound.then_some(BOUND),
            },
            logprobs: output.logprobs,
            transcript: None,
            is_opened: false,
        }
    }

    /// Words that were said, or written, before: nobody here chose them.
    pub(crate) fn given(transcript: Transcript, marking: TextMarking) -> Self {
        Self {
            text: transcript.text(),
            unmarkable: Some(GIVEN),
            transcript: Some(transcript),
            finish_reason: "stop",
            ..Self::stopped(String::new(), 0, marking)
        }
    }

    /// It is refused, so nobody asks how it was marked.
    pub(crate) fn stopped(text: String, tokens: u32, marking: TextMarking) -> Self {
        Self {
            text,
            prompt_tokens: 0,
            completion_tokens: tokens,
            finish_reason: "content_filter",
            marking,
            unmarkable: None,
            logprobs: None,
            transcript: None,
            is_opened: false,
        }
    }
}
