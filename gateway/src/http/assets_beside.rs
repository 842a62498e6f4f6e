//! `/v1/assets/{id}/ninjs|newsml|xmp`: what newsroom systems read beside a file.

use audit::AssetEntry;
use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::Response,
};
use serde_json::{Value, json};

use super::{assets, error::ApiError, extract::Caller};
use crate::{
    newsml::{self, Kind},
    pipeline::Line,
    wiring::Stages,
};

/// The asset as a news item of IPTC's ninjs 3.1.
#[utoipa::path(get, path = "/v1/assets/{id}/ninjs", responses(
    (status = 200, description = "A news item"),
    (status = 403, description = "Held, or rejected", body = super::error::ErrorBody),
    (status = 404, description = "No such asset for this key", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn ninjs(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    beside(&line, &caller, &id, Kind::Ninjs).await
}

/// The asset as a news item of IPTC's NewsML-G2.
#[utoipa::path(get, path = "/v1/assets/{id}/newsml", responses(
    (status = 200, description = "A news item"),
    (status = 403, description = "Held, or rejected", body = super::error::ErrorBody),
    (status = 404, description = "No such asset for this key", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn newsml(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    beside(&line, &caller, &id, Kind::NewsMl).await
}

/// IPTC's properties of the asset as a packet of XMP, to lie beside the file.
#[utoipa::path(get, path = "/v1/assets/{id}/xmp", responses(
    (status = 200, description = "XMP"),
    (status = 403, description = "Held, or rejected", body = super::error::ErrorBody),
    (status = 404, description = "No such asset for this key", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn xmp(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    beside(&line, &caller, &id, Kind::Xmp).await
}

async fn beside(line: &Line, caller: &Caller, id: &str, kind: Kind) -> Result<Response, ApiError> {
    let entry = assets::leaving(line, caller, id)?;
    let bytes = newsml::written(&line.stages(), &entry, kind).await?;
    Ok(assets::reply(kind.media_type(), &entry, bytes))
}

/// Everything that a system which publishes takes with an asset that may leave.
///
/// # Errors
/// [`ApiError`] when the asset cannot be read.
pub(super) async fn package(stages: &Stages, entry: &AssetEntry) -> Result<Value, ApiError> {
    let at = |file: &str| format!("/v1/assets/{}/{file}", entry.asset_id);
    let (sha256, manifest_sha256, label) = entry.current();
    let item = newsml::written(stages, entry, Kind::Ninjs).await?;
    let item: Value = serde_json::from_slice(&item).map_err(|_| ApiError::bug())?;
    Ok(json!({
        "content": {
            "href": at("content"), "content_type": entry.media_type.name(), "sha256": sha256,
        },
        "sidecar": {
            "href": at("manifest"), "content_type": "application/c2pa",
            "sha256": manifest_sha256, "manifest_label": label,
        },
        "receipt": {"href": at("receipt"), "content_type": "text/plain"},
        "newsml": {"href": at("newsml"), "content_type": Kind::NewsMl.media_type()},
        "xmp": {"href": at("xmp"), "content_type": Kind::Xmp.media_type()},
        "ninjs": item,
    }))
}

/// Says where an asset's manifest lies, as C2PA asks of whoever serves one beside its file.
pub(super) fn link(response: &mut Response, entry: &AssetEntry) {
    let link = format!("</v1/assets/{}/manifest>; rel=\"c2pa-manifest\"", entry.asset_id);
    if let Ok(link) = HeaderValue::from_str(&link) {
        response.headers_mut().insert(header::LINK, link);
    }
}
