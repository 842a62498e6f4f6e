//! What another gateway has just written.
//!
//! A client that has made something at one gateway asks for it at the next, sooner than that one has
//! read the record. So what is not found is looked for again, after the log was read to its end.

use axum::{
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::Next,
    response::Response,
};

use super::error::ApiError;
use crate::pipeline::{Line, LineError};

/// Asks again what is not found; where there is one gateway, what is not found is not there.
pub(super) async fn look_again(State(line): State<Line>, request: Request, next: Next) -> Response {
    if line.stages().sharing.is_none() || request.method() != Method::GET {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let again = Request::from_parts(parts.clone(), Body::empty());
    let response = next.clone().run(Request::from_parts(parts, body)).await;
    if response.status() != StatusCode::NOT_FOUND {
        return response;
    }
    match read_to_the_end(&line).await {
        Ok(()) => next.run(again).await,
        Err(_) => response,
    }
}

/// Waits until everything can be found here that any gateway has written by now.
///
/// # Errors
/// 503 when the log cannot be reached.
pub(super) async fn read_to_the_end(line: &Line) -> Result<(), ApiError> {
    let stages = line.stages();
    if stages.sharing.is_some() {
        stages.log.catch_up().await.map_err(LineError::from)?;
    }
    Ok(())
}
