//! The index's rows: what each key means, and the bounds within which sled is safe.
//!
//! | key | value |
//! |---|---|
//! | `position` | number of records taken in, leaf hash of the last |
//! | `a/` index | the asset that a record tells of, as JSON |
//! | `b/` index of a publication | index of the record with its asset |
//! | `u/` request | index of an `admitted` record without a terminal one |
//! | `w/` index | a held asset that nobody has decided about |
//! | `g/` index | an asset's fingerprint |
//! | `t/` milliseconds | index of the first record of that time |
//! | `s/` tenant's digest | the tenant's next number, its name |
//! | `p` kind, value, block | which of a block's records have the value |
//!
//! Numbers are big-endian, so that they sort.

use std::collections::HashMap;

use types::{AssetId, RequestId, Sha256};

use super::{AssetEntry, failed};
use crate::LogError;

/// Where the fold stands.
pub(super) const POSITION: &[u8] = b"position";
/// Assets, by the index of the record that tells of them.
pub(super) const ASSETS: &[u8] = b"a/";
/// Where the asset of a later record is told of.
pub(super) const SAME: &[u8] = b"b/";
/// Held assets without a decision, by the index of their record.
pub(super) const WAITING: &[u8] = b"w/";
/// Requests without a terminal record.
pub(super) const OPEN: &[u8] = b"u/";
/// Fingerprints, by the index of their record.
pub(super) const FINGERPRINTS: &[u8] = b"g/";
/// Times, with the first record of each.
pub(super) const TIMES: &[u8] = b"t/";
/// Tenants.
pub(super) const TENANTS: &[u8] = b"s/";

/// Rows that become visible together, with the assets among them.
#[derive(Debug, Default)]
pub(super) struct Rows {
    batch: sled::Batch,
    assets: HashMap<AssetId, AssetEntry>,
}

impl Rows {
    pub(super) fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), LogError> {
        crate::state::bounded(key, value).map_err(|error| LogError::Index(error.to_string()))?;
        self.batch.insert(key, value);
        Ok(())
    }

    pub(super) fn remove(&mut self, key: &[u8]) {
        self.batch.remove(key);
    }

    pub(super) fn put_asset(&mut self, entry: AssetEntry) -> Result<(), LogError> {
        let bytes =
            serde_json::to_vec(&entry).map_err(|error| LogError::Index(error.to_string()))?;
        self.put(&numbered(ASSETS, entry.index), &bytes)?;
        self.assets.insert(entry.asset_id, entry);
        Ok(())
    }

    /// An asset among the rows, which the index does not show yet.
    pub(super) fn asset(&self, id: AssetId) -> Option<&AssetEntry> {
        self.assets.get(&id)
    }

    pub(super) fn write(self, db: &sled::Db) -> Result<(), LogError> {
        db.apply_batch(self.batch).map_err(failed)
    }
}

/// The number at the end of a key or value.
pub(super) fn number(bytes: &[u8]) -> u64 {
    let last = bytes.last_chunk::<8>().copied().unwrap_or_default();
    u64::from_be_bytes(last)
}

/// The count and leaf hash of [`POSITION`].
pub(super) fn position(bytes: &[u8]) -> Option<(u64, Sha256)> {
    let (count, leaf) = bytes.split_first_chunk::<8>()?;
    let leaf: [u8; 32] = leaf.try_into().ok()?;
    Some((u64::from_be_bytes(*count), Sha256::from(leaf)))
}

pub(super) fn position_value(count: u64, leaf: &Sha256) -> Vec<u8> {
    [count.to_be_bytes().as_slice(), leaf.as_bytes()].concat()
}

pub(super) fn open_key(id: RequestId) -> Vec<u8> {
    [OPEN, id.as_bytes()].concat()
}

pub(super) fn tenant_key(tenant: &str) -> Vec<u8> {
    [TENANTS, Sha256::of(tenant.as_bytes()).as_bytes()].concat()
}

/// A key of a prefix and a number.
pub(super) fn numbered(prefix: &[u8], number: u64) -> Vec<u8> {
    [prefix, &number.to_be_bytes()].concat()
}
