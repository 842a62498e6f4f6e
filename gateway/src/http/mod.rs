//! The HTTP edge: the only place that knows paths, statuses and headers.
//!
//! [`api`] serves everything; [`public`] only what strangers may use. Errors become statuses in
//! `error.rs` and nowhere else.

mod admin;
mod answer;
mod assets;
pub(crate) mod assist;
mod audio;
mod audit;
mod chat;
mod chat_stream;
mod completions;
mod entries;
mod error;
mod extract;
mod idempotent;
mod image_form;
mod images;
mod log;
mod models;
pub mod moderations;
mod openai;
mod operations;
pub(crate) mod profile;
mod publications;
mod realtime;
mod renditions;
mod resolution;
mod reviews;
mod sampling;
mod sessions;
mod stories;
mod text;
mod transcriptions;
mod vault;
mod verify;
mod video_form;
mod videos;
mod witness;

use std::{sync::Arc, time::Duration};

pub(crate) use answer::now_unix_s;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::get,
};
pub(crate) use error::ApiError;
pub(crate) use image_form::DrawingFields;
pub(crate) use images::size;
use tower_http::{catch_panic::CatchPanicLayer, trace::TraceLayer};
use utoipa::{
    OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};
pub(crate) use verify::detected;

use crate::{
    config::Server,
    pipeline::{Line, LineError},
};

#[derive(OpenApi)]
#[openapi(info(
    title = "Imprimatur",
    description = "Generations that come out checked, marked, signed and logged. OpenAI-compatible."
))]
struct Document;

/// Every endpoint, with limits.
pub fn api(line: Line, server: &Server) -> Router {
    let (routes, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(chat::completions))
        .routes(routes!(completions::completions))
        .routes(routes!(images::generations))
        .routes(routes!(images::edits))
        .routes(routes!(images::variations))
        .routes(routes!(audio::speech))
        .routes(routes!(transcriptions::transcriptions))
        .routes(routes!(transcriptions::translations))
        .routes(routes!(videos::create, videos::list))
        .routes(routes!(videos::show))
        .routes(routes!(videos::content))
        .routes(routes!(realtime::realtime))
        .routes(routes!(sessions::open))
        .routes(routes!(sessions::show, sessions::close))
        .routes(routes!(sessions::feedback))
        .routes(routes!(sessions::file))
        .routes(routes!(sessions::poster))
        .routes(routes!(sessions::page))
        .routes(routes!(sessions::socket))
        .routes(routes!(stories::create))
        .routes(routes!(stories::show))
        .routes(routes!(moderations::moderations))
        .routes(routes!(assist::suggest))
        .routes(routes!(assist::correct))
        .routes(routes!(assist::ideas))
        .routes(routes!(assist::headline))
        .routes(routes!(assist::alt_text))
        .routes(routes!(profile::show, profile::set, profile::erase))
        .routes(routes!(profile::feedback))
        .routes(routes!(models::list))
        .routes(routes!(models::one))
        .routes(routes!(assets::describe))
        .routes(routes!(assets::content))
        .routes(routes!(assets::manifest))
        .routes(routes!(assets::receipt))
        .routes(routes!(renditions::sign))
        .routes(routes!(publications::state, publications::publish))
        .routes(routes!(publications::correct))
        .routes(routes!(publications::withdraw))
        .routes(routes!(reviews::list))
        .routes(routes!(reviews::decide))
        .routes(routes!(entries::entries))
        .routes(routes!(audit::export))
        .routes(routes!(audit::reports))
        .routes(routes!(vault::reveal))
        .routes(routes!(vault::erase))
        .routes(routes!(vault::access))
        .routes(routes!(vault::holds, vault::hold))
        .routes(routes!(vault::release))
        .routes(routes!(admin::reload_with_key))
        .routes(routes!(operations::healthz))
        .routes(routes!(operations::readyz))
        .routes(routes!(operations::metrics))
        .merge(open(&line))
        .split_for_parts();
    secure(&mut document);
    let document = Json(document);
    let routes = routes.route("/openapi.json", get(|| async move { document }));
    let routes = routes.layer(middleware::from_fn_with_state(line.clone(), idempotent::honour));
    limits(routes.fallback(missing), server).with_state(line)
}

/// What needs no key: verification, detection, the log's public part.
pub fn public(line: Line, server: &Server) -> Router {
    let (routes, _) = open(&line).split_for_parts();
    limits(routes.fallback(missing), server).with_state(line)
}

/// A witness by itself, without a log of its own.
pub fn witness(witness: Arc<::audit::Witness>, server: &Server) -> Router {
    let (routes, _) = witness::routes().with_state::<()>(witness).split_for_parts();
    limits(routes.fallback(missing), server)
}

fn open(line: &Line) -> OpenApiRouter<Line> {
    let routes = OpenApiRouter::new()
        .routes(routes!(verify::verify))
        .routes(routes!(verify::detect))
        .routes(routes!(resolution::by_binding, resolution::by_large_binding))
        .routes(routes!(resolution::by_content))
        .routes(routes!(resolution::manifest))
        .routes(routes!(resolution::algorithms))
        .routes(routes!(resolution::capabilities))
        .routes(routes!(resolution::status))
        .routes(routes!(resolution::discovery))
        .routes(routes!(resolution::landing))
        .routes(routes!(log::checkpoint))
        .routes(routes!(log::tile))
        .routes(routes!(log::vkey))
        .routes(routes!(log::vkeys));
    match line.stages().attesting.acting() {
        Some(acting) => routes.nest("/witness", witness::routes().with_state(acting)),
        None => routes,
    }
}

fn limits<S: Clone + Send + Sync + 'static>(routes: Router<S>, server: &Server) -> Router<S> {
    let limit = Duration::from_secs(server.request_seconds_max);
    routes
        .method_not_allowed_fallback(|| async { ApiError::wrong_method() })
        .layer(DefaultBodyLimit::max(server.body_bytes_max))
        .layer(middleware::from_fn(move |request, next| in_time(limit, request, next)))
        .layer(CatchPanicLayer::custom(|_| ApiError::bug().into_response()))
        .layer(middleware::map_response(harden))
        .layer(TraceLayer::new_for_http())
}

async fn missing() -> Response {
    ApiError::not_found(
        "unknown_url",
        "There is nothing at this path; /openapi.json lists what there is.",
    )
    .into_response()
}

/// A dropped request closes its record as `interrupted`.
async fn in_time(limit: Duration, request: Request, next: Next) -> Response {
    let answered = tokio::time::timeout(limit, next.run(request)).await;
    answered.unwrap_or_else(|_| ApiError::from(LineError::TimedOut("the request")).into_response())
}

/// Answers are data, never documents to be sniffed or framed.
async fn harden(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // A page of ours says itself what it needs.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}

fn secure(document: &mut utoipa::openapi::OpenApi) {
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    let components = document.components.get_or_insert_with(Default::default);
    components.add_security_scheme("key", bearer);
}
