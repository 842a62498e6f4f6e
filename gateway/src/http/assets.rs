//! `/v1/assets/{id}`: what is known of an asset, its bytes, manifest and receipt.

use audit::AssetEntry;
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use types::{AssetId, Sha256};

use super::{assets_beside, error::ApiError, extract::Caller};
use crate::{
    disclosure,
    pipeline::{Line, LineError},
};

/// What is known of an asset.
#[utoipa::path(get, path = "/v1/assets/{id}", responses(
    (status = 200, description = "The asset"),
    (status = 404, description = "No such asset for this key", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn describe(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    find(&line, &caller, &id).map(|entry| Json(told(&entry)))
}

/// What the organisation may know of its asset.
pub(super) fn told(entry: &AssetEntry) -> Value {
    json!({
        "id": entry.asset_id, "object": "imprimatur.asset", "request_id": entry.request_id,
        "created_at": entry.time, "media_type": entry.media_type, "sha256": entry.sha256,
        "manifest_label": entry.manifest_label, "mark": entry.mark, "outcome": entry.event,
        "review": entry.review, "publication": disclosure::publication(entry, true),
        "receipt": {"index": entry.index, "leaf_hash": entry.leaf_hash},
    })
}

/// The signed bytes, if the asset may leave: after publication, those that were published.
#[utoipa::path(get, path = "/v1/assets/{id}/content", responses(
    (status = 200, description = "The signed bytes"),
    (status = 403, description = "Held, or rejected", body = super::error::ErrorBody),
    (status = 404, description = "No such asset for this key", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn content(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let entry = leaving(&line, &caller, &id)?;
    let bytes = object(&line, &entry.current().0).await?;
    let mut response = reply(entry.media_type.name(), &entry, bytes);
    assets_beside::link(&mut response, &entry);
    Ok(response)
}

/// The C2PA manifest store.
#[utoipa::path(get, path = "/v1/assets/{id}/manifest", responses(
    (status = 200, description = "application/c2pa"),
    (status = 404, description = "No such asset for this key", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn manifest(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let entry = leaving(&line, &caller, &id)?;
    let bytes = object(&line, &entry.current().1).await?;
    Ok(reply("application/c2pa", &entry, bytes))
}

/// The terminal record's inclusion proof (C2SP tlog-proof), once a checkpoint covers it.
#[utoipa::path(get, path = "/v1/assets/{id}/receipt", responses(
    (status = 200, description = "A .tlog-proof"),
    (status = 404, description = "No such asset for this key, or no checkpoint yet", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn receipt(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let entry = find(&line, &caller, &id)?;
    let waiting = |_| {
        ApiError::not_found(
            "proof_not_ready",
            "The next checkpoint will cover this entry: try again in ten seconds.",
        )
    };
    let proof = line.stages().attesting.proof(entry.index).map_err(waiting)?;
    Ok(reply("text/plain; charset=utf-8", &entry, proof.text().into_bytes()))
}

/// The caller's asset. Another tenant's asset does not exist for this caller.
pub(super) fn find(line: &Line, caller: &Caller, id: &str) -> Result<AssetEntry, ApiError> {
    let id: AssetId =
        id.parse().map_err(|error: types::TypeError| ApiError::invalid("id", error.to_string()))?;
    let found = line
        .stages()
        .log
        .registry()
        .asset(id)
        .map_err(|error| ApiError::from(LineError::from(error)))?;
    let missing = || ApiError::not_found("asset_not_found", format!("No asset has the id {id}."));
    found.filter(|entry| entry.tenant == caller.0.tenant).ok_or_else(missing)
}

pub(super) fn leaving(line: &Line, caller: &Caller, id: &str) -> Result<AssetEntry, ApiError> {
    let entry = find(line, caller, id)?;
    if entry.may_leave() {
        return Ok(entry);
    }
    Err(ApiError::forbidden("This asset is held: an editor has to approve it first."))
}

async fn object(line: &Line, digest: &Sha256) -> Result<Vec<u8>, ApiError> {
    let read = line.stages().objects.get(digest).await;
    read.map_err(|error| ApiError::from(LineError::from(error)))
}

pub(super) fn reply(media_type: &'static str, entry: &AssetEntry, bytes: Vec<u8>) -> Response {
    let mut response =
        (StatusCode::OK, [(header::CONTENT_TYPE, HeaderValue::from_static(media_type))], bytes)
            .into_response();
    let headers = response.headers_mut();
    let pairs = [
        ("x-imprimatur-asset", entry.asset_id.to_string()),
        ("x-imprimatur-receipt", entry.index.to_string()),
    ];
    for (name, value) in pairs {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    response
}
