//! How a command ends.

use std::process::ExitCode;

/// The exit codes that scripts rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Yes, done, trusted.
    Yes = 0,
    /// The answer is no: refused, altered, invalid, a finding.
    No = 1,
    /// Wrong usage, configuration or environment.
    Usage = 2,
    /// Weaker than asked: untrusted signer, expired, no credentials.
    Weaker = 3,
    /// Input that cannot be read.
    Unreadable = 4,
    /// A bug.
    Bug = 70,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A command that could not give its answer.
#[derive(Debug)]
pub(super) struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What to print on stderr.
    pub error: anyhow::Error,
}

/// What a command gives back.
pub(super) type Answer = Result<Exit, Failure>;

impl Failure {
    /// The input cannot be read.
    pub(super) fn unreadable(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Unreadable, error: error.into() }
    }
}

/// Whatever has no code of its own is about usage, configuration or environment.
impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { exit: Exit::Usage, error: error.into() }
    }
}
