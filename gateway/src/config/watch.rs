//! `[watch.NAME]`

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// `[watch.NAME]`: a folder whose files are signed as they come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchSection {
    /// Where files come, and in its sub-folders; they stay there untouched.
    pub folder: PathBuf,
    /// Where the signed ones go, under the same names; not inside `folder`.
    pub output: PathBuf,
    /// Whose files they are.
    pub tenant: String,
    /// The desk.
    pub desk: String,
    /// How all of them came about: a term of IPTC's digital source types. Nothing is assumed.
    pub source_type: Option<String>,
    /// Whether they get an invisible mark.
    #[serde(default)]
    pub mark: bool,
    /// A file is taken when it has not changed for so long, in seconds; 2 if absent.
    pub settle_seconds: Option<u64>,
}
