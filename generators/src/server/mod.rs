//! Servers behind this one, whatever they speak: how they are reached and asked.
//!
//! Reading order: [`settings`] is what is configured, `ask` is a question, `client` sends it (with `endpoint` for health
//! and `budget` for retries), `visit` stays with one server for a run of several requests,
//! `websocket` listens to it, `form` and `encode` are what is sent, `file` what comes back;
//! [`error`] is what can go wrong and `look` asks from outside.

pub(crate) mod ask;
pub(crate) mod budget;
pub(crate) mod client;
pub(crate) mod encode;
mod endpoint;
pub mod error;
pub(crate) mod file;
pub(crate) mod form;
pub(crate) mod look;
pub mod settings;
pub(crate) mod visit;
mod wanted;
pub(crate) mod websocket;
mod within;

use types::{Modality, Sha256, Task};

pub(crate) use ask::Ask;
pub(crate) use client::{Answer, Client, Scheme};
pub(crate) use error::harmless;
pub use error::{Fault, UpstreamError, Wait};
pub use settings::{Connection, Key, Waits};
pub(crate) use visit::Visit;
pub(crate) use wanted::Wanted;
pub use within::upstream_trace;

use crate::ModelCard;

/// The card of a model whose files nobody here has seen.
pub(crate) fn card(backend: &str, name: &str, modality: Modality, tasks: &[Task]) -> ModelCard {
    ModelCard {
        name: name.to_owned(),
        version: "unstated".to_owned(),
        sha256: Sha256::from([0; 32]),
        modality,
        tasks: tasks.to_vec(),
        algorithmic: false,
        backend: backend.to_owned(),
        starter: false,
        architecture: "unstated".to_owned(),
        parameters: 0,
        languages: Vec::new(),
        licence: None,
    }
}

/// A random identifier in the form of a UUID of version 4.
pub(crate) fn random_id() -> String {
    use sha2::Digest as _;

    // The library's key for a websocket is 16 random bytes, written in base64.
    let key = tokio_tungstenite::tungstenite::handshake::client::generate_key();
    let hex = Sha256::from(<[u8; 32]>::from(sha2::Sha256::digest(key))).to_string();
    let mut id = String::with_capacity(36);
    for (place, digit) in hex.chars().take(32).enumerate() {
        if matches!(place, 8 | 12 | 16 | 20) {
            id.push('-');
        }
        id.push(match place {
            12 => '4',
            16 => 'a',
            _ => digit,
        });
    }
    id
}

/// What a server of one protocol answers to a job for which the protocol has no request.
pub(crate) fn not_served(task: Task) -> crate::GeneratorError {
    let reason = format!("`{task}` is not served by this model");
    crate::GeneratorError::Parameter { parameter: "task", reason }
}
