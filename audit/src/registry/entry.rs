//! An asset as the log knows it.

use serde::{Deserialize, Serialize};
use types::{AssetId, Mark, MediaType, RequestId, Sha256};

use crate::{Event, Record};

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

    /// The asset that a `released` or `held` record tells of.
    pub(super) fn of(index: u64, leaf_hash: Sha256, record: &Record) -> Option<Self> {
        if !matches!(record.event, Event::Released | Event::Held) {
            return None;
        }
        let (content, c2pa) = (record.content.as_ref()?, record.c2pa.as_ref()?);
        Some(Self {
            asset_id: record.asset_id?,
            request_id: record.request_id?,
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
        })
    }
}
