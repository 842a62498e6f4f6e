//! What is found through the log: one fold over its records, kept in sled, rebuilt when in doubt.
//!
//! sled's values over 4 KiB are not safe in a crash, so they are short, and the fold notes which
//! record it ends with; on a mismatch everything is dropped and folded again.
//!
//! `rows` lists what is stored, `terms` what records are found by, `postings` how, `near` what looks
//! alike. Nothing is held in memory but the last 256 records' postings and, once something alike has
//! been looked for, fingerprints.

mod entry;
mod fold;
mod near;
pub(crate) mod postings;
mod rows;
mod terms;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use types::{AssetId, ImageFingerprint, MarkId, RequestId, Sha256, TextFingerprint};

pub(crate) use self::terms::Term;
pub use self::{
    entry::{AssetEntry, Publication},
    terms::Filter,
};
use self::{
    near::Near,
    postings::{BLOCK, Postings},
    rows::{ASSETS, OPEN, SAME, WAITING, number, numbered},
};
use crate::{LogError, database};

const CACHE_BYTES: u64 = 8 << 20;

/// Look-ups over the log.
#[derive(Debug, Clone)]
pub struct Registry {
    db: sled::Db,
    folder: PathBuf,
    pub(crate) postings: Postings,
    near: Arc<Near>,
}

impl Registry {
    /// Opens the index; an unreadable one is removed, because it can be rebuilt.
    pub(crate) fn open(folder: &Path) -> Result<Self, LogError> {
        let db = match database::open(folder, CACHE_BYTES) {
            Ok(db) => db,
            Err(error) if database::locked(&error) => {
                return Err(LogError::InUse(folder.to_path_buf()));
            }
            Err(_) => {
                fs::remove_dir_all(folder).map_err(|error| LogError::file(folder, &error))?;
                database::open(folder, CACHE_BYTES).map_err(failed)?
            }
        };
        let (postings, near) = (Postings::new(db.clone()), Arc::new(Near::new(db.clone())));
        Ok(Self { db, folder: folder.to_path_buf(), postings, near })
    }

    /// Makes the index durable.
    pub(crate) fn sync(&self) -> Result<(), LogError> {
        database::sync(&self.db, &self.folder)
            .map_err(|error| LogError::file(self.folder.join("db"), &error))
    }

    /// An asset.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn asset(&self, id: AssetId) -> Result<Option<AssetEntry>, LogError> {
        self.first(&Filter::Asset(id))
    }

    /// The asset that a mark id is registered to.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn by_mark(&self, id: MarkId) -> Result<Option<AssetEntry>, LogError> {
        self.first(&Filter::Mark(id))
    }

    /// The asset whose delivered bytes have this digest.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn by_sha256(&self, digest: &Sha256) -> Result<Option<AssetEntry>, LogError> {
        self.first(&Filter::Sha256(*digest))
    }

    /// The asset of a C2PA manifest.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn by_manifest(&self, label: &str) -> Result<Option<AssetEntry>, LogError> {
        self.first(&Filter::Manifest(label.to_owned()))
    }

    /// Assets whose pictures differ in at most `max` of 256 bits, each with in how many; those that
    /// differ least first, at most `count` of them.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn near_images(
        &self,
        image: &ImageFingerprint,
        max: u32,
        count: usize,
    ) -> Result<Vec<(AssetEntry, u32)>, LogError> {
        self.entries(self.near.images(image, max, count)?)
    }

    /// Assets whose texts share at least `min` of their shingles, each with the share (0–1); the
    /// most similar first, at most `count` of them.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn near_texts(
        &self,
        text: &TextFingerprint,
        min: f32,
        count: usize,
    ) -> Result<Vec<(AssetEntry, f32)>, LogError> {
        self.entries(self.near.texts(text, min, count)?)
    }

    /// Reads the fingerprints into memory, which the first near search does otherwise.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn warm(&self) -> Result<(), LogError> {
        self.near.catch_up()
    }

    /// Indices of all records of a request, in order.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn request(&self, id: RequestId) -> Result<Vec<u64>, LogError> {
        let term = Filter::Request(id).term();
        let (mut block, mut found) = (0, Vec::new());
        while let Some((at, bits)) = self.postings.at_least(&term, block)? {
            found.extend(bits.positions().map(|position| at * BLOCK + u64::from(position)));
            block = at + 1;
        }
        Ok(found)
    }

    /// Indices of the `admitted` records of requests without a terminal record.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn unfinished(&self) -> Result<Vec<u64>, LogError> {
        self.db
            .scan_prefix(OPEN)
            .values()
            .map(|value| Ok(number(&value.map_err(failed)?)))
            .collect()
    }

    /// Held assets that nobody has decided about, oldest first. Others are not looked at.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn waiting(&self) -> Result<Vec<AssetEntry>, LogError> {
        let rows = self.db.scan_prefix(WAITING).keys();
        let entries = rows.map(|key| self.entry(number(&key.map_err(failed)?)));
        entries.filter_map(Result::transpose).collect()
    }

    /// The asset of the first record that has a value and tells of one: what came later, such as a
    /// verification of its bytes, is about that asset.
    fn first(&self, filter: &Filter) -> Result<Option<AssetEntry>, LogError> {
        let (term, mut block) = (filter.term(), 0);
        while let Some((at, bits)) = self.postings.at_least(&term, block)? {
            for position in bits.positions() {
                if let Some(entry) = self.entry(at * BLOCK + u64::from(position))? {
                    return Ok(Some(entry));
                }
            }
            block = at + 1;
        }
        Ok(None)
    }

    /// Assets that a filter finds, oldest first, at most `max`.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn assets(&self, filter: &Filter, max: usize) -> Result<Vec<AssetEntry>, LogError> {
        let (term, mut block, mut found) = (filter.term(), 0, Vec::<AssetEntry>::new());
        while let Some((at, bits)) = self.postings.at_least(&term, block)? {
            for position in bits.positions() {
                let Some(entry) = self.entry(at * BLOCK + u64::from(position))? else { continue };
                if found.iter().all(|known| known.asset_id != entry.asset_id) {
                    found.push(entry);
                }
                if found.len() >= max {
                    return Ok(found);
                }
            }
            block = at + 1;
        }
        Ok(found)
    }

    fn entries<T>(&self, found: Vec<(u64, T)>) -> Result<Vec<(AssetEntry, T)>, LogError> {
        let told = found.into_iter().map(|(index, how)| Ok((self.entry(index)?, how)));
        let told = told.filter_map(|found: Result<_, LogError>| match found {
            Ok((entry, how)) => entry.map(|entry| Ok((entry, how))),
            Err(error) => Some(Err(error)),
        });
        told.collect()
    }

    /// The asset that a record tells of.
    fn entry(&self, index: u64) -> Result<Option<AssetEntry>, LogError> {
        let same = self.db.get(numbered(SAME, index)).map_err(failed)?;
        let index = same.map_or(index, |same| number(&same));
        let bytes = self.db.get(numbered(ASSETS, index)).map_err(failed)?;
        bytes
            .map(|bytes| serde_json::from_slice(&bytes))
            .transpose()
            .map_err(|error| LogError::Index(error.to_string()))
    }
}

fn failed(error: sled::Error) -> LogError {
    LogError::Index(error.to_string())
}

#[cfg(test)]
mod tests;
