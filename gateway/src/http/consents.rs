//! `/v1/consents`: who has agreed to be shown or heard.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Value, json};

use super::{
    error::{ApiError, ErrorBody},
    extract::{Caller, JsonBody},
};
use crate::{
    consents::{self, Consent, ConsentError},
    pipeline::{Line, LineError},
};

/// Enters a person's agreement. It is kept encrypted, under a key of its own.
#[utoipa::path(post, path = "/v1/consents", request_body = Consent, responses(
    (status = 201, description = "The consent with its id, which requests name"),
    (status = 400, description = "Something is missing or does not fit", body = ErrorBody),
    (status = 403, description = "Editors and standards only", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn keep(
    State(line): State<Line>,
    caller: Caller,
    JsonBody(consent): JsonBody<Consent>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let stages = line.stages();
    let kept = consents::keep(&stages, &caller.0, consent).await?;
    Ok((StatusCode::CREATED, Json(json!(kept))))
}

/// The agreements of the caller's house, newest first; those that were withdrawn say when.
#[utoipa::path(get, path = "/v1/consents", responses(
    (status = 200, description = "id, names, covers, kept_at, valid_from, valid_until, desks, at, withdrawn_at of each"),
    (status = 403, description = "Editors and standards only", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn list(
    State(line): State<Line>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    let stages = line.stages();
    let listed = consents::list(&stages, &caller.0).await?;
    Ok(Json(json!({"object": "list", "data": listed})))
}

/// Withdraws an agreement, on record: from now on no request may name it.
#[utoipa::path(delete, path = "/v1/consents/{id}", responses(
    (status = 200, description = "The consent as it stands"),
    (status = 403, description = "Editors and standards only", body = ErrorBody),
    (status = 404, description = "No consent has this id", body = ErrorBody),
    (status = 409, description = "It is withdrawn already", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn withdraw(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let stages = line.stages();
    Ok(Json(json!(consents::withdraw(&stages, &caller.0, &id).await?)))
}

impl From<ConsentError> for ApiError {
    fn from(error: ConsentError) -> Self {
        match error {
            ConsentError::Field(field, reason) => Self::invalid(field, reason),
            ConsentError::Role(_) => Self::forbidden(error.to_string()),
            ConsentError::Unknown => Self::not_found("consent_not_found", error.to_string()),
            ConsentError::Withdrawn => Self::conflict("consent_withdrawn", error.to_string()),
            ConsentError::Vault(error) => LineError::from(error).into(),
            ConsentError::State(error) => LineError::from(error).into(),
            ConsentError::Log(error) => LineError::from(error).into(),
            ConsentError::Broken(reason) => {
                tracing::error!(reason, "a consent could not be kept or read");
                Self::unavailable("failing_closed", "The consent could not be kept; try again.")
            }
        }
    }
}
