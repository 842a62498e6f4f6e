//! `[auth]`: who may, and how much.

use access::{Amount, Budget, oidc};
use serde::{Deserialize, Serialize};

/// `[auth]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Auth {
    /// Whether `/v1/verify` and `/v1/detect` answer without a key.
    pub anonymous_verify: bool,
    /// How many files a stranger's address may have checked in a minute; 0 sets no limit.
    pub anonymous_checks_per_minute: u32,
    /// Whether the page takes addresses of files, which this machine then fetches, over https and from
    /// public addresses only.
    pub anonymous_addresses: bool,
    /// Whether the console is reached over TLS: then its cookie is kept to it.
    pub secure_cookies: bool,
    /// How many generations of a model on this machine run at once, shared among tenants; 0 stands for
    /// twice its processors.
    pub local_generations_max: usize,
    /// The same for a model on another server.
    pub remote_generations_max: usize,
    /// How much each key and each person may.
    pub limits: Amount,
    /// How much those may who fit, together.
    pub budgets: Vec<Budget>,
    /// Another provider of identities for the console.
    pub oidc: Option<oidc::Settings>,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            anonymous_verify: true,
            anonymous_checks_per_minute: 30,
            anonymous_addresses: false,
            secure_cookies: false,
            local_generations_max: 0,
            remote_generations_max: 256,
            limits: Amount::default(),
            budgets: Vec::new(),
            oidc: None,
        }
    }
}
