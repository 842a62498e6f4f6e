//! The HTTP edge: the only place that knows paths, statuses and headers.
//!
//! [`api`] serves everything; [`public`] only what strangers may use. Errors become statuses in
//! `error.rs` and nowhere else.

mod admin;
mod admission;
mod answer;
mod assets;
mod assets_beside;
mod assets_list;
pub(crate) mod assist;
mod audio;
mod audit;
mod chat;
mod chat_stream;
mod complaints;
mod completions;
mod consents;
mod console;
mod csrf;
mod document;
mod elsewhere;
mod entries;
mod error;
mod extract;
mod idempotent;
mod identify;
mod image_form;
mod images;
mod keys;
mod limits;
mod log;
mod mcp;
mod models;
pub mod moderations;
mod openai;
mod operations;
mod pages;
mod paging;
mod people;
pub mod permits;
pub(crate) mod profile;
mod publications;
mod realtime;
mod reference;
mod rejected;
mod renditions;
mod resolution;
mod responses;
mod reviews;
mod sampling;
mod sessions;
mod stories;
mod strict;
mod text;
mod transcriptions;
mod vault;
mod verify;
mod video_form;
mod videos;
mod witness;

use std::sync::Arc;

pub(crate) use answer::{member, now_unix_s, seed};

use axum::{
    Json, Router,
    extract::State,
    middleware,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
pub(crate) use error::ApiError;
pub(crate) use image_form::DrawingFields;
pub(crate) use images::size;
pub(crate) use keys::row as key_row;
use limits::Rules;
pub(crate) use limits::Turns;
pub(crate) use people::{link_path, row as person_row};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
pub(crate) use verify::detected;

use crate::{config::Server, pipeline::Line};

#[derive(OpenApi)]
#[openapi(info(
    title = "Imprimatur",
    description = "Generations that come out checked, marked, signed and logged. OpenAI-compatible."
))]
struct Document;

/// Every endpoint, with limits.
pub fn api(line: Line) -> Router {
    let (routes, mut described) = keyed().split_for_parts();
    let (open, more) = open(&line).split_for_parts();
    described.merge(more);
    document::complete(&mut described);
    let reference = Arc::new(reference::read(&described));
    let described = Json(described);
    let once = middleware::from_fn_with_state(line.clone(), idempotent::honour);
    let guarded = routes
        .route("/openapi.json", get(|| async move { described }))
        .route(
            "/docs",
            get(move |page: pages::Paged| async move { reference::show(&page, &reference) }),
        )
        .merge(pages::console::routes())
        .layer(middleware::from_fn_with_state(line.clone(), elsewhere::look_again))
        .layer(once.clone())
        .layer(middleware::from_fn_with_state(line.clone(), admission::admit))
        .layer(middleware::from_fn_with_state(line.clone(), pages::console::shown));
    let open =
        open.layer(once).layer(middleware::from_fn_with_state(line.clone(), admission::recognise));
    let routes = guarded.merge(open);
    limits::around(routes.fallback(pages::missing), &Rules::Of(line.clone())).with_state(line)
}

