//! `/v1/reviews`: what waits for a decision, and the decision.

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use serde_json::{Value, json};
use types::AssetId;
use utoipa::ToSchema;

use super::{
    error::ApiError,
    extract::{Caller, JsonBody},
};
use crate::{
    pipeline::Line,
    reviews::{self, Ruling},
};

/// A reviewer's decision.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DecisionBody {
    /// `approve` or `reject`.
    decision: Ruling,
    /// Why, as a short code such as `accurate` or `misleading`.
    #[serde(default)]
    reason: String,
}

/// What waits for a decision, oldest first.
#[utoipa::path(get, path = "/v1/reviews", responses(
    (status = 200, description = "Held assets of the caller's tenant"),
    (status = 403, description = "Editors and standards only", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn list(
    State(line): State<Line>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    if !caller.0.role.may_review() {
        return Err(ApiError::forbidden(format!("The role {} may not review.", caller.0.role)));
    }
    let waiting = reviews::waiting(&line.stages())?;
    let own = waiting.into_iter().filter(|entry| entry.tenant == caller.0.tenant);
    let rows: Vec<Value> = own
        .map(|entry| json!({
            "asset_id": entry.asset_id, "request_id": entry.request_id, "held_at": entry.time,
            "media_type": entry.media_type, "receipt": {"index": entry.index, "leaf_hash": entry.leaf_hash},
        }))
        .collect();
    Ok(Json(json!({"object": "list", "data": rows})))
}

/// Approves or rejects a held asset; nobody decides about what they asked for themselves.
#[utoipa::path(post, path = "/v1/reviews/{id}", request_body = DecisionBody, responses(
    (status = 200, description = "The decision is in the log"),
    (status = 403, description = "Not by this caller", body = super::error::ErrorBody),
    (status = 404, description = "Nothing of this id waits", body = super::error::ErrorBody),
    (status = 409, description = "Decided already", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn decide(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<DecisionBody>,
) -> Result<Json<Value>, ApiError> {
    let id: AssetId =
        id.parse().map_err(|error: types::TypeError| ApiError::invalid("id", error.to_string()))?;
    let receipt =
        reviews::decide(&line.stages(), &caller.0, id, body.decision, &body.reason).await?;
    Ok(Json(json!({
        "asset_id": id, "decision": body.decision,
        "receipt": {"index": receipt.index, "leaf_hash": receipt.leaf_hash},
    })))
}
