//! What records say of the vault: pointers, counts and codes, never content.

use serde::{Deserialize, Serialize};
use types::{Sha256, VaultId};

use super::{Entry, Kind, Scope, Subject};

/// At most this many originals are named in one record, so that it stays short.
pub const ENTRIES_MAX: usize = 40;

/// What the vault keeps about a record, or what was done with what it keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultRecord {
    /// Originals, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<EntryRecord>,
    /// The person all of whose originals it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// How many originals it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// How many originals were kept although they were asked to be erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<u64>,
    /// Why, as a code such as `request` or `legal_hold`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<String>,
    /// What a hold covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// Index of the `hold_added` record of a hold that ended, or of the request for a reveal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<u64>,
}

/// A pointer into the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRecord {
    /// The original's name.
    pub id: VaultId,
    /// What it is.
    pub kind: Kind,
    /// Commitment to its bytes under the person's key; a prompt's is the record's own member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<Sha256>,
}

impl From<&Entry> for EntryRecord {
    fn from(entry: &Entry) -> Self {
        Self { id: entry.id, kind: entry.kind, commitment: None }
    }
}
