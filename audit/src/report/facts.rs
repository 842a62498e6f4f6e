//! What a report needs to know and records do not say.

use serde::{Deserialize, Serialize};

/// Facts about the log and the installation at the time of the report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// How long originals are kept, in calendar months, if the installation says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_months: Option<u32>,
    /// Checkpoints with a time-stamp, ascending by size.
    #[serde(default)]
    pub anchors: Vec<Stamped>,
    /// How many of the installation's witnesses have signed the last cosigned checkpoint.
    #[serde(default)]
    pub cosignatures: u64,
    /// Whether the extent begins with the first entry of the tenant, or of the log.
    #[serde(default)]
    pub from_start: bool,
    /// Whether only the entries about one asset were looked at.
    #[serde(default)]
    pub partial: bool,
}

/// A checkpoint over which a time-stamp authority has signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamped {
    /// The checkpoint's size.
    pub size: u64,
    /// When the authority's answer was stored, RFC 3339.
    pub at: String,
}
