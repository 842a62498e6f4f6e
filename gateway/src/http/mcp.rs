//! `POST /mcp`: the tools of [`crate::mcp`], over HTTP and without sessions.

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};

use super::{
    error::{ApiError, ErrorBody},
    extract::Caller,
};
use crate::{mcp::Tools, pipeline::Line};

/// The Model Context Protocol (streamable HTTP, without sessions): the tools `generate`, `verify` and
/// `moderate`, and assets as resources.
///
/// The answer is one JSON object; a stream of the server's own there is not.
#[utoipa::path(post, path = "/mcp", request_body(content = serde_json::Value, description = "A message of JSON-RPC 2.0"), responses(
    (status = 200, description = "The answer of JSON-RPC 2.0, also to what is no message"),
    (status = 202, description = "A notification was taken"),
    (status = 400, description = "The body is not sent as JSON", body = ErrorBody),
    (status = 413, description = "The message is too large", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn serve(
    State(line): State<Line>,
    Caller(principal): Caller,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.as_bytes());
    if !kind.is_some_and(|kind| kind.starts_with(b"application/json")) {
        let text = "A message is sent as application/json.";
        return Err(ApiError::unreadable(StatusCode::BAD_REQUEST, text));
    }
    let unreadable =
        |error: BytesRejection| ApiError::unreadable(error.status(), error.body_text());
    let body = body.map_err(unreadable)?;
    Ok(match Tools::new(line, principal).answer(&body).await {
        Some(answer) => Json(answer).into_response(),
        None => StatusCode::ACCEPTED.into_response(),
    })
}
