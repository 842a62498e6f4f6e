//! What `[audit]` says about witnesses and time-stamps.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// `[audit.witnesses.NAME]`: a witness that is asked to cosign checkpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessSection {
    /// Its submission prefix: `/add-checkpoint` follows.
    pub url: String,
    /// Its key (C2SP signed-note, signature type 0x04).
    pub vkey: String,
}

/// `[audit.witness]`: acting as a witness of other logs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ActingWitness {
    /// The own name in cosignatures: a URL without scheme.
    pub name: String,
    /// The vkeys of the logs that are watched; none: not acting as witness.
    pub logs: Vec<String>,
}

impl Default for ActingWitness {
    fn default() -> Self {
        Self { name: "localhost/witness".to_owned(), logs: Vec::new() }
    }
}

/// `[audit.time_stamps]`: RFC 3161 time-stamps over checkpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TimeStamps {
    /// The authority; none: no time-stamps.
    pub url: Option<String>,
    /// Seconds between two time-stamps.
    pub every_s: u64,
    /// Certificates (PEM) that the authority's must lead to; none: any authority counts.
    pub trust: Option<PathBuf>,
}

impl Default for TimeStamps {
    fn default() -> Self {
        Self { url: None, every_s: 3600, trust: None }
    }
}
