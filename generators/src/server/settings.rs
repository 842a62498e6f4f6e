//! What is configured about a server, whatever its protocol.

use std::{fmt, time::Duration};

use reqwest::Url;

use crate::{GeneratorError, seats::Queue};

/// A server, or several that are alike, and how they are asked.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Where they are; at least one.
    pub urls: Vec<String>,
    /// The key that they want.
    pub key: Option<Key>,
    /// How long to wait.
    pub waits: Waits,
    /// How often a request may be tried again before its first byte.
    pub retries_max: u32,
    /// How many requests may be under way at once.
    pub requests_max: usize,
    /// Who waits while those are under way.
    pub queue: Queue,
}

impl Connection {
    /// One server with what is usual.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            urls: vec![url.into()],
            key: None,
            waits: Waits::default(),
            retries_max: 2,
            requests_max: 256,
            queue: Queue::default(),
        }
    }

    /// The addresses, checked.
    ///
    /// # Errors
    /// [`GeneratorError::Unsupported`] naming the one that cannot be used.
    pub(super) fn bases(&self) -> Result<Vec<Url>, GeneratorError> {
        if self.urls.is_empty() {
            return Err(unsupported("no url is configured for it".to_owned()));
        }
        self.urls.iter().map(|url| base(url)).collect()
    }
}

fn base(text: &str) -> Result<Url, GeneratorError> {
    let shown = text.split_once('@').map_or(text, |(_, after)| after);
    let wrong = |reason: &str| unsupported(format!("the url `{shown}` {reason}"));
    let url = Url::parse(text)
        .map_err(|_| wrong("is none: write http://HOST:PORT, and its path where it has one"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong("must begin with http:// or https:// and name a host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("holds a name or password: keys belong in `key_file`"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("must end with its path"));
    }
    Ok(url)
}

fn unsupported(reason: String) -> GeneratorError {
    GeneratorError::Unsupported { reason }
}

/// How long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// For a connection.
    pub connect: Duration,
    /// For the first byte of a stream.
    pub first_byte: Duration,
    /// For the next byte.
    pub idle: Duration,
    /// For all of it, tries included.
    pub total: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(60),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(600),
        }
    }
}

/// A key that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// A key as it stands in a file: blanks around it do not count.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_cannot_be_used_is_named_without_its_secrets() {
        let cases = [
            ("127.0.0.1:8000/v1", "`127.0.0.1:8000/v1`"),
            ("ftp://host/v1", "http://"),
            ("http://u:hunter2@host/v1", "key_file"),
            ("http://host/v1?key=1", "path"),
        ];
        for (url, expected) in cases {
            let error = Connection::new(url).bases().unwrap_err().to_string();
            assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
        }
        assert!(Connection::new("http://127.0.0.1:8000/v1").bases().is_ok());
    }

    #[test]
    fn a_key_is_not_shown() {
        assert!(!format!("{:?}", Key::new("hunter2\n")).contains("hunter2"));
    }
}
