//! An asset as the log knows it.

use serde::{Deserialize, Serialize};
use types::{AssetId, Mark, MediaType, RequestId, Role, Sha256};

use crate::{Event, Record, ReviewRecord};

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
    /// The record of that decision.
    #[serde(default)]
    pub review_index: Option<u64>,
    /// The role of who decided.
    #[serde(default)]
    pub reviewed_by: Option<Role>,
    /// Where it was published, and what became of it.
    #[serde(default)]
    pub publication: Option<Publication>,
}

/// An asset before the public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// `published`, `corrected` or `withdrawn`.
    pub state: Event,
    /// When it came into that state, RFC 3339.
    pub at: String,
    /// Index of the record that says so.
    pub index: u64,
    /// Where readers find the article, or the notice.
    pub url: Option<String>,
    /// The asset that takes its place.
    pub replaced_by: Option<AssetId>,
    /// SHA-256 of the published bytes.
    pub sha256: Sha256,
    /// The published manifest's label.
    pub manifest_label: String,
    /// Digest under which the published manifest is kept.
    pub manifest_sha256: Sha256,
}

impl AssetEntry {
    /// Whether the asset may leave: released, or held and approved.
    #[must_use]
    pub fn may_leave(&self) -> bool {
        self.event == Event::Released || self.review == Some(Event::Approved)
    }

    /// Whether strangers may learn what it is.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        self.publication.is_some()
    }

    /// The bytes and the manifest that readers have: the published ones, else the delivered ones.
    #[must_use]
    pub fn current(&self) -> (Sha256, Sha256, &str) {
        match &self.publication {
            Some(now) => (now.sha256, now.manifest_sha256, &now.manifest_label),
            None => (self.sha256, self.manifest_sha256, &self.manifest_label),
        }
    }

    /// The same asset after a reviewer's decision; the first one stands.
    pub(super) fn decided(self, index: u64, record: &Record) -> Option<Self> {
        let role = record.review.as_ref().map(|ReviewRecord { role, .. }| *role);
        let (review, review_index) = (Some(record.event), Some(index));
        self.review.is_none().then_some(Self { review, review_index, reviewed_by: role, ..self })
    }

    /// The same asset after it was published, corrected or withdrawn. A record that tells of no new
    /// bytes leaves them as they were; what was never published can be neither of the others.
    pub(super) fn published(self, index: u64, record: &Record) -> Option<Self> {
        let before = self.publication.as_ref();
        if before.is_some_and(|before| before.index >= index)
            || (before.is_none() && record.event != Event::Published)
        {
            return None;
        }
        let (sha256, manifest_sha256, manifest_label) = self.current();
        let (content, c2pa) = (record.content.as_ref(), record.c2pa.as_ref());
        let told = record.publication.clone().unwrap_or_default();
        let publication = Publication {
            state: record.event,
            at: record.time.clone(),
            index,
            url: told.url,
            replaced_by: told.replaced_by,
            sha256: content.map_or(sha256, |content| content.sha256),
            manifest_label: c2pa
                .map_or_else(|| manifest_label.to_owned(), |c2pa| c2pa.manifest_label.clone()),
            manifest_sha256: c2pa.map_or(manifest_sha256, |c2pa| c2pa.manifest_sha256),
        };
        Some(Self { publication: Some(publication), ..self })
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
            review_index: None,
            reviewed_by: None,
            publication: None,
        })
    }
}
