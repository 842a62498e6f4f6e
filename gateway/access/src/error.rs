//! Why somebody is not let in, or something cannot be kept.

use std::time::Duration;

use audit::StateError;

/// Why somebody is not let in, or something cannot be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// Unknown, wrong, revoked or expired: all look alike to the caller.
    #[error("this key is not valid; make one with `imprimatur keys create`")]
    UnknownKey,
    /// No such session, or it has ended.
    #[error("you are not signed in, or not any more: sign in again")]
    NoSession,
    /// Wrong name or password, or a person who is disabled: all look alike.
    #[error("the name or the password is wrong, or this person may not sign in")]
    WrongPassword,
    /// A link that was used, is too old or never was.
    #[error(
        "this link has been used or is too old: `imprimatur people link NAME` makes another one"
    )]
    WrongLink,
    /// Too many wrong passwords.
    #[error("too many wrong passwords: wait {} seconds", .0.as_secs().max(1))]
    Throttled(Duration),
    /// No person of this name.
    #[error("nobody has the name `{0}`; `imprimatur people list` shows who is known")]
    Nobody(String),
    /// A person of this name is there already.
    #[error("somebody has the name `{0}` already")]
    Exists(String),
    /// A value that cannot be taken, and what to do.
    #[error("{0}")]
    Invalid(String),
    /// The provider of identities did not answer, or what it said does not hold.
    #[error("sign-in by the provider of identities failed: {0}")]
    Provider(String),
    /// State could not be read or written.
    #[error(transparent)]
    State(#[from] StateError),
}
