//! Asks another's Soft Binding Resolution API (C2PA 2.4) for the credentials that a file has lost.
//!
//! The service is named on the command line. What it answers may send this machine on, but only
//! within its own origin.

use std::time::Duration;

use serde::{Deserialize, de::DeserializeOwned};
use ureq::Agent;

/// For each request.
const SECONDS_MAX: u64 = 30;
/// Longest answer that is read.
const ANSWER_BYTES_MAX: u64 = 16 << 20;

/// Why a service gave no manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the soft binding resolution service {service}: {reason}")]
pub struct ResolveError {
    /// Its origin.
    pub service: String,
    /// What went wrong.
    pub reason: String,
}

/// A manifest that a service has for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The manifest's label.
    pub manifest_id: String,
    /// How alike, 0–100, where the service says.
    pub score: Option<u8>,
    /// The manifest store.
    pub store: Vec<u8>,
}

/// A service.
#[derive(Debug, Clone)]
pub struct Resolver {
    origin: String,
    agent: Agent,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Discovery {
    api_endpoint: String,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    matches: Vec<Match>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Match {
    manifest_id: String,
    endpoint: Option<String>,
    similarity_score: Option<u8>,
}

impl Resolver {
    /// The service at an origin such as `https://press.example`.
    ///
    /// # Errors
    /// [`ResolveError`] when that is no web address.
    pub fn new(origin: &str) -> Result<Self, ResolveError> {
        let origin = origin.trim_end_matches('/').to_owned();
        let web = origin.starts_with("https://") || origin.starts_with("http://");
        if !web || origin.matches('/').count() != 2 {
            let reason = "give its origin, such as https://press.example".to_owned();
            return Err(ResolveError { service: origin, reason });
        }
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(SECONDS_MAX)))
            .max_redirects(0)
            .user_agent(concat!("imprimatur/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { origin, agent: config.into() })
    }

    /// Its origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The first manifest that it has for a file; blocks.
    ///
    /// # Errors
    /// [`ResolveError`] when it does not answer as the standard says.
    pub fn resolve(&self, file: &[u8], format: &str) -> Result<Option<Resolved>, ResolveError> {
        let found: Discovery = self.get("/.well-known/c2pa-soft-binding-resolution")?;
        let api = self.within(&found.api_endpoint)?;
        let url = format!("{api}/matches/byContent?maxResults=1");
        let request = self.agent.post(&url).header("content-type", format);
        let mut answer = request.send(file).map_err(|error| self.failed(&error))?;
        let answer = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        let answer: Answer = self.parsed(&answer.map_err(|error| self.failed(&error))?)?;
        let Some(first) = answer.matches.into_iter().next() else { return Ok(None) };
        let base = first.endpoint.map_or(Ok(api), |endpoint| self.within(&endpoint))?;
        let store = self.bytes(&format!("{base}/manifests/{}", first.manifest_id))?;
        let (manifest_id, score) = (first.manifest_id, first.similarity_score);
        Ok(Some(Resolved { manifest_id, score, store }))
    }

    /// An address of the service, absolute; one elsewhere is not called.
    fn within(&self, address: &str) -> Result<String, ResolveError> {
        let address = address.trim_end_matches('/');
        let absolute = if address.starts_with('/') && !address.starts_with("//") {
            format!("{}{address}", self.origin)
        } else {
            address.to_owned()
        };
        let rest = absolute.strip_prefix(&self.origin);
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            return Ok(absolute);
        }
        Err(self.wrong(&format!("it sends on to {absolute}, which is not called")))
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ResolveError> {
        let bytes = self.bytes(&format!("{}{path}", self.origin))?;
        self.parsed(&bytes)
    }

    fn bytes(&self, url: &str) -> Result<Vec<u8>, ResolveError> {
        let mut answer = self.agent.get(url).call().map_err(|error| self.failed(&error))?;
        let read = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        read.map_err(|error| self.failed(&error))
    }

    fn parsed<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, ResolveError> {
        serde_json::from_slice(bytes).map_err(|error| {
            self.wrong(&format!("its answer is not that of the standard: {error}"))
        })
    }

    fn failed(&self, error: &ureq::Error) -> ResolveError {
        self.wrong(&error.to_string())
    }

    fn wrong(&self, reason: &str) -> ResolveError {
        ResolveError { service: self.origin.clone(), reason: reason.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_sends_nobody_elsewhere() {
        let service = Resolver::new("https://press.example/").unwrap();
        assert_eq!(service.within("/sbr/v1").unwrap(), "https://press.example/sbr/v1");
        assert_eq!(
            service.within("https://press.example/v2/").unwrap(),
            "https://press.example/v2"
        );
        for elsewhere in [
            "https://other.example/v1",
            "https://press.example.evil.example/v1",
            "http://press.example/v1",
            "//169.254.169.254/v1",
            "file:///etc",
        ] {
            let error = service.within(elsewhere).unwrap_err();
            assert!(error.to_string().contains("not called"), "{error}");
        }
    }

    #[test]
    fn only_an_origin_names_a_service() {
        for wrong in ["press.example", "ftp://press.example", "https://press.example/sbr/v1"] {
            assert!(Resolver::new(wrong).is_err(), "{wrong}");
        }
    }
}
