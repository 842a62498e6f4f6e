//! Every answer has a request id, and repeats the one that the client gave.

use axum::{
    extract::Request,
    http::{HeaderValue, header::HeaderName},
    middleware::Next,
    response::Response,
};
use types::RequestId;

const OURS: HeaderName = HeaderName::from_static("x-request-id");
const THEIRS: HeaderName = HeaderName::from_static("x-client-request-id");
/// OpenAI's limit.
const BYTES_MAX: usize = 512;

/// Names an answer that no record has named, and repeats the client's own id.
pub(super) async fn identify(request: Request, next: Next) -> Response {
    let theirs = request.headers().get(&THEIRS).cloned();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if !headers.contains_key(&OURS)
        && let Ok(id) = HeaderValue::from_str(&RequestId::new().to_string())
    {
        headers.insert(OURS, id);
    }
    if let Some(theirs) = theirs.filter(|id| !id.is_empty() && id.len() <= BYTES_MAX) {
        headers.insert(THEIRS, theirs);
    }
    response
}
