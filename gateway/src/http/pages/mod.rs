//! Pages for people: view models in, HTML of the crate `pages` out.
//!
//! A handler takes [`Paged`], the frame of a page in the reader's language, and answers with
//! [`Paged::show`] or, where something is in the way, with [`Paged::problem`]. The same handler answers
//! a whole page, or the part of it that htmx asked for.

mod assets;
mod complaint;
pub(crate) mod console;
mod framing;
mod log;
mod pictures;
mod proving;
mod reading;
pub(crate) mod record;
mod verify;

use axum::{
    http::{HeaderMap, header},
    response::Response,
    routing::get,
};
pub(crate) use framing::Paged;
use utoipa_axum::router::OpenApiRouter;

use crate::pipeline::Line;

/// The pages for everybody, and the files that pages need.
pub(super) fn routes() -> OpenApiRouter<Line> {
    OpenApiRouter::new()
        .route("/assets/{name}", get(assets::serve))
        .route("/verify", get(verify::form).post(verify::check))
        .route("/verify/{id}", get(record::show))
        .route("/transparency", get(log::show))
        .route("/trust", get(reading::trust))
        .route("/about", get(reading::about))
        .route("/complaint", get(complaint::form).post(complaint::send))
}

/// Where there is nothing: a page for browsers, an error for programs.
pub(super) async fn missing(page: Paged, headers: HeaderMap) -> Response {
    if !reads_pages(&headers) {
        return super::missing().await;
    }
    page.problem(&super::ApiError::not_found("unknown_url", "There is nothing at this path."))
}

/// Whether a browser asks, and no program that takes anything.
pub(super) fn reads_pages(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("text/html"))
}
