//! What is found through the log: one fold over its records, kept in sled, rebuilt when in doubt.
//!
//! sled 0.34.7 is not durable by itself: `flush` does not fsync, and values over 4 KiB are not safe
//! in a crash. So values are short, the file is synced after every flush, and the fold notes which
//! record it ends with; on a mismatch everything is dropped and folded again.

mod fold;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use serde::{Deserialize, Serialize};
use types::{
    AssetId, ImageFingerprint, Mark, MarkId, MediaType, RequestId, Sha256, TextFingerprint,
};

use crate::{Event, LogError, Record};

/// Where the fold stands: number of records and hash of the last leaf.
const POSITION: &[u8] = b"position";

/// An asset as the log knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetEntry {
    /// The asset.
    pub asset_id: AssetId,
    /// The request that made it.
    pub request_id: RequestId,
    /// The organisation.
    pub tenant: String,
    /// Pseudonym of who asked.
    pub actor: String,
    /// Index of the terminal record.
    pub index: u64,
    /// Its leaf hash.
    pub leaf_hash: Sha256,
    /// When it was made, RFC 3339.
    pub time: String,
    /// What the bytes are.
    pub media_type: MediaType,
    /// SHA-256 of the delivered bytes.
    pub sha256: Sha256,
    /// The C2PA manifest's label.
    pub manifest_label: String,
    /// Digest under which the manifest is kept.
    pub manifest_sha256: Sha256,
    /// What became of the mark.
    pub mark: Option<Mark>,
    /// How the request ended: `released` or `held`.
    pub event: Event,
    /// What a reviewer decided: `approved` or `rejected`.
    pub review: Option<Event>,
}

impl AssetEntry {
    /// Whether the asset may leave: released, or held and approved.
    #[must_use]
    pub fn may_leave(&self) -> bool {
        self.event == Event::Released || self.review == Some(Event::Approved)
    }
}

/// Fingerprints in memory: 32 and 256 bytes an asset.
#[derive(Debug, Default)]
struct Fingerprints {
    images: Vec<(AssetId, ImageFingerprint)>,
    texts: Vec<(AssetId, TextFingerprint)>,
}

/// Look-ups over the log.
#[derive(Debug, Clone)]
pub struct Registry {
    db: sled::Db,
    folder: PathBuf,
    near: Arc<RwLock<Fingerprints>>,
}

impl Registry {
    /// Opens the index; an unreadable one is removed, because it can be rebuilt.
    pub(crate) fn open(folder: &Path) -> Result<Self, LogError> {
        let db = match config(folder).open() {
            Ok(db) => db,
            Err(_) => {
                fs::remove_dir_all(folder).map_err(|error| LogError::file(folder, &error))?;
                config(folder).open().map_err(failed)?
            }
        };
        Ok(Self { db, folder: folder.to_path_buf(), near: Arc::default() })
    }

    /// Takes one record into the index.
    pub(crate) fn apply(&self, index: u64, leaf: Sha256, record: &Record) -> Result<(), LogError> {
        self.remember_fingerprints(record);
        if let Some(request) = record.request_id {
            self.put(&request_key(request, index), record.event.name().as_bytes())?;
            let open = open_key(request);
            match record.event {
                Event::Admitted => self.put(&open, &index.to_be_bytes())?,
                event if event.is_terminal() => drop(self.db.remove(open).map_err(failed)?),
                _ => {}
            }
        }
        match record.event {
            Event::Released | Event::Held => self.apply_asset(index, leaf, record)?,
            Event::Approved | Event::Rejected => self.apply_review(record)?,
            _ => {}
        }
        let position = serde_json::to_vec(&(index + 1, leaf))
            .map_err(|error| LogError::Index(error.to_string()))?;
        self.put(POSITION, &position)
    }

