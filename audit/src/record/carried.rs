//! What the files that came with a request carried: closed facts, nothing that they say in words.

use serde::{Deserialize, Serialize};
use types::MarkId;

/// So many files are written out; `marked` and `kept` count all.
const FILES_MAX: usize = 4;

/// Marks of origin in the files that came with a request, and what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedRecord {
    /// How many files came.
    pub files: u64,
    /// How many of them carry a mark of their origin.
    pub marked: u64,
    /// How many of those are ingredients of the asset, or have their marks in it still.
    pub kept: u64,
    /// The first of those that carry one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<CarriedFile>,
}

/// The marks of origin in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedFile {
    /// The verdict about its credentials, if it has some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub c2pa: Option<String>,
    /// The source type in its XMP: IPTC's term, or `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_type: Option<String>,
    /// It has an AIGC object (GB 45438-2025).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub aigc: bool,
    /// The id in its invisible mark, by a key of this installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<MarkId>,
    /// Whether an invisible mark was looked for.
    pub mark_sought: bool,
    /// Whether the asset keeps all of them.
    pub kept: bool,
}

impl CarriedRecord {
    /// Counts one more file; `None` is one without any mark.
    pub fn add(&mut self, found: Option<CarriedFile>) {
        self.files += 1;
        let Some(found) = found else { return };
        self.marked += 1;
        self.kept += u64::from(found.kept);
        if self.found.len() < FILES_MAX {
            self.found.push(found);
        }
    }
}
