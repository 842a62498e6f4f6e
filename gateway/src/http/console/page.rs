//! A plain page to sign in: where links lead, and where whoever is not signed in is sent.

use axum::{
    extract::{Query, State},
    http::{HeaderValue, header::CONTENT_SECURITY_POLICY},
    response::{Html, IntoResponse as _, Response},
};
use serde::Deserialize;

use super::fresh;
use crate::pipeline::Line;

/// Nothing but a form that is sent back here.
const POLICY: &str =
    "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a link carries.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub(crate) struct Carried {
    /// A secret that is good once.
    link: Option<String>,
}

/// A form to sign in. A link is used up by its button, not by being looked at: programs that preview
/// links do not sign in.
#[utoipa::path(get, path = "/console/sign-in", params(Carried), responses(
    (status = 200, description = "text/html"),
))]
pub(crate) async fn page(State(line): State<Line>, Query(carried): Query<Carried>) -> Response {
    let link = carried.link.filter(|link| link.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let fields = match link {
        Some(link) => format!("<input type=\"hidden\" name=\"link\" value=\"{link}\">"),
        None => NAMED.to_owned(),
    };
    let other = if line.stages().admitting.provider.is_some() { PROVIDER } else { "" };
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sign in</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><h1>Sign in</h1>\
         <form method=\"post\" action=\"/console/session\">{fields}\
         <p><button>Sign in</button></p></form>{other}</html>"
    );
    let policy = [(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))];
    fresh((policy, Html(html)).into_response())
}

const NAMED: &str = "<p><label>Name <input name=\"name\" autocomplete=\"username\" required></label></p>\
    <p><label>Password <input name=\"password\" type=\"password\" \
    autocomplete=\"current-password\" required></label></p>";
const PROVIDER: &str = "<p><a href=\"/console/oidc/start\">Sign in with your organisation</a></p>";
