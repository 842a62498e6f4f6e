//! What can go wrong, by what the caller can do about it.

use std::path::{Path, PathBuf};

use crate::server::UpstreamError;

/// A model cannot be opened or run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GeneratorError {
    /// The receiver of the events was dropped.
    #[error("the run was cancelled")]
    Cancelled,
    /// Too many runs wait already.
    #[error("{waiting} requests wait for this model already: try again later")]
    Busy {
        /// How many wait.
        waiting: usize,
    },
    /// This run has waited for too long.
    #[error("after {seconds} s of waiting this model is still busy: try again later")]
    Waited {
        /// How long it has waited.
        seconds: u64,
    },
    /// There is nothing to answer.
    #[error("the prompt is empty: say what is wanted")]
    PromptEmpty,
    /// The model can make nothing of the prompt.
    #[error("the model can make nothing of this prompt: {hint}")]
    PromptNotUnderstood {
        /// What it would understand, as a sentence.
        hint: String,
    },
    /// The prompt leaves no room for an answer.
    #[error(
        "the prompt has {prompt} tokens and the model holds {context} with its answer: shorten it"
    )]
    ContextExceeded {
        /// Tokens of the prompt.
        prompt: usize,
        /// Tokens that the model holds at most.
        context: usize,
    },
    /// A parameter is out of range.
    #[error("`{parameter}` {reason}")]
    Parameter {
        /// Its name in the API.
        parameter: &'static str,
        /// What it must be.
        reason: String,
    },
    /// No backend has this name.
    #[error("there is no backend `{kind}`; known are {known}")]
    UnknownKind {
        /// The name asked for.
        kind: String,
        /// The names there are.
        known: String,
    },
    /// The backend cannot run this kind of model.
    #[error("this model cannot be run: {reason}")]
    Unsupported {
        /// What is not supported, and what is.
        reason: String,
    },
    /// A model file is missing, damaged or contradicts another.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        reason: String,
    },
    /// A server behind this one did not do its part.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// The computation failed.
    #[error("the model failed while running: {0}")]
    Failed(String),
}

impl GeneratorError {
    pub(crate) fn file(path: impl AsRef<Path>, reason: impl ToString) -> Self {
        Self::File { path: path.as_ref().to_path_buf(), reason: reason.to_string() }
    }
}

/// Tensors fail only when shapes that were checked at loading do not hold.
impl From<candle_core::Error> for GeneratorError {
    fn from(error: candle_core::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
