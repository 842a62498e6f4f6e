//! `/admin/reload`: the configuration is read again.

use axum::{Json, extract::State};
use serde_json::{Value, json};
use types::Role;

use super::{ApiError, extract::Caller};
use crate::pipeline::Line;

/// Reads the configuration again (policy, models, keys, trust lists, labels, limits, certificates) and
/// puts it into force. What runs goes on as it began; nothing is dropped. A version that cannot be used
/// is refused with the reason, and the one before stays. For the role `ops`.
#[utoipa::path(post, path = "/admin/reload", security(("key" = [])), responses(
    (status = 200, description = "What is in force now"),
    (status = 400, description = "The new version is refused; nothing has changed"),
    (status = 403, description = "Not the role ops"),
))]
pub(crate) async fn reload_with_key(
    State(line): State<Line>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    if caller.0.role != Role::Ops {
        return Err(ApiError::forbidden("Only the role ops reloads the configuration."));
    }
    reload(State(line)).await
}

/// The same for the listener of operators, which only they can reach.
pub(crate) async fn reload(State(line): State<Line>) -> Result<Json<Value>, ApiError> {
    // It is finished also when the caller leaves.
    let reloading = tokio::spawn(async move { line.reload().await });
    let reloaded = reloading.await.map_err(|_| ApiError::bug())??;
    Ok(Json(json!({"reloaded": true, "in_force": reloaded})))
}
