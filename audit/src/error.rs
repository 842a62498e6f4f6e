//! What can go wrong, by what the caller can do about it.

use std::{io, path::PathBuf};

/// The log cannot be opened, read or written.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// A write or sync failed: the log acknowledges nothing any more.
    #[error(
        "the log has stopped ({0}): nothing is acknowledged until the program is started again on a working disk"
    )]
    Stopped(String),
    /// The log was closed.
    #[error("the log is closed: the program is ending")]
    Closed,
    /// A record is larger than the log takes.
    #[error("the record has {bytes} bytes, the log takes {max}: shorten its lists")]
    RecordTooLarge {
        /// Its length.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// Another process has the folder open.
    #[error("{} is in use by another process: end it, or use its HTTP interface", .0.display())]
    InUse(PathBuf),
    /// What is on disk is not what was acknowledged.
    #[error("the log is damaged at index {index}: {reason}; restore it from a backup")]
    Damaged {
        /// The first index at fault.
        index: u64,
        /// What is wrong.
        reason: String,
    },
    /// The log holds less than its signed checkpoint promises.
    #[error(
        "the log holds {found} records but its checkpoint promises {promised}: restore the segments"
    )]
    Behind {
        /// Records found.
        found: u64,
        /// Records promised.
        promised: u64,
    },
    /// The log has another history than it has promised.
    #[error(
        "the log is forked: its first {size} records are not those that a signed checkpoint over {size} covers; keep both as evidence and restore the log that the checkpoint is of"
    )]
    Forked {
        /// The size of the checkpoint that it contradicts.
        size: u64,
    },
    /// No record has this index or id.
    #[error("there is no record {0}; `imprimatur audit tail` shows the last ones")]
    Unknown(String),
    /// A key file cannot be used.
    #[error("{}: {reason}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// The index cannot be used.
    #[error("the index failed ({0}): remove its folder, it is rebuilt from the log")]
    Index(String),
    /// A note, proof or checkpoint cannot be read.
    #[error("this is not a valid {what}: {reason}")]
    Note {
        /// `checkpoint`, `proof` or `vkey`.
        what: &'static str,
        /// What is wrong.
        reason: String,
    },
}

impl LogError {
    pub(crate) fn file(path: impl Into<PathBuf>, error: &io::Error) -> Self {
        Self::File { path: path.into(), reason: error.to_string() }
    }
}

/// State cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Keys are at most 64 bytes, values at most 4 KiB: longer ones are not safe in a crash.
    #[error("a {what} of {bytes} bytes is too long: at most {max}")]
    TooLong {
        /// `key` or `value`.
        what: &'static str,
        /// Its length.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// The store failed.
    #[error("the state store failed: {0}")]
    Store(String),
}

/// An asset cannot be stored or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// There is no object of this digest.
    #[error("no object has the digest {0}")]
    Missing(types::Sha256),
    /// The stored bytes do not have the digest they are named by.
    #[error("object {0} is damaged: restore it from a backup")]
    Damaged(types::Sha256),
    /// The store failed.
    #[error("the object store failed: {0}")]
    Store(String),
}
