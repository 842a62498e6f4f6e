//! One question to a server.

use std::time::Duration;

use reqwest::Url;
use tokio::time::Instant;

use super::endpoint::below;

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask<'a> {
    /// The path below an endpoint's address.
    path: &'a str,
    /// Names and values after the path.
    query: &'a [(&'a str, &'a str)],
    /// What is posted, with its media type; without it the request is a GET.
    pub(super) body: Option<(&'a str, &'a [u8])>,
    /// How long the first byte may take.
    pub(super) first_byte: Duration,
    /// When whoever asks gives up.
    pub(super) until: Option<Instant>,
}

impl<'a> Ask<'a> {
    /// A GET.
    pub(crate) const fn get(path: &'a str, first_byte: Duration) -> Self {
        Self { path, query: &[], body: None, first_byte, until: None }
    }

    /// A POST of JSON.
    pub(crate) const fn json(path: &'a str, body: &'a [u8], first_byte: Duration) -> Self {
        Self { path, query: &[], body: Some(("application/json", body)), first_byte, until: None }
    }

    /// A POST of a body of any media type.
    pub(crate) const fn post(
        path: &'a str,
        kind: &'a str,
        body: &'a [u8],
        first_byte: Duration,
    ) -> Self {
        Self { path, query: &[], body: Some((kind, body)), first_byte, until: None }
    }

    /// With names and values after the path.
    pub(crate) const fn with(self, query: &'a [(&'a str, &'a str)]) -> Self {
        Self { query, ..self }
    }

    /// To be answered before the caller gives up.
    pub(crate) const fn until(self, until: Option<Instant>) -> Self {
        Self { until, ..self }
    }

    pub(super) fn url(&self, base: &Url) -> Url {
        let mut url = below(base, self.path);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(self.query);
        }
        url
    }
}
