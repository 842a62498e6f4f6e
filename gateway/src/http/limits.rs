//! What holds for every request: how large, how long, how many at once, whose pages, what headers; and
//! how an answer ends when the server does.

mod bodies;
mod turns;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use bodies::{Ending, Timed};
use tower::{Layer as _, Service as _};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{AllowHeaders, AllowOrigin, CorsLayer},
    trace::TraceLayer,
};
use turns::Turn;
pub(crate) use turns::Turns;

use super::{ApiError, identify, rejected};
use crate::{
    config::Server,
    listening::Phase,
    pipeline::{Line, LineError},
    telemetry,
};

/// A browser that has spoken TLS with this name goes on doing so for a year (RFC 6797).
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=31536000");
/// Headers that mean something once.
const ONCE: [&str; 4] = ["authorization", "content-type", "idempotency-key", "host"];
/// Headers of answers that pages of others may read.
const EXPOSED: [&str; 4] =
    ["x-request-id", "x-imprimatur-asset", "x-imprimatur-receipt", "retry-after"];

/// Where the limits stand.
#[derive(Debug, Clone)]
pub(super) enum Rules {
    /// In the configuration in force.
    Of(Line),
    /// Here.
    Fixed(Arc<Server>),
}

impl Rules {
    fn read<T>(&self, part: impl FnOnce(&Server) -> T) -> T {
        match self {
            Self::Of(line) => part(&line.stages().installation.config().server),
            Self::Fixed(server) => part(server),
        }
    }

    const fn line(&self) -> Option<&Line> {
        match self {
            Self::Of(line) => Some(line),
            Self::Fixed(_) => None,
        }
    }
}

/// Puts the limits around routes.
pub(super) fn around<S: Clone + Send + Sync + 'static>(
    routes: Router<S>,
    rules: &Rules,
) -> Router<S> {
    routes
        .method_not_allowed_fallback(|| async { ApiError::wrong_method() })
        .layer(middleware::from_fn_with_state(rules.clone(), bounded))
        .layer(CatchPanicLayer::custom(|_| ApiError::bug().into_response()))
        .layer(middleware::from_fn_with_state(rules.clone(), shared))
        .layer(middleware::map_response(rejected::told))
        .layer(middleware::from_fn_with_state(rules.clone(), harden))
        .layer(middleware::from_fn(identify::identify))
        .layer(TraceLayer::new_for_http().make_span_with(named))
}

/// A request in its bounds. A dropped one closes its record as `interrupted`.
async fn bounded(State(rules): State<Rules>, request: Request, next: Next) -> Response {
    let response = answered(&rules, request, next).await;
    if let Some(line) = rules.line() {
        line.stages().metrics.numbers.answered(response.status().as_u16());
    }
    response
}

async fn answered(rules: &Rules, mut request: Request, next: Next) -> Response {
    if let Some(name) = twice(request.headers()) {
        return ApiError::duplicate_header(name).into_response();
    }
    let (body_bytes, body_s, request_s) = rules.read(|server| {
        (server.body_bytes_max, server.body_seconds_max, server.request_seconds_max)
    });
    DefaultBodyLimit::max(body_bytes).apply(&mut request);
    // A question about health always has its turn.
    let works = request.method() != Method::GET && request.uri().path().starts_with("/v1/");
    let turn = match turn(rules, works).await {
        Ok(turn) => turn,
        Err(error) => return error.into_response(),
    };
    let (request, late) = Timed::within(request, Duration::from_secs(body_s));
    let parent = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
    let parent = parent.map(str::to_owned);
    let answering = telemetry::carrying(parent.as_deref(), next.run(request));
    let answering = tokio::time::timeout(Duration::from_secs(request_s), answering);
    let cut = async {
        match rules.line() {
            Some(line) => line.stages().serving.reached(Phase::Cut).await,
            None => std::future::pending().await,
        }
    };
    let response = tokio::select! {
        biased;
        answered = answering => answered
            .unwrap_or_else(|_| ApiError::from(LineError::TimedOut("the request")).into_response()),
        () = cut => return ApiError::ending().into_response(),
    };
    if late.is_so() {
        return ApiError::body_too_slow(body_s).into_response();
    }
    match rules.line() {
        Some(line) => Ending::of(response, line.stages().serving.clone(), turn),
        None => response,
    }
}

/// The turn of a request that does work.
async fn turn(rules: &Rules, works: bool) -> Result<Option<Turn>, ApiError> {
    let Some(line) = rules.line().filter(|_| works) else { return Ok(None) };
    let stages = line.stages();
    let server = &stages.installation.config().server;
    if server.requests_max == 0 {
        return Ok(None);
    }
    stages.turns.take(server).await.map(Some).ok_or_else(|| {
        stages.metrics.connections.requests_refused();
        ApiError::too_busy()
    })
}

/// What the program's own log says of a request: no query and no header, which may hold a secret.
fn named(request: &Request) -> tracing::Span {
    tracing::debug_span!("http", method = %request.method(), path = request.uri().path())
}

/// The header that came twice, though it means something once.
fn twice(headers: &HeaderMap) -> Option<&'static str> {
    ONCE.into_iter().find(|name| headers.get_all(*name).iter().nth(1).is_some())
}

/// Pages of configured origins may call.
async fn shared(State(rules): State<Rules>, request: Request, next: Next) -> Response {
    let origins = rules.read(|server| match server.cors.origins.as_slice() {
        [] => None,
        origins => Some(origins.to_vec()),
    });
    let Some(origins) = origins else { return next.run(request).await };
    let allowed = AllowOrigin::predicate(move |origin, _| {
        origins.iter().any(|allowed| allowed == "*" || allowed.as_bytes() == origin.as_bytes())
    });
    let layer = CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(EXPOSED.map(header::HeaderName::from_static));
    match layer.layer(next).call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Answers are data, never documents to be sniffed or framed.
async fn harden(State(rules): State<Rules>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // A page of ours says itself what it needs.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    if rules.read(|server| server.tls.is_on()) {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
    response
}
