//! Held assets: what waits, and who decided.
//!
//! The log is the truth: an asset waits as long as its record is `held` and no `approved` or
//! `rejected` record names it. The state store only makes sure that two reviewers who decide at
//! the same moment give one decision.

use audit::{AssetEntry, Event, LogError, Record, ReviewRecord, StateError};
use serde::{Deserialize, Serialize};
use types::{AssetId, Principal, Receipt, Role, Sha256};
use utoipa::ToSchema;

use crate::{recording, wiring::Stages};

const PENDING: &[u8] = b"pending";

/// Why a decision is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReviewError {
    /// There is nothing of this id.
    #[error("no asset has the id {0}; `imprimatur reviews list` shows what waits")]
    Unknown(AssetId),
    /// Somebody has decided already.
    #[error("asset {0} has been decided already")]
    Decided(AssetId),
    /// The reviewer asked for it.
    #[error("nobody decides about what they asked for themselves: ask another editor")]
    FourEyes,
    /// The role may not decide.
    #[error("the role {0} may not review; it takes an editor or standards key")]
    Role(Role),
    /// The stored bytes are not those of the record.
    #[error("the stored bytes of {0} are not those of its record: nothing is released")]
    Damaged(AssetId),
    /// The log did not take the decision.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The asset cannot be read.
    #[error(transparent)]
    Objects(#[from] audit::ObjectError),
    /// The decision cannot be kept.
    #[error(transparent)]
    State(#[from] StateError),
}

/// A reviewer's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ruling {
    /// Release it.
    Approve,
    /// Keep it back for good.
    Reject,
}

/// Puts a held asset into the queue; doing so again changes nothing.
pub(crate) async fn enqueue(stages: &Stages, asset: AssetId) -> Result<(), StateError> {
    stages.state.compare_and_swap(&key(asset), None, Some(PENDING)).await.map(drop)
}

/// What waits for a decision, oldest first.
///
/// # Errors
/// [`ReviewError::Log`] when the registry fails.
pub fn waiting(stages: &Stages) -> Result<Vec<AssetEntry>, ReviewError> {
    Ok(stages.log.registry().waiting()?)
}

/// Decides about an asset; the decision is in the log when this returns. A held one leaves only if it
/// is approved. A released one has left; it is published only if it is approved.
///
/// # Errors
/// [`ReviewError`] saying why the decision is not taken.
pub async fn decide(
    stages: &Stages,
    reviewer: &Principal,
    asset: AssetId,
    ruling: Ruling,
    reason: &str,
) -> Result<Receipt, ReviewError> {
    decide_answered(stages, reviewer, asset, (ruling, reason), None).await
}

/// The same; `answering` is a commitment to who is editorially responsible, which goes on record.
///
/// # Errors
/// [`ReviewError`] saying why the decision is not taken.
pub async fn decide_answered(
    stages: &Stages,
    reviewer: &Principal,
    asset: AssetId,
    (ruling, reason): (Ruling, &str),
    answering: Option<Sha256>,
) -> Result<Receipt, ReviewError> {
    if !reviewer.role.may_review() {
        return Err(ReviewError::Role(reviewer.role));
    }
    let entry = stages.log.registry().asset(asset)?;
    let entry =
        entry.filter(|entry| entry.tenant == reviewer.tenant).ok_or(ReviewError::Unknown(asset))?;
    let actor = recording::pseudonym(&stages.pseudonym_key, reviewer);
    if stages.installation.config().review.four_eyes && actor == entry.actor {
        return Err(ReviewError::FourEyes);
    }
    if entry.review.is_some() {
        return Err(ReviewError::Decided(asset));
    }
    // What comes back into the line must be exactly what left it.
    if stages.objects.get(&entry.sha256).await.is_err() {
        return Err(ReviewError::Damaged(asset));
    }
    enqueue(stages, asset).await?;
    if !stages.state.compare_and_swap(&key(asset), Some(PENDING), Some(actor.as_bytes())).await? {
        return Err(ReviewError::Decided(asset));
    }
    let mut record = record(&entry, ruling, actor.clone());
    if let (Some(commitment), Some(detail)) = (answering, &mut record.detail) {
        *detail += &format!("; responsible {commitment}");
    }
    record.review =
        Some(ReviewRecord { role: reviewer.role, reason: reason.chars().take(64).collect() });
    let appended = stages.log.append(record).await;
    if appended.is_err() {
        // The log did not take it, so the asset goes on waiting.
        stages.state.compare_and_swap(&key(asset), Some(actor.as_bytes()), Some(PENDING)).await?;
    }
    Ok(appended?)
}

fn record(entry: &AssetEntry, ruling: Ruling, actor: String) -> Record {
    let event = match ruling {
        Ruling::Approve => Event::Approved,
        Ruling::Reject => Event::Rejected,
    };
    let mut record = Record::new(event, entry.tenant.clone(), actor);
    record.asset_id = Some(entry.asset_id);
    record.request_id = Some(entry.request_id);
    record.modality = Some(entry.media_type.modality());
    record.idempotency = crate::idempotency::current();
    record.detail = Some(format!("{} record {}", entry.event.name(), entry.index));
    record
}

fn key(asset: AssetId) -> Vec<u8> {
    format!("review/{asset}").into_bytes()
}
