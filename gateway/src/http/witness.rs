//! The C2SP witness protocol: `add-checkpoint` for logs, the latest checkpoint for monitors.

use std::sync::Arc;

use audit::{Refusal, Witness};
use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State, rejection::BytesRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{answer::now_unix_s, error::ApiError};
use crate::line_error::LineError;

/// A note with many signatures, and a proof.
const BODY_BYTES_MAX: usize = 320 << 10;

/// Both endpoints, to be mounted under the witness's prefix.
pub(super) fn routes() -> OpenApiRouter<Arc<Witness>> {
    OpenApiRouter::new()
        .routes(routes!(add_checkpoint))
        .routes(routes!(latest))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// Cosigns a checkpoint that extends what was cosigned before (C2SP tlog-witness).
#[utoipa::path(post, path = "/add-checkpoint", request_body = String, responses(
    (status = 200, description = "Signature lines of this witness"),
    (status = 400, description = "Not a request", body = super::error::ErrorBody),
    (status = 403, description = "The log's key has not signed", body = super::error::ErrorBody),
    (status = 404, description = "This log is not watched", body = super::error::ErrorBody),
    (status = 409, description = "The size that was cosigned last", content_type = "text/x.tlog.size"),
    (status = 422, description = "The proof does not show that the log has grown", body = super::error::ErrorBody),
))]
async fn add_checkpoint(
    State(witness): State<Arc<Witness>>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let body = body.map_err(|error| ApiError::unreadable(error.status(), error.body_text()))?;
    let body = String::from_utf8(body.to_vec())
        .map_err(|_| ApiError::unreadable(StatusCode::BAD_REQUEST, "The body is not UTF-8."))?;
    let cosigning =
        tokio::task::spawn_blocking(move || witness.add_checkpoint(&body, now_unix_s()));
    match cosigning.await.map_err(|_| ApiError::from(LineError::Stopped))? {
        Ok(lines) => Ok(typed("text/plain; charset=utf-8", lines)),
        Err(Refusal::Conflict { size }) => {
            let size = typed("text/x.tlog.size", format!("{size}\n"));
            Ok((StatusCode::CONFLICT, size).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// The latest checkpoint that this witness has cosigned of a log, by the SHA-256 of its origin.
#[utoipa::path(get, path = "/{origin_sha256}/checkpoint", params(
    ("origin_sha256" = String, Path, description = "64 hexadecimal digits"),
), responses(
    (status = 200, description = "A signed note"),
    (status = 404, description = "Nothing was cosigned yet", body = super::error::ErrorBody),
))]
async fn latest(
    State(witness): State<Arc<Witness>>,
    Path(origin_sha256): Path<String>,
) -> Result<Response, ApiError> {
    let missing = "This witness has cosigned no checkpoint of such a log.";
    let latest = witness.latest(&origin_sha256);
    let latest = latest.ok_or_else(|| ApiError::not_found("checkpoint_not_found", missing))?;
    let mut response = typed("text/plain; charset=utf-8", latest);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

fn typed(content_type: &'static str, text: String) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))], text).into_response()
}
