//! `/v1/assets/{id}/publish|correct|withdraw`: what readers may know of an asset.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use types::{AssetId, Receipt};
use utoipa::ToSchema;

use super::{
    assets, assets_beside,
    error::{ApiError, ErrorBody},
    extract::{Caller, JsonBody},
};
use crate::{
    disclosure,
    pipeline::Line,
    publishing::{self, Amendment, Notice},
};

/// What is told about a publication.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoticeBody {
    /// Where readers find the article, or the notice of a correction or withdrawal.
    url: Option<String>,
    /// The asset that takes its place.
    #[schema(value_type = Option<String>)]
    replaced_by: Option<AssetId>,
    /// Why, as a short code.
    #[serde(default)]
    reason: String,
}

/// Where the asset stands and, once it may leave, all that a publishing system takes with it.
#[utoipa::path(get, path = "/v1/assets/{id}/publish", responses(
    (status = 200, description = "state, at, url, notice_url, replaced_by; content, sidecar, receipt, ninjs, newsml, xmp"),
    (status = 404, description = "No such asset for this key", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn state(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let entry = assets::find(&line, &caller, &id)?;
    let mut told = disclosure::publication(&entry, true);
    if !entry.may_leave() {
        return Ok(Json(told).into_response());
    }
    let package = assets_beside::package(&line.stages(), &entry).await?;
    if let (Some(told), Value::Object(package)) = (told.as_object_mut(), package) {
        told.extend(package);
    }
    let mut response = Json(told).into_response();
    assets_beside::link(&mut response, &entry);
    Ok(response)
}

/// Publishes an approved asset: from now on strangers may learn what it is.
#[utoipa::path(post, path = "/v1/assets/{id}/publish", request_body = NoticeBody, responses(
    (status = 200, description = "The publication is in the log"),
    (status = 403, description = "Not by this caller", body = ErrorBody),
    (status = 404, description = "No such asset for this key", body = ErrorBody),
    (status = 409, description = "Published already, or nobody has approved it", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn publish(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<NoticeBody>,
) -> Result<Json<Value>, ApiError> {
    let id = read(&id)?;
    let receipt = publishing::publish(&line.stages(), &caller.0, id, &body.notice()).await?;
    Ok(told(id, "published", &receipt))
}

/// Says that a published asset was corrected, and where the notice is.
#[utoipa::path(post, path = "/v1/assets/{id}/correct", request_body = NoticeBody, responses(
    (status = 200, description = "The correction is in the log"),
    (status = 403, description = "Not by this caller", body = ErrorBody),
    (status = 404, description = "No such asset for this key", body = ErrorBody),
    (status = 409, description = "It is not published", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn correct(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<NoticeBody>,
) -> Result<Json<Value>, ApiError> {
    amend(&line, &caller, &id, Amendment::Correct, &body).await
}

/// Says that a published asset was withdrawn, and where the notice is.
#[utoipa::path(post, path = "/v1/assets/{id}/withdraw", request_body = NoticeBody, responses(
    (status = 200, description = "The withdrawal is in the log"),
    (status = 403, description = "Not by this caller", body = ErrorBody),
    (status = 404, description = "No such asset for this key", body = ErrorBody),
    (status = 409, description = "It is not published", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn withdraw(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<NoticeBody>,
) -> Result<Json<Value>, ApiError> {
    amend(&line, &caller, &id, Amendment::Withdraw, &body).await
}

async fn amend(
    line: &Line,
    caller: &Caller,
    id: &str,
    amendment: Amendment,
    body: &NoticeBody,
) -> Result<Json<Value>, ApiError> {
    let id = read(id)?;
    let notice = body.notice();
    let receipt = publishing::amend(&line.stages(), &caller.0, id, amendment, &notice).await?;
    let state = match amendment {
        Amendment::Correct => "corrected",
        Amendment::Withdraw => "withdrawn",
    };
    Ok(told(id, state, &receipt))
}

impl NoticeBody {
    fn notice(&self) -> Notice {
        let Self { url, replaced_by, reason } = self;
        Notice { url: url.clone(), replaced_by: *replaced_by, reason: reason.clone() }
    }
}

fn read(id: &str) -> Result<AssetId, ApiError> {
    id.parse().map_err(|error: types::TypeError| ApiError::invalid("id", error.to_string()))
}

fn told(id: AssetId, state: &str, receipt: &Receipt) -> Json<Value> {
    Json(json!({
        "asset_id": id, "state": state,
        "receipt": {"index": receipt.index, "leaf_hash": receipt.leaf_hash},
    }))
}
