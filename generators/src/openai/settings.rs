//! What is configured about a server of OpenAI's protocol.

use types::Modality;

use crate::server::Connection;
pub use crate::{
    seats::Queue,
    server::{Key, Waits},
};

/// A server, or several that are alike.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where they are, with the path up to `/v1`; at least one.
    pub urls: Vec<String>,
    /// The model's name there; without it the first that the server lists.
    pub model: Option<String>,
    /// What is sent as bearer token.
    pub key: Option<Key>,
    /// What the model makes: text or pictures.
    pub modality: Modality,
    /// How a text is asked for.
    pub protocol: Protocol,
    /// How long to wait.
    pub waits: Waits,
    /// How often a request may be tried again before its first byte.
    pub retries_max: u32,
    /// How many requests may be under way at once.
    pub requests_max: usize,
    /// Who waits while those are under way.
    pub queue: Queue,
}

impl Settings {
    /// One server with what is usual.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self::of(Connection::new(url))
    }

    /// Servers as another protocol may have them, with what is usual.
    fn of(connection: Connection) -> Self {
        let Connection { urls, key, waits, retries_max, requests_max, queue } = connection;
        let (model, modality, protocol) = (None, Modality::Text, Protocol::Chat);
        Self { urls, model, key, modality, protocol, waits, retries_max, requests_max, queue }
    }

    /// How the servers are reached.
    #[must_use]
    pub fn connection(&self) -> Connection {
        let (urls, key) = (self.urls.clone(), self.key.clone());
        let (waits, retries_max) = (self.waits, self.retries_max);
        let (requests_max, queue) = (self.requests_max, self.queue);
        Connection { urls, key, waits, retries_max, requests_max, queue }
    }
}

/// How a text is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protocol {
    /// `/chat/completions`: the server applies the model's chat template.
    #[default]
    Chat,
    /// `/completions`: the conversation is sent as plain lines.
    Completions,
}
