//! Bodies of OpenAI's protocol, as far as they are read. Unknown members are ignored.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

/// A completion, or a piece of one.
#[derive(Debug, Deserialize)]
pub(super) struct Completion {
    #[serde(default)]
    pub(super) choices: Vec<Choice>,
    pub(super) usage: Option<Counts>,
    /// Some servers report a failure under status 200, also in mid-stream.
    pub(super) error: Option<Value>,
}

/// An answer among several.
#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    pub(super) index: u32,
    /// Of a whole chat answer, or of a piece of one.
    #[serde(alias = "delta")]
    pub(super) message: Option<Said>,
    /// Of `/completions`.
    pub(super) text: Option<String>,
    pub(super) finish_reason: Option<String>,
    #[serde(default)]
    pub(super) logprobs: Value,
}

/// What a model said.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    pub(super) content: Option<String>,
    pub(super) refusal: Option<String>,
    pub(super) tool_calls: Option<Vec<IgnoredAny>>,
    pub(super) function_call: Option<IgnoredAny>,
}

/// Token counts.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Counts {
    #[serde(default)]
    pub(super) prompt_tokens: usize,
    #[serde(default)]
    pub(super) completion_tokens: usize,
}

/// An answer of `/images/generations`.
#[derive(Debug, Deserialize)]
pub(super) struct Pictures {
    #[serde(default)]
    pub(super) data: Vec<Picture>,
    pub(super) error: Option<Value>,
}

/// A picture.
#[derive(Debug, Deserialize)]
pub(super) struct Picture {
    pub(super) b64_json: Option<String>,
    pub(super) url: Option<String>,
}

/// An answer of `/models`.
#[derive(Debug, Deserialize)]
pub(super) struct Models {
    pub(super) data: Vec<Model>,
}

/// A model in the list.
#[derive(Debug, Deserialize)]
pub(super) struct Model {
    pub(super) id: String,
}
