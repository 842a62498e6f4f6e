//! `/v1/complaints`: readers say what is wrong, editors read it.

use axum::{
    Json,
    extract::{FromRequest as _, Request, State},
    http::StatusCode,
};
use serde_json::{Value, json};

use super::{
    error::{ApiError, ErrorBody},
    extract::{Caller, JsonBody},
    verify::welcome,
};
use crate::{
    complaints::{self, Complaint, ComplaintError},
    pipeline::{Line, LineError},
};

/// Takes a complaint from anybody. It is kept encrypted.
#[utoipa::path(post, path = "/v1/complaints", request_body = Complaint, responses(
    (status = 201, description = "ticket"),
    (status = 400, description = "Something is missing or too long", body = ErrorBody),
    (status = 429, description = "This address has had its share", body = ErrorBody),
    (status = 503, description = "No more are taken", body = ErrorBody),
))]
pub(crate) async fn complain(
    State(line): State<Line>,
    caller: Result<Option<Caller>, ApiError>,
    request: Request,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    welcome(&line, caller?, &request)?;
    let JsonBody(complaint) = JsonBody::<Complaint>::from_request(request, &line).await?;
    let stages = line.stages();
    let ticket = complaints::keep(stages.as_ref(), complaint).await?;
    Ok((StatusCode::CREATED, Json(json!({"ticket": ticket}))))
}

/// What readers have said, newest first.
#[utoipa::path(get, path = "/v1/complaints", responses(
    (status = 200, description = "ticket, at, about, asset, asset_id, text, contact of each"),
    (status = 403, description = "Editors and standards only", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn list(
    State(line): State<Line>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    let stages = line.stages();
    let listed = complaints::list(stages.as_ref(), &caller.0).await?;
    Ok(Json(json!({"object": "list", "data": listed})))
}

impl From<ComplaintError> for ApiError {
    fn from(error: ComplaintError) -> Self {
        match error {
            ComplaintError::Empty | ComplaintError::Long => {
                Self::invalid("text", error.to_string())
            }
            ComplaintError::Kind => Self::invalid("about", error.to_string()),
            ComplaintError::Role(_) => Self::forbidden(error.to_string()),
            ComplaintError::Full => Self::unavailable("full", error.to_string()),
            ComplaintError::Vault(error) => LineError::from(error).into(),
            ComplaintError::State(error) => LineError::from(error).into(),
            ComplaintError::Log(error) => LineError::from(error).into(),
            ComplaintError::Broken(reason) => {
                tracing::error!(reason, "a complaint could not be kept or read");
                Self::unavailable("failing_closed", "The complaint could not be kept; try again.")
            }
        }
    }
}
