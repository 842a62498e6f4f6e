//! `[storage]`: where log, state and assets are kept.

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize};

/// `[storage]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// What keeps log and state.
    pub kind: StorageKind,
    /// The database of `postgres`. It holds a password, so it is taken from the environment only.
    #[serde(skip_serializing)]
    pub url: Option<Hidden>,
    /// A file with that URL which only its owner can read.
    pub url_file: Option<PathBuf>,
    /// Where assets lie and the log is published: `file:FOLDER` or `s3://BUCKET/PREFIX`. Without it
    /// assets lie in the folder `objects`, and the log is not published.
    pub objects: Option<String>,
    /// The folder of the keys, which all gateways on one log share.
    pub keys: PathBuf,
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            kind: StorageKind::Embedded,
            url: None,
            url_file: None,
            objects: None,
            keys: "keys".into(),
        }
    }
}

/// What keeps log and state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StorageKind {
    /// Files in the data folder, for one gateway.
    #[default]
    Embedded,
    /// A PostgreSQL database, for any number of gateways.
    Postgres,
}

/// A text that is not shown.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Hidden(String);

impl Hidden {
    /// The text.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}
