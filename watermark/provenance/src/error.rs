//! Why credentials cannot be made or checked.

use std::path::PathBuf;

use crate::keys::ChainProblem;

/// Why credentials cannot be made or checked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProvenanceError {
    /// A key or certificate file.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The key that signs claims cannot be used, or there is none.
    #[error("the signing key: {0}")]
    Key(String),
    /// The certificates that say whose the key is would be refused by validators.
    #[error("the signing certificate: {0}: {fix}", fix = .0.fix())]
    Chain(ChainProblem),
    /// A certificate or key is not what it should be.
    #[error("the certificate or key cannot be used: {0}")]
    Certificate(String),
    /// The time-stamp authority did not answer.
    #[error("no time-stamp: {0}; nothing was signed")]
    TimeStamp(String),
    /// The manifest states a watermark without saying how to find it, or the like.
    #[error("the manifest would be refused by other validators: {0}")]
    Manifest(String),
    /// A label in the file's metadata, which is then not signed either.
    #[error("the labels cannot be written: {0}")]
    Labels(String),
    /// The file is empty. No validator can match a hash over nothing (C2PA 2.4, data hash), so a
    /// signature over it would be read as broken.
    #[error("the file is empty: there is nothing to sign")]
    Empty,
    /// The file cannot carry credentials.
    #[error("the file cannot be signed: {0}")]
    Sign(String),
}

impl From<c2pa::Error> for ProvenanceError {
    fn from(error: c2pa::Error) -> Self {
        Self::Sign(error.to_string())
    }
}

impl From<rcgen::Error> for ProvenanceError {
    fn from(error: rcgen::Error) -> Self {
        Self::Certificate(error.to_string())
    }
}
