//! What the log promised.

use serde::{Deserialize, Serialize};

use crate::Sha256;

/// The log's promise that a record is durable at an index of the tree.
///
/// The inclusion proof exists after the next checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Zero-based position in the log.
    pub index: u64,
    /// RFC 6962 leaf hash: SHA-256 of 0x00 and the record's bytes.
    pub leaf_hash: Sha256,
    /// Size of the log when the promise was made, at least `index + 1`.
    pub log_size: u64,
    /// The log's origin line, which names its key.
    pub origin: String,
    /// Base64 of the log key's Ed25519 signature over origin, index and leaf hash.
    pub signature: String,
}
