//! How the console's pages go out, and what a browser sees where something is in the way.

use axum::{
    extract::{FromRequestParts as _, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use pages::console::{
    Member,
    sign_in::{SignIn, Trouble},
};

pub(crate) use super::super::Paged;
use crate::{
    http::{console::Session, error::ApiError},
    pipeline::Line,
};

/// Where whoever is not signed in is sent.
const SIGN_IN: &str = "/console/sign-in";

/// Who reads a page.
pub(super) fn member(session: &Session) -> Member {
    let principal = &session.pass.principal;
    Member {
        name: principal.subject.clone(),
        desk: principal.desk.clone(),
        role: principal.role,
        csrf: session.csrf.as_str().to_owned(),
    }
}

/// Sends a browser on after a form.
pub(super) fn to(address: &str) -> Response {
    let home = HeaderValue::from_static("/console");
    let location = HeaderValue::from_str(address).unwrap_or(home);
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// Errors of the API become pages where a browser reads: whoever is not signed in is asked to sign in.
pub(crate) async fn shown(State(line): State<Line>, request: Request, next: Next) -> Response {
    let ours = request.uri().path().starts_with("/console");
    let reads = super::super::reads_pages(request.headers());
    let partly = request.headers().contains_key("hx-request");
    if !ours || !(reads || partly) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(page) = Paged::from_request_parts(&mut parts, &line).await;
    let before = parts.headers.contains_key(header::COOKIE);
    let asked = parts.uri.path_and_query().map(|path| path.as_str().to_owned());
    let path = parts.uri.path().to_owned();
    let signing = path == "/console/session";
    let changes = parts.method != axum::http::Method::GET;
    let response = next.run(Request::from_parts(parts, body)).await;
    let sent = response.headers().get(header::LOCATION).is_some_and(|to| to == SIGN_IN);
    let ending = path.as_str() == "/console/session/end";
    let error = match response.extensions().get::<ApiError>().cloned() {
        Some(error) => error,
        None if sent && !ending => ApiError::not_signed_in(),
        None => return response,
    };
    let status = if sent { StatusCode::UNAUTHORIZED } else { response.status() };
    if error.code() == "password_change_needed" && !partly {
        return to(&page.frame.to("/console/password"));
    }
    let trouble = match status {
        StatusCode::UNAUTHORIZED if signing => Some(Trouble::Wrong),
        StatusCode::TOO_MANY_REQUESTS if signing => Some(Trouble::Often),
        StatusCode::UNAUTHORIZED => before.then_some(Trouble::Ended),
        _ => return page.problem(&error),
    };
    if partly {
        return ([("hx-redirect", page.frame.to(SIGN_IN))]).into_response();
    }
    if !changes {
        // What was asked for is a path of ours; a query of its own must not end here.
        let next = asked.unwrap_or_default().replace('%', "%25").replace('&', "%26");
        let ended = if before { "&ended=1" } else { "" };
        return to(&page.frame.to(&format!("{SIGN_IN}?next={next}{ended}")));
    }
    let provider = line.stages().admitting.provider.is_some();
    let view = SignIn { trouble, provider, link: None, next: String::new() };
    page.with_status(status, pages::console::sign_in::page(&page.frame, &view))
}