    fn apply_asset(&self, index: u64, leaf_hash: Sha256, record: &Record) -> Result<(), LogError> {
        let (Some(asset_id), Some(request_id), Some(content), Some(c2pa)) =
            (record.asset_id, record.request_id, &record.content, &record.c2pa)
        else {
            return Ok(());
        };
        let entry = AssetEntry {
            asset_id,
            request_id,
            tenant: record.tenant.clone(),
            actor: record.actor.clone(),
            index,
            leaf_hash,
            time: record.time.clone(),
            media_type: content.media_type,
            sha256: content.sha256,
            manifest_label: c2pa.manifest_label.clone(),
            manifest_sha256: c2pa.manifest_sha256,
            mark: record.mark.clone(),
            event: record.event,
            review: None,
        };
        self.put_asset(&entry)?;
        self.put(&digest_key(&content.sha256), asset_id.as_bytes())?;
        self.put(&label_key(&c2pa.manifest_label), asset_id.as_bytes())?;
        if let Some(Mark::Embedded { id, .. }) = &record.mark {
            self.put(&mark_key(*id), asset_id.as_bytes())?;
        }
        Ok(())
    }

    fn apply_review(&self, record: &Record) -> Result<(), LogError> {
        let Some(asset) = record.asset_id else { return Ok(()) };
        match self.asset(asset)? {
            // The first decision stands.
            Some(entry) if entry.review.is_none() => {
                self.put_asset(&AssetEntry { review: Some(record.event), ..entry })
            }
            _ => Ok(()),
        }
    }

    fn remember_fingerprints(&self, record: &Record) {
        let (Some(asset), Some(content)) = (record.asset_id, &record.content) else { return };
        let mut near = self.near.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(image) = content.image_fingerprint {
            near.images.push((asset, image));
        }
        if let Some(text) = &content.text_fingerprint {
            near.texts.push((asset, text.clone()));
        }
    }

    fn put_asset(&self, entry: &AssetEntry) -> Result<(), LogError> {
        let bytes =
            serde_json::to_vec(entry).map_err(|error| LogError::Index(error.to_string()))?;
        self.put(&asset_key(entry.asset_id), &bytes)
    }

    fn put(&self, key: &[u8], value: &[u8]) -> Result<(), LogError> {
        crate::state::bounded(key, value).map_err(|error| LogError::Index(error.to_string()))?;
        self.db.insert(key, value).map(drop).map_err(failed)
    }

    /// Makes the index durable.
    pub(crate) fn sync(&self) -> Result<(), LogError> {
        self.db.flush().map_err(failed)?;
        let path = self.folder.join("db");
        let file = fs::File::open(&path).and_then(|file| file.sync_data());
        file.map_err(|error| LogError::file(path, &error))
    }

