//! What can go wrong with kept originals, by what the caller can do about it.

use std::{io, path::PathBuf};

use types::VaultId;

/// The evidence vault cannot be opened, read or written.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// A write of the key file failed: what it has kept is unknown until it is opened again.
    #[error(
        "the evidence vault has stopped ({0}): nothing is kept or erased until the program is started again on a working disk"
    )]
    Stopped(String),
    /// The key file is not what was written.
    #[error("the evidence vault's key file is damaged at slot {slot}: restore it from a backup")]
    Damaged {
        /// The slot at fault.
        slot: usize,
    },
    /// The key-encryption key is not the one that wrapped the data keys.
    #[error(
        "the evidence key does not open the vault's data keys: put the right `evidence.key` back"
    )]
    WrongKey,
    /// The key file is gone although originals are there.
    #[error(
        "{} is missing but originals are kept beside it: restore it from a backup", .0.display()
    )]
    KeysMissing(PathBuf),
    /// The subject is being erased.
    #[error("this person's evidence is being erased: try again when that is on record")]
    Erasing,
    /// Nothing of this id is kept.
    #[error("nothing is kept under {0}: it was erased, has expired, or never was")]
    Unknown(VaultId),
    /// What is kept is not what was put in.
    #[error("original {0} was changed on disk: restore it from a backup")]
    Altered(VaultId),
    /// A text that is no pseudonym.
    #[error("`{0}` is not a pseudonym: 32 hexadecimal digits")]
    Subject(String),
    /// A text that is no scope of a hold.
    #[error(
        "`{0}` is not a scope: `all`, `tenant:NAME`, `subject:PSEUDONYM`, `request:ID` or `entry:ID`"
    )]
    Scope(String),
    /// The operating system gave no randomness, or the cipher refused.
    #[error("the cipher cannot be used: {0}")]
    Cipher(String),
    /// The store that several gateways share failed, or holds what cannot be.
    #[error("the shared evidence vault cannot be used: {0}")]
    Elsewhere(String),
    /// What is destroyed in the store could be brought back.
    #[error(
        "the bucket keeps versions of what was replaced or removed, so nobody could be erased: suspend its versioning, or name another bucket in storage.objects"
    )]
    Versions,
    /// The store ignores on which condition it is to write.
    #[error(
        "the bucket's server ignores If-None-Match and If-Match, so gateways would overwrite each other: use one that keeps conditional writes"
    )]
    Conditions,
    /// A file cannot be read or written.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
}

impl VaultError {
    pub(crate) fn file(path: impl Into<PathBuf>, error: &io::Error) -> Self {
        Self::File { path: path.into(), reason: error.to_string() }
    }
}
