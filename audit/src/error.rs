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
    /// There is no room for a new segment; nothing was written.
    #[error(
        "{}: {reason}: there is no room for more records, so none is acknowledged; free some space, then the log goes on by itself",
        path.display()
    )]
    Full {
        /// The segment that could not be made.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
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
    /// Entries without the checkpoint that was signed before the first of them.
    #[error(
        "{} is missing, but the log holds {found} records: restore it from a backup, or begin a new epoch with `imprimatur audit epoch`",
        path.display()
    )]
    NoCheckpoint {
        /// Where it should be.
        path: PathBuf,
        /// Records found.
        found: u64,
    },
    /// The checkpoint is older than one that was signed since.
    #[error(
        "the checkpoint is over {found} records, but one over {promised} was signed: it was rolled back; restore it from a backup"
    )]
    RolledBack {
        /// Records that the checkpoint covers.
        found: u64,
        /// Records that were covered.
        promised: u64,
    },
    /// A new epoch was asked for, but the log can go on.
    #[error("the log is whole: it needs no new epoch")]
    Whole,
    /// A file that follows from the entries is wrong; opening the log makes it again.
    #[error(
        "{} is not what follows from the records ({reason}): start the program, it is made again",
        path.display()
    )]
    Derived {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
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
    /// The log's store did not answer; nothing was changed.
    #[error(
        "the log's store cannot be reached ({0}): see that it runs and that `storage.url` is right"
    )]
    Unreachable(String),
    /// The store's settings could lose acknowledged records.
    #[error("the log's store is not safe to use: {0}")]
    Unfit(String),
    /// The entries were not stored, and that is known.
    #[error("the record was not stored ({0}): ask again")]
    NotKept(String),
    /// Two different logs claim to be the same one.
    #[error("the log has been forked: {0}; stop every gateway on it and keep both copies")]
    Forked(String),
    /// A larger checkpoint is published already.
    #[error("a checkpoint over {held} records is published, this one covers {offered} only")]
    Superseded {
        /// Records that the published checkpoint covers.
        held: u64,
        /// Records that the refused one covers.
        offered: u64,
    },
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
