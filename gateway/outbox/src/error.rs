//! What can go wrong, by what the caller can do about it.

use audit::{LogError, StateError};

/// Something is not told now.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutboxError {
    /// The secret is none.
    #[error("the secret {0}: make one with `echo whsec_$(openssl rand -base64 32)`")]
    Secret(&'static str),
    /// Nothing that is told has this name.
    #[error("there is no event `{name}`; there are {known}")]
    Event {
        /// The name.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// The name is not one.
    #[error("the name of a webhook has 1 to 32 small letters, digits and hyphens; `{0}` does not")]
    Name(String),
    /// The state cannot be read or written: it is told later.
    #[error(transparent)]
    State(#[from] StateError),
    /// The log cannot be read: it is told later.
    #[error(transparent)]
    Log(#[from] LogError),
    /// What is remembered cannot be read.
    #[error("what is remembered of `{0}` is damaged: `imprimatur doctor` says more")]
    Damaged(String),
}
