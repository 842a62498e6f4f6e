//! Whom and what a decision is about.

use std::fmt;

use serde::{Deserialize, Serialize};
use types::{Language, Modality, Role};

/// Where in the line policy looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hook {
    /// What people ask for, before generation.
    Input,
    /// What was generated.
    Output,
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Input => "input",
            Self::Output => "output",
        })
    }
}

/// Whom and what a decision is about, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The organisation.
    pub tenant: String,
    /// The desk within it.
    pub desk: String,
    /// What the caller may do.
    pub role: Role,
    /// The kind of content that is asked for.
    pub modality: Modality,
    /// Before or after generation.
    pub hook: Hook,
    /// The language of messages.
    pub language: Language,
    /// Unix time in seconds; rules may begin and end.
    pub now: i64,
    /// Ids of rules that the caller takes back for this text; those count whose `may_override` names
    /// the caller's role.
    pub overridden: Vec<String>,
}
