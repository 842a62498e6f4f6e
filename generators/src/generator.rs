//! The seam between the line and a model.

use std::{fmt, ops::Range};

use async_trait::async_trait;

use crate::{EventSender, GeneratorError, Job, ModelCard, Output, routing::health::Health};

/// A model that is ready to run.
///
/// Contract: the same model, seed and job give the same output. Calls may run concurrently;
/// a backend bounds how many run and answers [`GeneratorError::Busy`] beyond that. Numbers are
/// crunched off the async threads. When the receiver of the events is dropped, the backend stops
/// within one token or one step and answers [`GeneratorError::Cancelled`]. Nobody retries.
#[async_trait]
pub trait Generator: fmt::Debug + Send + Sync {
    /// What the model is; known before its weights are in memory.
    fn card(&self) -> &ModelCard;

    /// Runs the model. The sender is dropped when it has finished.
    ///
    /// # Errors
    /// [`GeneratorError`] by what the caller can do about it; no output is half-made.
    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError>;

    /// The model's tokens for a text that it may have written, `None` when it has none.
    ///
    /// They are the tokens of generation wherever the tokenizer cuts the finished text as the
    /// model wrote it; a detector must bear a few that differ.
    fn tokens(&self, text: &str) -> Option<Vec<Token>>;

    /// How it is doing, where it may fail by itself: servers and routes. `None` for a model of this
    /// machine, which is as well as the machine is.
    fn health(&self) -> Option<Health> {
        None
    }
}

/// A token of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its number in the model's vocabulary.
    pub id: u32,
    /// Where it is in the text, in code points.
    pub span: Range<usize>,
}

/// Has a say in which token is drawn: the seam for the statistical text mark.
pub trait SamplerHook {
    /// Called once for every token that is drawn, after temperature, top-k and top-p.
    ///
    /// `candidates` are token ids with probabilities that sum to 1, likeliest first. `previous` is
    /// the last token that is part of the text, `None` for the first. The hook may change the
    /// probabilities; the sampler renormalises them and draws.
    fn reweigh(&mut self, previous: Option<u32>, candidates: &mut Vec<(u32, f32)>);
}
