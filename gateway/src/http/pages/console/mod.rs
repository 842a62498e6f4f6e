//! The console's pages: each reads what it shows from the line's own rooms, and its forms do through
//! them what the API does.
//!
//! Who may is decided by the table of permits before a handler runs. What a handler cannot do is an
//! [`ApiError`]; browsers see it as a page ([`shown`]).

mod asset;
mod audit;
mod complaints;
mod consents;
mod create;
mod desk;
mod files;
mod framing;
mod gallery;
mod listing;
mod making;
mod password;
mod people;
mod policy;
mod queue;
mod reports;
mod request;
mod review;
mod seen;
mod story;
mod submitting;

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};
pub(crate) use framing::{Paged, shown};
use framing::{member, to};

use crate::{
    http::{console::Session, error::ApiError},
    pipeline::Line,
};

/// The pages, below `/console`.
pub(crate) fn routes() -> Router<Line> {
    Router::new()
        .route("/console", get(home))
        .route("/console/reviews", get(queue::show))
        .route("/console/reviews/{id}", get(review::show).post(review::decide))
        .route("/console/reviews/{id}/file", get(review::file))
        .route("/console/create/check", post(create::check))
        .route("/console/create/{kind}", get(create::show).post(making::make))
        .route("/console/r/{id}", get(request::show).post(submitting::submit))
        .route("/console/assets", get(gallery::show))
        .route("/console/assets/{id}", get(asset::show))
        .route("/console/assets/{id}/thumbnail", get(gallery::thumbnail))
        .route("/console/assets/{id}/{file}", get(files::serve))
        .route("/console/stories/{id}", get(story::show))
        .route("/console/audit", get(audit::show))
        .route("/console/audit/{index}", get(audit::one))
        .route("/console/compliance", get(reports::show).post(reports::act))
        .route("/console/policy", get(policy::show).post(policy::tried))
        .route("/console/models", get(listing::models))
        .route("/console/trust", get(listing::trust))
        .route("/console/health", get(listing::health))
        .route("/console/desk", get(desk::show).post(desk::check))
        .route("/console/complaints", get(complaints::show).post(complaints::close))
        .route("/console/consents", get(consents::show).post(consents::act))
        .route("/console/people", get(people::show).post(people::act))
        .route("/console/password", get(password::show))
        .route("/console/assets/{id}/publish", post(asset::publish))
        .route("/console/assets/{id}/amend", post(asset::amend))
}

async fn home(session: Session, page: Paged) -> Response {
    to(&page.frame.to(pages::console::home::first(session.pass.principal.role)))
}

/// An id of a path.
fn read<T: std::str::FromStr<Err = types::TypeError>>(id: &str) -> Result<T, ApiError> {
    id.parse().map_err(|error: types::TypeError| ApiError::invalid("id", error.to_string()))
}
