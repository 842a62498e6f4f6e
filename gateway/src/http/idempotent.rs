//! `Idempotency-Key` on every POST: the first answer is given again, byte for byte where it is JSON.
//!
//! What is answered with a status below 500 is kept for a day, but for those that say "not now". A
//! stream is kept as its events, with the text in one piece.

mod kept;
mod kept_response;
mod rebuilt;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequestParts as _, Request, State},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures::{Stream, StreamExt as _, stream};
use time::OffsetDateTime;
use types::Sha256;

use super::{error::ApiError, extract::Caller};
use crate::{
    idempotency::{self, Claim, KEY_CHARS_MAX, Turn},
    pipeline::{Line, LineError},
};

const KEY: &str = "idempotency-key";
const REPLAYED: &str = "idempotent-replayed";
/// Ends a stream.
const DONE: &[u8] = b"data: [DONE]";

/// Handles a POST with a key once, and answers it again as often as it is repeated.
pub(super) async fn honour(State(line): State<Line>, request: Request, next: Next) -> Response {
    // Messages of MCP have ids of their own, and their answers are not taken apart to be kept.
    let path = request.uri().path();
    let kept = request.method() == Method::POST && path != "/mcp" && !tells_secrets(path);
    if !kept || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    // Who has no valid key is answered by the handler; nothing of it is kept.
    let Ok(Caller(caller)) = Caller::from_request_parts(&mut parts, &line).await else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    let stages = line.stages();
    let key = match key(&parts) {
        Ok(key) => idempotency::commitment(&stages.pseudonym_key, &caller, parts.uri.path(), key),
        Err(error) => return error.into_response(),
    };
    let max = stages.installation.config().server.body_bytes_max;
    let Ok(body) = axum::body::to_bytes(body, max).await else {
        let message = format!("The body cannot be read, or has more than {max} bytes.");
        return ApiError::unreadable(StatusCode::PAYLOAD_TOO_LARGE, message).into_response();
    };
    match claimed(&line, key, parts, body, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

/// Answers with a key or a link are told once and never kept.
fn tells_secrets(path: &str) -> bool {
    ["/v1/keys", "/v1/people", "/console/"].iter().any(|prefix| path.starts_with(prefix))
}

async fn claimed(
    line: &Line,
    key: Sha256,
    parts: Parts,
    body: Bytes,
    next: Next,
) -> Result<Response, ApiError> {
    let stages = line.stages();
    let keys = stages.idempotency();
    let claim = keys.claim(key, Sha256::of(&body), OffsetDateTime::now_utc()).await;
    let (turn, recovered) = match claim.map_err(LineError::from)? {
        Claim::Answered(answer) => {
            // It may have been answered by another gateway a moment ago.
            stages.read_to_the_end().await.map_err(LineError::from)?;
            return Ok(replayed(kept::again(line, answer).await?));
        }
        Claim::Busy => return Err(ApiError::key_in_use()),
        Claim::Reused => return Err(ApiError::key_reused()),
        Claim::First(turn) => (turn, None),
        Claim::Unanswered(mut turn, before) => {
            stages.read_to_the_end().await.map_err(LineError::from)?;
            let ended = rebuilt::ended(line, key, before)?;
            if !turn.take_over().await.map_err(LineError::from)? {
                return Err(ApiError::key_in_use());
            }
            (turn, rebuilt::answer(line, &parts, &body, ended).await?)
        }
    };
    match recovered {
        Some(response) => Ok(replayed(remember(line, turn, response).await)),
        None => {
            let request = Request::from_parts(parts, Body::from(body));
            let response = idempotency::carrying(key, next.run(request)).await;
            Ok(remember(line, turn, response).await)
        }
    }
}

fn key(parts: &Parts) -> Result<&str, ApiError> {
    let key = parts.headers.get(KEY).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if key.is_empty() || key.len() > KEY_CHARS_MAX {
        let message =
            format!("An idempotency key has 1 to {KEY_CHARS_MAX} visible ASCII characters.");
        return Err(ApiError::invalid("Idempotency-Key", message));
    }
    Ok(key)
}

fn replayed(mut response: Response) -> Response {
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Keeps an answer before its last byte is given out.
async fn remember(line: &Line, turn: Turn, response: Response) -> Response {
    if !is_final(response.status()) {
        return response;
    }
    let streamed = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    let (parts, body) = response.into_parts();
    if streamed {
        let keeper = Keeper { line: line.clone(), turn, parts: parts.clone(), seen: Vec::new() };
        return Response::from_parts(parts, Body::from_stream(followed(body, keeper)));
    }
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        return ApiError::bug().into_response();
    };
    kept::keep(line, turn, &parts, &body).await;
    Response::from_parts(parts, Body::from(body))
}

/// Whether asking again would give the same.
fn is_final(status: StatusCode) -> bool {
    let not_now = [
        StatusCode::UNAUTHORIZED,
        StatusCode::REQUEST_TIMEOUT,
        StatusCode::PAYLOAD_TOO_LARGE,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    status.as_u16() < 500 && !not_now.contains(&status)
}

/// What is needed to keep a stream when it ends. A reader who leaves before drops it: then the log
/// says how the request ended.
struct Keeper {
    line: Line,
    turn: Turn,
    parts: axum::http::response::Parts,
    seen: Vec<u8>,
}

fn followed(
    body: Body,
    keeper: Keeper,
) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send + 'static {
    stream::unfold((body.into_data_stream(), Some(keeper)), |(mut body, mut keeper)| async move {
        let piece = body.next().await?;
        if let (Ok(bytes), Some(mut keeping)) = (&piece, keeper.take()) {
            keeping.seen.extend_from_slice(bytes);
            if ends(&keeping.seen) {
                let Keeper { line, turn, parts, seen } = keeping;
                kept::keep(&line, turn, &parts, &seen).await;
            } else {
                keeper = Some(keeping);
            }
        }
        Some((piece, (body, keeper)))
    })
}

fn ends(seen: &[u8]) -> bool {
    let tail = seen.trim_ascii_end();
    tail.ends_with(DONE) || kept_response::ends(seen)
}
