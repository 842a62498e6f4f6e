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

use crate::pipeline::Line;

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
    match line.stages().read_to_the_end().await {
        Ok(()) => next.run(again).await,
        Err(_) => response,
    }
}
