//! The seam over which messages are sent.

use std::{fmt, time::Duration};

use async_trait::async_trait;

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Where to.
    pub url: String,
    /// What is posted, JSON.
    pub body: String,
    /// Names and values beside the content type.
    pub headers: [(&'static str, String); 3],
    /// How long it may take, all in all.
    pub deadline: Duration,
}

/// What the receiver answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// How long it asks to be left alone.
    pub retry_after: Option<Duration>,
}

/// Why something was not delivered. Nothing of what the receiver wrote is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// It answered with this status.
    Status(u16),
    /// No connection, or it broke off.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// Its certificate is not one that is trusted, or it speaks no TLS.
    Untrusted,
    /// The address is one that is not called.
    Forbidden,
    /// It waits behind another message about the same subject.
    Behind,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "it answered {status}"),
            Self::Unreachable => f.write_str("it cannot be reached"),
            Self::TimedOut => f.write_str("it did not answer in time"),
            Self::Untrusted => f.write_str("its certificate is not trusted"),
            Self::Forbidden => f.write_str(
                "its address is private, or not https: `allow_private = true` lets it be called",
            ),
            Self::Behind => f.write_str("it waits behind an earlier message about the same"),
        }
    }
}

/// Sends messages.
///
/// # Contract
/// One POST, no redirects, certificates verified, nothing of the answer's body kept. Calls may run
/// concurrently. Returns within the deadline; nobody retries here.
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends a message.
    ///
    /// # Errors
    /// [`Failure`] when there is no answer; an answer of any status is one.
    async fn post(&self, call: Call) -> Result<Reply, Failure>;
}
