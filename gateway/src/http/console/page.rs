//! The page to sign in: where links lead, and where whoever is not signed in is sent.

use axum::{
    extract::{Query, State},
    response::Response,
};
use pages::console::sign_in::{self, SignIn, Trouble};
use serde::Deserialize;

use super::{fresh, is_ours};
use crate::{http::pages::Paged, pipeline::Line};

/// What the address carries.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub(crate) struct Carried {
    /// A secret that is good once.
    link: Option<String>,
    /// The page to go on to, below `/console`.
    next: Option<String>,
    /// Present where a session has ended.
    ended: Option<String>,
}

/// A form to sign in. A link is used up by its button, not by being looked at: programs that preview
/// links do not sign in.
#[utoipa::path(get, path = "/console/sign-in", params(Carried), responses(
    (status = 200, description = "text/html"),
))]
pub(crate) async fn page(
    State(line): State<Line>,
    page: Paged,
    Query(carried): Query<Carried>,
) -> Response {
    let view = SignIn {
        trouble: carried.ended.map(|_| Trouble::Ended),
        provider: line.stages().admitting.provider.is_some(),
        link: carried.link.filter(|link| link.bytes().all(|byte| byte.is_ascii_alphanumeric())),
        next: carried.next.filter(|next| is_ours(next)).unwrap_or_default(),
    };
    fresh(page.show(sign_in::page(&page.frame, &view)))
}
