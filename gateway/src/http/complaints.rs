//! `/v1/complaints`: readers say what is wrong, editors read it and say what came of it.

use axum::{
    Json,
    extract::{FromRequest as _, Path, Request, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    error::{ApiError, ErrorBody},
    extract::{Caller, JsonBody},
    verify::welcome,
};
use crate::{
    complaints::{self, Complaint, ComplaintError, Outcome},
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
    (status = 200, description = "ticket, at, about, asset, asset_id, text, contact, closed of each"),
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

/// What came of a complaint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CloseBody {
    /// `upheld`, `rejected` or `answered`.
    outcome: Outcome,
    /// A word for colleagues, at most 500 characters.
    #[serde(default)]
    note: String,
}

/// Closes a complaint, on record.
#[utoipa::path(post, path = "/v1/complaints/{ticket}", request_body = CloseBody, responses(
    (status = 200, description = "The complaint as it stands"),
    (status = 400, description = "Bad input", body = ErrorBody),
    (status = 403, description = "Editors and standards only", body = ErrorBody),
    (status = 404, description = "No complaint has this ticket", body = ErrorBody),
    (status = 409, description = "It is closed already", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn close(
    State(line): State<Line>,
    caller: Caller,
    Path(ticket): Path<String>,
    JsonBody(body): JsonBody<CloseBody>,
) -> Result<Json<Value>, ApiError> {
    let stages = line.stages();
    let kept = complaints::close(&stages, &caller.0, &ticket, body.outcome, &body.note).await?;
    Ok(Json(json!(kept)))
}

impl From<ComplaintError> for ApiError {
    fn from(error: ComplaintError) -> Self {
        match error {
            ComplaintError::Empty | ComplaintError::Long => {
                Self::invalid("text", error.to_string())
            }
            ComplaintError::Note => Self::invalid("note", error.to_string()),
            ComplaintError::Unknown(_) => Self::not_found("complaint_not_found", error.to_string()),
            ComplaintError::Closed => Self::conflict("complaint_closed", error.to_string()),
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
