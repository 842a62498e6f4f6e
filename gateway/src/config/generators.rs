//! `[generators.NAME]`

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use types::Modality;

/// `[generators.NAME]`: a model by its backend, with what that backend needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeneratorSection {
    /// The backend: one of the files in `generators/src`.
    pub kind: String,
    /// The model's folder, where the backend reads one; `comfyui`: the graph, as exported for its API.
    pub path: Option<PathBuf>,
    /// Servers (`openai`, `a1111`, `comfyui`): the address, for `openai` up to `/v1`.
    pub url: Option<String>,
    /// Servers: addresses of several servers that are alike.
    #[serde(default)]
    pub urls: Vec<String>,
    /// `openai`: the model's name there; without it the first that the server lists. `a1111`: the
    /// checkpoint's; without it the one that is loaded.
    pub model: Option<String>,
    /// `openai`: what the model makes, `text` or `image`.
    pub modality: Option<Modality>,
    /// `openai`: what the server is asked for, and how.
    #[serde(default)]
    pub protocol: Protocol,
    /// Servers: a file of mode 600 with the key that the server wants.
    pub key_file: Option<PathBuf>,
    /// Servers: the environment variable with that key.
    pub key_env: Option<String>,
    /// Servers: how long a connection may take.
    pub connect_seconds_max: Option<u64>,
    /// Servers: how long the first byte of a stream may take.
    pub first_byte_seconds_max: Option<u64>,
    /// Servers: how long the next byte may take.
    pub idle_seconds_max: Option<u64>,
    /// Servers: how long the whole answer may take, tries included.
    pub total_seconds_max: Option<u64>,
    /// Servers: how often a request is tried again before its first byte.
    pub retries_max: Option<u32>,
    /// Servers: how many requests may be under way at once.
    pub requests_max: Option<usize>,
    /// Servers: how many more may wait; 64 if absent.
    pub queue_max: Option<usize>,
    /// Servers: how long each of them waits.
    pub queue_seconds_max: Option<u64>,
    /// `mirrors`: the configured models that stand in for each other, in their order.
    #[serde(default)]
    pub of: Vec<String>,
}

/// What a server is asked for, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// `/chat/completions`
    #[default]
    Chat,
    /// `/completions`, for servers without chat.
    Completions,
    /// `/audio/speech`: the model speaks.
    Speech,
    /// `/audio/transcriptions`: the model writes down what is said.
    Transcriptions,
    /// Piper's server: the model speaks.
    Piper,
    /// whisper.cpp's server: the model writes down what is said.
    #[serde(rename = "whisper-cpp")]
    WhisperCpp,
}
