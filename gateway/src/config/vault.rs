//! `[audit.vault]`: which originals are kept, and for how long.

use audit::vault::retention;
use serde::{Deserialize, Serialize};

/// `[audit.vault]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Vault {
    /// Keep what people wrote.
    pub prompts: bool,
    /// Keep the files that people brought.
    pub inputs: bool,
    /// Keep what a model wrote and policy refused.
    pub refused_outputs: bool,
    /// For how many months; at least 6.
    pub retention_months: u32,
}

impl Default for Vault {
    fn default() -> Self {
        Self {
            prompts: true,
            inputs: true,
            refused_outputs: false,
            retention_months: retention::MONTHS_DEFAULT,
        }
    }
}

impl Vault {
    /// Why these values cannot be used, if so.
    pub(super) fn problem(&self) -> Option<String> {
        let (months, min) = (self.retention_months, retention::MONTHS_MIN);
        (months < min).then(|| {
            format!(
                "audit.vault.retention_months is {months}: evidence is kept for at least {min} months"
            )
        })
    }
}