/// What needs a key, and what operators ask.
fn keyed() -> OpenApiRouter<Line> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(chat::completions))
        .routes(routes!(completions::completions))
        .routes(routes!(responses::create))
        .routes(routes!(responses::show, responses::delete))
        .routes(routes!(responses::input_items))
        .routes(routes!(responses::cancel))
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
        .routes(routes!(mcp::serve))
        .routes(routes!(assist::suggest))
        .routes(routes!(assist::correct))
        .routes(routes!(assist::ideas))
        .routes(routes!(assist::headline))
        .routes(routes!(assist::alt_text))
        .routes(routes!(profile::show, profile::set, profile::erase))
        .routes(routes!(profile::feedback))
        .routes(routes!(models::list))
        .routes(routes!(models::one))
        .routes(routes!(assets_list::list))
        .routes(routes!(assets::describe))
        .routes(routes!(assets::content))
        .routes(routes!(assets::manifest))
        .routes(routes!(assets::receipt))
        .routes(routes!(assets_beside::ninjs))
        .routes(routes!(assets_beside::newsml))
        .routes(routes!(assets_beside::xmp))
        .routes(routes!(renditions::sign))
        .routes(routes!(publications::state, publications::publish))
        .routes(routes!(publications::correct))
        .routes(routes!(publications::withdraw))
        .routes(routes!(reviews::list))
        .routes(routes!(reviews::decide))
        .routes(routes!(complaints::list))
        .routes(routes!(complaints::close))
        .routes(routes!(consents::list, consents::keep))
        .routes(routes!(consents::withdraw))
        .routes(routes!(entries::entries))
        .routes(routes!(audit::export))
        .routes(routes!(audit::reports))
        .routes(routes!(vault::reveal))
        .routes(routes!(vault::erase))
        .routes(routes!(vault::access))
        .routes(routes!(vault::holds, vault::hold))
        .routes(routes!(vault::release))
        .merge(entry())
        .routes(routes!(admin::reload_with_key))
        .routes(routes!(operations::healthz))
        .routes(routes!(operations::readyz))
        .routes(routes!(operations::metrics))
}

/// What needs no key: verification, detection, the log's public part.
pub fn public(line: Line) -> Router {
    let (routes, _) = open(&line).split_for_parts();
    limits::around(routes.fallback(pages::missing), &Rules::Of(line.clone())).with_state(line)
}

/// What only operators reach: health, metrics, reload.
pub fn admin(line: Line) -> Router {
    let routes = Router::new()
        .route("/healthz", get(operations::healthz))
        .route(
            "/readyz",
            get(|State(line): State<Line>| async move { operations::ready(&line, true) }),
        )
        .route(
            "/metrics",
            get(|State(line): State<Line>| async move { operations::counted(&line) }),
        )
        .route("/admin/reload", post(admin::reload))
        .fallback(missing);
    limits::around(routes, &Rules::Of(line.clone())).with_state(line)
}

/// A witness by itself, without a log of its own.
pub fn witness(witness: Arc<::audit::Witness>, server: &Server) -> Router {
    let (routes, _) = witness::routes().with_state::<()>(witness).split_for_parts();
    limits::around(routes.fallback(missing), &Rules::Fixed(Arc::new(server.clone())))
}

/// Keys, people, and signing in.
fn entry() -> OpenApiRouter<Line> {
    OpenApiRouter::new()
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::revoke))
        .routes(routes!(keys::rotate))
        .routes(routes!(people::list, people::create))
        .routes(routes!(people::disable))
        .routes(routes!(people::enable))
        .routes(routes!(people::link))
        .routes(routes!(console::page::page))
        .routes(routes!(console::whoami, console::sign_in))
        .routes(routes!(console::sign_out))
        .routes(routes!(console::password))
        .routes(routes!(console::oidc::start))
        .routes(routes!(console::oidc::callback))
}

fn open(line: &Line) -> OpenApiRouter<Line> {
    match line.stages().attesting.acting() {
        Some(acting) => unkeyed().nest("/witness", witness::routes().with_state(acting)),
        None => unkeyed(),
    }
}

/// The endpoints as the document tells of them.
#[cfg(test)]
fn described() -> utoipa::openapi::OpenApi {
    keyed().merge(unkeyed()).split_for_parts().1
}

fn unkeyed() -> OpenApiRouter<Line> {
    OpenApiRouter::new()
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
        .routes(routes!(complaints::complain))
        .routes(routes!(log::checkpoint))
        .routes(routes!(log::tile))
        .routes(routes!(log::vkey))
        .routes(routes!(log::vkeys))
        .merge(pages::routes())
}

async fn missing() -> Response {
    ApiError::not_found(
        "unknown_url",
        "There is nothing at this path; /openapi.json lists what there is.",
    )
    .into_response()
}
