//! What became of the invisible mark.

use serde::{Deserialize, Serialize};

use crate::MarkId;

/// Whether and how an asset was marked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Mark {
    /// A payload that a detector reads back.
    Embedded {
        /// The algorithm's name in the C2PA soft binding, for example `org.imprimatur.image.1`.
        algorithm: String,
        /// The payload.
        id: MarkId,
        /// Algorithms of further marks in the same file with the same payload, such as that of a
        /// video's sound track.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        also: Vec<String>,
    },
    /// A bias in the choice of words: shows the key, carries no payload.
    Statistical {
        /// The algorithm's name in the C2PA soft binding, for example `org.imprimatur.text.1`.
        algorithm: String,
        /// How many tokens carry the bias.
        tokens_marked: u32,
    },
    /// The asset could not be marked, and why.
    NotMarkable {
        /// A reason for people, also written into manifest and record.
        reason: String,
    },
}
