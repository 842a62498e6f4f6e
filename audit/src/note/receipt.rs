//! Receipts: the log's promise at once, before any checkpoint covers the record.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use types::{Receipt, Sha256};

use crate::LogKey;

/// What a receipt's signature covers.
pub(super) fn message(origin: &str, index: u64, leaf: &Sha256) -> String {
    format!("imprimatur receipt v1\n{origin}\n{index}\n{}\n", STANDARD.encode(leaf.as_bytes()))
}

/// Signs the promise that `leaf` is durable at `index`.
pub(crate) fn receipt(key: &LogKey, origin: &str, index: u64, leaf_hash: Sha256) -> Receipt {
    let signature = key.sign(message(origin, index, &leaf_hash).as_bytes());
    let signature = STANDARD.encode(signature.to_bytes());
    Receipt { index, leaf_hash, log_size: index + 1, origin: origin.to_owned(), signature }
}
