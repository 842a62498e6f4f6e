//! Why evidence cannot be exported, and why a bundle is not accepted.

use std::path::PathBuf;

use types::AssetId;

use crate::{
    LogError,
    report::{RegimeError, RenderError},
};

/// Evidence cannot be exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The regime.
    #[error(transparent)]
    Regime(#[from] RegimeError),
    /// The report.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A time of the plan.
    #[error("{0} is not a time: write 2026-11-24 or 2026-11-24T18:00:00Z")]
    Time(String),
    /// The asset of a case.
    #[error("no asset has the id {0}")]
    UnknownAsset(AssetId),
    /// A file cannot be read or written.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        reason: String,
    },
}

impl ExportError {
    pub(super) fn file(path: &std::path::Path, reason: impl ToString) -> Self {
        Self::File { path: path.to_path_buf(), reason: reason.to_string() }
    }
}

/// Why a bundle is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// It cannot be read at all.
    #[error("the bundle cannot be read: {0}")]
    Unreadable(String),
    /// It is not laid out as a bag.
    #[error("this is not a bundle of evidence: {0}")]
    Layout(String),
    /// A file differs from its digest.
    #[error("{0} was changed: its SHA-256 is not the one in the manifest")]
    Changed(String),
    /// A file is gone.
    #[error("{0} is missing")]
    Missing(String),
    /// A file does not belong.
    #[error("{0} was added: no manifest names it")]
    Added(String),
    /// A file's content is broken.
    #[error("{file} cannot be used: {reason}")]
    Broken {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The key is not the expected one.
    #[error("the bundle's log key {found} is not the expected {expected}")]
    Key {
        /// The key in the bundle.
        found: String,
        /// The key that was asked for.
        expected: String,
    },
    /// The checkpoint is not the log's.
    #[error("data/checkpoint is not signed by {vkey}: {reason}")]
    Checkpoint {
        /// The key.
        vkey: String,
        /// What is wrong.
        reason: String,
    },
    /// An entry is not what the log holds.
    #[error("entry {index} is not proved: {reason}")]
    Entry {
        /// Its index in the log.
        index: u64,
        /// What is wrong.
        reason: String,
    },
    /// Entries of a tenant are missing.
    #[error(
        "the tenant_seq of {tenant} has a gap: {expected} is missing, entry {index} has {found}"
    )]
    Gap {
        /// The tenant.
        tenant: String,
        /// The number that should come.
        expected: u64,
        /// The number that came.
        found: u64,
        /// The entry that has it.
        index: u64,
    },
    /// Entries are missing or do not belong.
    #[error("the entries are not those of the extent: {0}")]
    Extent(String),
    /// The entries do not give the root that was signed.
    #[error("the entries do not give the root of the checkpoint")]
    Root,
    /// A file for people differs from the entries.
    #[error("{file} does not match the entries: {reason}")]
    View {
        /// The file.
        file: String,
        /// Where it differs.
        reason: String,
    },
    /// The log does not know this bag.
    #[error("the log has no record of this bag: {0}")]
    Unrecorded(String),
}

impl Fault {
    /// The entry at fault, if it is one.
    #[must_use]
    pub const fn index(&self) -> Option<u64> {
        match self {
            Self::Entry { index, .. } | Self::Gap { index, .. } => Some(*index),
            _ => None,
        }
    }

    pub(super) fn broken(file: &str, reason: impl ToString) -> Self {
        Self::Broken { file: file.to_owned(), reason: reason.to_string() }
    }
}
