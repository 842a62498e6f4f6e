//! `/v1/audit/…`: reveals by two people, erasure, access, legal holds; within the caller's tenant.

use axum::{
    Json,
    extract::{Path, State},
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use types::MediaType;
use utoipa::ToSchema;

use super::{
    error::ApiError,
    extract::{Caller, JsonBody},
};
use crate::{
    pipeline::Line,
    vaulting::{self, Actor},
};

/// A request to read originals, or another person's confirmation.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct RevealBody {
    /// An id from the vault, a request's id, or a log index.
    id: String,
    /// Why, as a short code: files the request. Without it, the caller confirms.
    reason: Option<String>,
}

/// Whom to erase.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct EraseBody {
    /// A caller's name, or their pseudonym in the log.
    subject: Option<String>,
    /// Instead, a person whom callers wrote about.
    mentioned: Option<String>,
}

/// What to keep.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct HoldBody {
    /// `all`, `tenant:NAME`, `subject:NAME`, `request:ID` or `entry:ID`.
    scope: String,
    /// Why, as a short code such as a docket number.
    reason: String,
}

/// Reads originals: one person asks with a reason, another confirms within 24 hours.
#[utoipa::path(post, path = "/v1/audit/reveal", request_body = RevealBody, responses(
    (status = 200, description = "The request is on record, or the originals"),
    (status = 403, description = "Not by this caller", body = super::error::ErrorBody),
    (status = 404, description = "Nothing is kept under this id", body = super::error::ErrorBody),
    (status = 409, description = "Nobody has asked, or too long ago", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn reveal(
    State(line): State<Line>,
    caller: Caller,
    JsonBody(body): JsonBody<RevealBody>,
) -> Result<Json<Value>, ApiError> {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let stages = line.stages();
    if let Some(reason) = &body.reason {
        let requested = vaulting::request(&stages, &caller.0, &body.id, reason).await?;
        let receipt = requested.receipt;
        return Ok(Json(json!({
            "requested": true, "entries": requested.entries,
            "receipt": {"index": receipt.index, "leaf_hash": receipt.leaf_hash},
        })));
    }
    let revealed = vaulting::confirm(&stages, &caller.0, &body.id).await?;
    let row = |(entry, plain): &(audit::vault::Entry, zeroize::Zeroizing<Vec<u8>>)| {
        let is_text = entry.media_type == MediaType::PlainText;
        let text = is_text.then(|| String::from_utf8_lossy(plain).into_owned());
        let base64 = (!is_text).then(|| BASE64_STANDARD.encode(plain));
        json!({
            "id": entry.id, "kind": entry.kind, "request_id": entry.request_id,
            "media_type": entry.media_type, "text": text, "b64_json": base64,
        })
    };
    let receipt = revealed.receipt;
    Ok(Json(json!({
        "originals": revealed.originals.iter().map(row).collect::<Vec<_>>(),
        "receipt": {"index": receipt.index, "leaf_hash": receipt.leaf_hash},
    })))
}

/// Destroys what is kept about a person; says what must be kept, and on which ground.
#[utoipa::path(post, path = "/v1/audit/erase", request_body = EraseBody, responses(
    (status = 200, description = "What was erased and what was refused"),
    (status = 403, description = "Auditors and standards only", body = super::error::ErrorBody),
    (status = 404, description = "Nothing is kept about them", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn erase(
    State(line): State<Line>,
    caller: Caller,
    JsonBody(body): JsonBody<EraseBody>,
) -> Result<Json<Value>, ApiError> {
    let stages = line.stages();
    let actor = Actor::auditor(&stages, &caller.0)?;
    let tenant = caller.0.tenant.as_str();
    let erasure = match (&body.subject, &body.mentioned) {
        (Some(name), None) => {
            let person = vaulting::find(&stages, name, Some(tenant)).await?;
            vaulting::erase(&stages, &person, &actor).await?
        }
        (None, Some(name)) => vaulting::erase_mentioned(&stages, tenant, name, &actor).await?,
        _ => return Err(ApiError::invalid("subject", "Name either a subject or mentioned.")),
    };
    let refused: Vec<Value> = erasure
        .refused
        .iter()
        .map(|(kept, count)| {
            json!({"ground": kept, "count": count, "text": kept.words(types::Language::En)})
        })
        .collect();
    Ok(Json(json!({
        "erased": erasure.erased, "key_destroyed": erasure.key_destroyed,
        "refused": refused, "records": erasure.records,
    })))
}

/// What is kept about a person, as a ZIP for them.
#[utoipa::path(get, path = "/v1/audit/access/{subject}", responses(
    (status = 200, description = "A ZIP", content_type = "application/zip"),
    (status = 403, description = "Auditors and standards only", body = super::error::ErrorBody),
    (status = 404, description = "Nothing is kept about them", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn access(
    State(line): State<Line>,
    caller: Caller,
    Path(subject): Path<String>,
) -> Result<Response, ApiError> {
    let stages = line.stages();
    let actor = Actor::auditor(&stages, &caller.0)?;
    let person = vaulting::find_caller(&stages, &subject, Some(&caller.0.tenant)).await?;
    let answered = vaulting::answer(&stages, &person, &actor).await?;
    let headers = [
        (CONTENT_TYPE, "application/zip"),
        (CONTENT_DISPOSITION, "attachment; filename=\"access.zip\""),
    ];
    Ok((headers, answered.zip.to_vec()).into_response())
}

/// Holds in force.
#[utoipa::path(get, path = "/v1/audit/holds", responses(
    (status = 200, description = "Holds of the caller's tenant and of the installation"),
    (status = 403, description = "Auditors and standards only", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn holds(
    State(line): State<Line>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    Actor::auditor(&line.stages(), &caller.0)?;
    let holds = line.stages().vault.holds().into_iter();
    let visible = holds
        .filter(|hold| hold.tenant == caller.0.tenant || hold.tenant == audit::vault::INSTALLATION);
    let rows: Vec<Value> = visible
        .map(|hold| json!({"hold": hold.index, "scope": hold.scope, "reason": hold.reason}))
        .collect();
    Ok(Json(json!({"object": "list", "data": rows})))
}

/// Keeps what a scope covers within the caller's tenant, until it is released.
#[utoipa::path(post, path = "/v1/audit/holds", request_body = HoldBody, responses(
    (status = 200, description = "The hold is in the log; its index names it"),
    (status = 403, description = "Auditors and standards only", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn hold(
    State(line): State<Line>,
    caller: Caller,
    JsonBody(body): JsonBody<HoldBody>,
) -> Result<Json<Value>, ApiError> {
    let stages = line.stages();
    let actor = Actor::auditor(&stages, &caller.0)?;
    let scope = vaulting::scope(&stages, &body.scope, Some(&caller.0.tenant)).await?;
    let receipt = vaulting::hold(&stages, scope.clone(), &body.reason, &actor).await?;
    Ok(Json(json!({
        "hold": receipt.index, "scope": scope,
        "receipt": {"index": receipt.index, "leaf_hash": receipt.leaf_hash},
    })))
}

/// Ends a hold.
#[utoipa::path(delete, path = "/v1/audit/holds/{hold}", responses(
    (status = 200, description = "It has ended"),
    (status = 403, description = "Auditors and standards only", body = super::error::ErrorBody),
    (status = 404, description = "No such hold", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn release(
    State(line): State<Line>,
    caller: Caller,
    Path(hold): Path<u64>,
) -> Result<Json<Value>, ApiError> {
    let actor = Actor::auditor(&line.stages(), &caller.0)?;
    let receipt = vaulting::release(&line.stages(), hold, &actor).await?;
    Ok(Json(json!({
        "released": hold,
        "receipt": {"index": receipt.index, "leaf_hash": receipt.leaf_hash},
    })))
}
