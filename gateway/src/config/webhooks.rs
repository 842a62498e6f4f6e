//! `[webhooks.NAME]`

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// `[webhooks.NAME]`: a system that is told what happens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSection {
    /// Where it listens.
    pub url: String,
    /// What it is told; without it everything.
    #[serde(default)]
    pub events: Vec<String>,
    /// A file of mode 600 with the secret (`whsec_…`) that signs what it is told; several, one a
    /// line, while it changes.
    pub secret_file: PathBuf,
    /// Of which organisations; without it of all.
    #[serde(default)]
    pub tenants: Vec<String>,
    /// Of which desks; without it of all.
    #[serde(default)]
    pub desks: Vec<String>,
    /// How long one call may take, in seconds, 1 to 30; 10 if absent.
    pub seconds_max: Option<u64>,
    /// Lets a private address, and one without https, be called.
    #[serde(default)]
    pub allow_private: bool,
}