    /// An asset.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn asset(&self, id: AssetId) -> Result<Option<AssetEntry>, LogError> {
        let bytes = self.db.get(asset_key(id)).map_err(failed)?;
        bytes
            .map(|bytes| serde_json::from_slice(&bytes))
            .transpose()
            .map_err(|error| LogError::Index(error.to_string()))
    }

    /// The asset that a mark id is registered to.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn by_mark(&self, id: MarkId) -> Result<Option<AssetEntry>, LogError> {
        self.follow(&mark_key(id))
    }

    /// The asset whose delivered bytes have this digest.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn by_sha256(&self, digest: &Sha256) -> Result<Option<AssetEntry>, LogError> {
        self.follow(&digest_key(digest))
    }

    /// The asset of a C2PA manifest.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn by_manifest(&self, label: &str) -> Result<Option<AssetEntry>, LogError> {
        self.follow(&label_key(label))
    }

    /// The asset whose picture differs least, if it differs in at most `max` bits.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn nearest_image(
        &self,
        image: &ImageFingerprint,
        max: u32,
    ) -> Result<Option<(AssetEntry, u32)>, LogError> {
        let nearest = {
            let near = self.near.read().unwrap_or_else(PoisonError::into_inner);
            near.images
                .iter()
                .map(|(asset, known)| (*asset, known.distance(image)))
                .min_by_key(|found| found.1)
        };
        let Some((asset, distance)) = nearest.filter(|found| found.1 <= max) else {
            return Ok(None);
        };
        Ok(self.asset(asset)?.map(|entry| (entry, distance)))
    }

    /// The asset whose text is most similar, if at least `min`.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn nearest_text(
        &self,
        text: &TextFingerprint,
        min: f32,
    ) -> Result<Option<(AssetEntry, f32)>, LogError> {
        let nearest = {
            let near = self.near.read().unwrap_or_else(PoisonError::into_inner);
            let found = near.texts.iter().map(|(asset, known)| (*asset, known.similarity(text)));
            found.max_by(|a, b| a.1.total_cmp(&b.1))
        };
        let Some((asset, similarity)) = nearest.filter(|found| found.1 >= min) else {
            return Ok(None);
        };
        Ok(self.asset(asset)?.map(|entry| (entry, similarity)))
    }

    /// Indices of all records of a request, in order.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn request(&self, id: RequestId) -> Result<Vec<u64>, LogError> {
        let prefix = [b"r/".as_slice(), id.as_bytes()].concat();
        self.db.scan_prefix(&prefix).keys().map(|key| Ok(number(&key.map_err(failed)?))).collect()
    }

    /// Indices of the `admitted` records of requests without a terminal record.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn unfinished(&self) -> Result<Vec<u64>, LogError> {
        self.db
            .scan_prefix(b"u/")
            .values()
            .map(|value| Ok(number(&value.map_err(failed)?)))
            .collect()
    }

    /// Every asset, in the order of their ids, which is that of time.
    ///
    /// # Errors
    /// [`LogError::Index`] when the index fails.
    pub fn assets(&self) -> Result<Vec<AssetEntry>, LogError> {
        let read = |value: sled::Result<sled::IVec>| {
            serde_json::from_slice(&value.map_err(failed)?)
                .map_err(|error| LogError::Index(error.to_string()))
        };
        self.db.scan_prefix(b"a/").values().map(read).collect()
    }

    fn follow(&self, key: &[u8]) -> Result<Option<AssetEntry>, LogError> {
        let Some(id) = self.db.get(key).map_err(failed)? else { return Ok(None) };
        let key = [b"a/".as_slice(), id.as_ref()].concat();
        let bytes = self.db.get(key).map_err(failed)?;
        bytes
            .map(|bytes| serde_json::from_slice(&bytes))
            .transpose()
            .map_err(|error| LogError::Index(error.to_string()))
    }
}

fn config(folder: &Path) -> sled::Config {
    sled::Config::new().path(folder).cache_capacity(8 << 20)
}

fn failed(error: sled::Error) -> LogError {
    LogError::Index(error.to_string())
}

fn number(bytes: &[u8]) -> u64 {
    let last = bytes.last_chunk::<8>().copied().unwrap_or_default();
    u64::from_be_bytes(last)
}

fn asset_key(id: AssetId) -> Vec<u8> {
    [b"a/".as_slice(), id.as_bytes()].concat()
}

fn mark_key(id: MarkId) -> Vec<u8> {
    [b"m/".as_slice(), &id.to_u64().to_be_bytes()].concat()
}

fn digest_key(digest: &Sha256) -> Vec<u8> {
    [b"h/".as_slice(), digest.as_bytes()].concat()
}

fn label_key(label: &str) -> Vec<u8> {
    [b"l/".as_slice(), Sha256::of(label.as_bytes()).as_bytes()].concat()
}

fn request_key(id: RequestId, index: u64) -> Vec<u8> {
    [b"r/".as_slice(), id.as_bytes(), &index.to_be_bytes()].concat()
}

fn open_key(id: RequestId) -> Vec<u8> {
    [b"u/".as_slice(), id.as_bytes()].concat()
}
