//! Publication: an asset goes before the public, is corrected or withdrawn, each on record.
//!
//! Only what an editor approved is published, unless configuration says otherwise. The published file
//! carries the label that is due and an update manifest that says that it was published; its bytes and
//! manifest are kept beside the delivered ones.

mod due;

use audit::{
    AssetEntry, C2paRecord, ContentRecord, Event, LogError, PublicationRecord, Record,
    ReviewRecord, StateError,
};
use provenance::{HumanOversight, ProvenanceError, UpdateKind, UpdateRequest, carries_manifest};
use types::{AssetId, Principal, Receipt, Role, Sha256};

use self::due::Ready;
use crate::{recording, wiring::Stages};

/// Longest address of an article or notice.
const URL_CHARS_MAX: usize = 500;
/// Longest reason that is recorded.
const REASON_CHARS_MAX: usize = 64;

/// Why nothing is published, corrected or withdrawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// No asset of this tenant has the id.
    #[error("no asset has the id {0}")]
    Unknown(AssetId),
    /// The role may not publish.
    #[error("the role {0} may not publish; it takes an editor or standards key")]
    Role(Role),
    /// It waits for a review, was rejected, or nobody approved it.
    #[error(
        "nobody has approved asset {0}: an editor has to, with `imprimatur reviews approve` or POST /v1/reviews/{0}"
    )]
    Unapproved(AssetId),
    /// It is published already, or somebody is at it.
    #[error("asset {0} is published already")]
    Published(AssetId),
    /// It was never published.
    #[error("asset {0} was not published, so there is nothing to correct or withdraw")]
    Unpublished(AssetId),
    /// A withdrawal is final.
    #[error("asset {0} was withdrawn; publish a new asset instead")]
    Withdrawn(AssetId),
    /// The address is none.
    #[error(
        "an address begins with https:// or http:// and has at most {URL_CHARS_MAX} characters"
    )]
    Url,
    /// A correction or withdrawal tells readers why.
    #[error("a correction or withdrawal needs the address of its notice")]
    NoNotice,
    /// The label that is due cannot be written.
    #[error(
        "the label that is due cannot be written: {0}; label the file yourself (`imprimatur label`), sign it as a form of the asset (`imprimatur sign --parent`) and publish that"
    )]
    Label(String),
    /// The update manifest cannot be signed.
    #[error(transparent)]
    Provenance(#[from] ProvenanceError),
    /// The log did not take it.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The asset cannot be read or stored.
    #[error(transparent)]
    Objects(#[from] audit::ObjectError),
    /// The state cannot be kept.
    #[error(transparent)]
    State(#[from] StateError),
}

/// What is told about a publication.
#[derive(Debug, Clone, Default)]
pub struct Notice {
    /// Where readers find the article, or the notice of a correction or withdrawal.
    pub url: Option<String>,
    /// The asset that takes its place.
    pub replaced_by: Option<AssetId>,
    /// Why, as a short code.
    pub reason: String,
}

/// Publishes an asset; the record is durable when this returns.
///
/// # Errors
/// [`PublishError`] saying why it is not published.
pub async fn publish(
    stages: &Stages,
    publisher: &Principal,
    asset: AssetId,
    notice: &Notice,
) -> Result<Receipt, PublishError> {
    let entry = find(stages, publisher, asset, notice)?;
    if entry.is_public() {
        return Err(PublishError::Published(asset));
    }
    let approved = entry.review == Some(Event::Approved);
    let needed = stages.installation.config().review.before_publication;
    if entry.review == Some(Event::Rejected) || !entry.may_leave() || (needed && !approved) {
        return Err(PublishError::Unapproved(asset));
    }
    let actor = recording::pseudonym(&stages.pseudonym_key, publisher);
    let key = format!("publish/{asset}").into_bytes();
    if !stages.state.compare_and_swap(&key, None, Some(actor.as_bytes())).await? {
        return Err(PublishError::Published(asset));
    }
    let published = publish_once(stages, publisher, &entry, notice, approved).await;
    if published.is_err() {
        // Nothing is before the public, so the next one may try.
        stages.state.compare_and_swap(&key, Some(actor.as_bytes()), None).await?;
    }
    published
}

async fn publish_once(
    stages: &Stages,
    publisher: &Principal,
    entry: &AssetEntry,
    notice: &Notice,
    approved: bool,
) -> Result<Receipt, PublishError> {
    let Ready { bytes, manifest, labels } = due::ready(stages, entry, approved).await?;
    let mut request = UpdateRequest::new(
        format!("{}.{}", entry.asset_id, entry.media_type.extension()),
        UpdateKind::Published,
    );
    if !approved {
        request.human_oversight = HumanOversight::PromptGuided;
    }
    let (signer, media_type) = (std::sync::Arc::clone(&stages.signer), entry.media_type);
    let certificate = signer.certificate()?;
    let updating = tokio::task::spawn_blocking(move || {
        let beside = Some(manifest.as_slice()).filter(|_| !carries_manifest(media_type));
        signer.update(&request, &bytes, beside, media_type)
    });
    let stopped = |_| ProvenanceError::Sign("signing ended unexpectedly".to_owned());
    let signed = updating.await.map_err(stopped)??;
    let (sha256, manifest_sha256) = tokio::try_join!(
        stages.objects.put(&signed.bytes),
        stages.objects.put(&signed.manifest_store),
    )?;
    let mut record = record(stages, publisher, entry, Event::Published, notice);
    record.content = Some(content(entry, sha256, signed.bytes.len()));
    record.labels = labels;
    let manifest_label = signed.manifest_label;
    record.c2pa = Some(C2paRecord {
        manifest_label,
        manifest_sha256,
        certificate_sha256: Some(certificate),
        unstamped: signed.unstamped.is_some(),
    });
    if let Some(publication) = record.publication.as_mut().filter(|_| approved) {
        (publication.approval, publication.approved_by) = (entry.review_index, entry.reviewed_by);
    }
    Ok(stages.log.append(record).await?)
}

/// Corrects or withdraws a published asset. Its files stay as they are; whoever verifies them is led
/// to the notice.
///
/// # Errors
/// [`PublishError`] saying why not.
pub async fn amend(
    stages: &Stages,
    publisher: &Principal,
    asset: AssetId,
    amendment: Amendment,
    notice: &Notice,
) -> Result<Receipt, PublishError> {
    let entry = find(stages, publisher, asset, notice)?;
    match entry.publication.as_ref().map(|publication| publication.state) {
        None => return Err(PublishError::Unpublished(asset)),
        Some(Event::Withdrawn) => return Err(PublishError::Withdrawn(asset)),
        Some(_) => {}
    }
    if notice.url.is_none() {
        return Err(PublishError::NoNotice);
    }
    let event = match amendment {
        Amendment::Correct => Event::Corrected,
        Amendment::Withdraw => Event::Withdrawn,
    };
    Ok(stages.log.append(record(stages, publisher, &entry, event, notice)).await?)
}

/// What becomes of a published asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amendment {
    /// It stands with a correction.
    Correct,
    /// It does not stand any more.
    Withdraw,
}

fn find(
    stages: &Stages,
    publisher: &Principal,
    asset: AssetId,
    notice: &Notice,
) -> Result<AssetEntry, PublishError> {
    if !publisher.role.may_review() {
        return Err(PublishError::Role(publisher.role));
    }
    let address = |url: &String| {
        let web = url.starts_with("https://") || url.starts_with("http://");
        web && url.chars().count() <= URL_CHARS_MAX && !url.contains(char::is_whitespace)
    };
    if !notice.url.as_ref().is_none_or(address) {
        return Err(PublishError::Url);
    }
    let registry = stages.log.registry();
    let own = |id: AssetId| {
        let entry = registry.asset(id)?.filter(|entry| entry.tenant == publisher.tenant);
        entry.ok_or(PublishError::Unknown(id))
    };
    if let Some(replacement) = notice.replaced_by {
        own(replacement)?;
    }
    own(asset)
}

fn record(
    stages: &Stages,
    publisher: &Principal,
    entry: &AssetEntry,
    event: Event,
    notice: &Notice,
) -> Record {
    let actor = recording::pseudonym(&stages.pseudonym_key, publisher);
    let mut record = Record::new(event, entry.tenant.clone(), actor);
    record.asset_id = Some(entry.asset_id);
    record.request_id = Some(entry.request_id);
    record.modality = Some(entry.media_type.modality());
    record.idempotency = crate::idempotency::current();
    let reason = notice.reason.chars().take(REASON_CHARS_MAX).collect();
    record.review = Some(ReviewRecord { role: publisher.role, reason });
    record.publication = Some(PublicationRecord {
        url: notice.url.clone(),
        replaced_by: notice.replaced_by,
        ..PublicationRecord::default()
    });
    record
}

fn content(entry: &AssetEntry, sha256: Sha256, bytes: usize) -> ContentRecord {
    ContentRecord {
        media_type: entry.media_type,
        sha256,
        bytes: bytes as u64,
        image_fingerprint: None,
        text_fingerprint: None,
    }
}
