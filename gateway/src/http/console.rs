//! `/console/session`: signing in and out, and the pass of whoever is signed in.
//!
//! A browser that asks for a page is sent on; a script gets JSON. Every sign-in, and every one that
//! fails, is on record without a name.

pub(super) mod oidc;
pub(super) mod page;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use access::{AccessError, Csrf, Method, Pass, SignedIn, Via};
use audit::Event;
use axum::{
    Form, Json,
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT, CACHE_CONTROL, LOCATION, SET_COOKIE},
        request::Parts,
    },
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use types::{Principal, Role};
use utoipa::ToSchema;

use super::{
    admission,
    csrf::same_origin,
    error::{ApiError, ErrorBody},
};
use crate::{
    pipeline::{Line, LineError},
    recording,
};

/// Where somebody goes who has signed in.
const HOME: &str = "/console";

/// Somebody who is signed in, for pages. A page sends whoever is not to `/console/sign-in`.
#[derive(Debug)]
pub(crate) struct Session {
    /// Who, and what they may.
    pub(crate) pass: Arc<Pass>,
    /// What forms of the page carry as their first field, `csrf`.
    pub(crate) csrf: Csrf,
    /// How they have signed in.
    pub(crate) method: Method,
}

impl FromRequestParts<Line> for Session {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _line: &Line) -> Result<Self, Response> {
        let pass = parts.extensions.get::<Arc<Pass>>().map(Arc::clone);
        let session = pass.and_then(|pass| match &pass.via {
            Via::Session { csrf, method, .. } => {
                let (csrf, method) = (csrf.clone(), *method);
                Some(Self { pass, csrf, method })
            }
            Via::Key(_) => None,
        });
        session.ok_or_else(|| {
            if wants_page(&parts.headers) {
                to("/console/sign-in")
            } else {
                ApiError::not_signed_in().into_response()
            }
        })
    }
}

/// How somebody signs in: by `name` and `password`, or by `link`.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignInForm {
    /// The person's name.
    name: Option<String>,
    /// The password.
    password: Option<String>,
    /// The secret of a link that is good once.
    link: Option<String>,
    /// The page to go on to, below `/console`.
    next: Option<String>,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PasswordForm {
    /// The password before; not needed after signing in by a link.
    current: Option<String>,
    /// The new one.
    password: String,
}

/// Who is signed in, and what their forms must carry.
#[utoipa::path(get, path = "/console/session", responses(
    (status = 200, description = "name, tenant, desk, role, csrf"),
    (status = 401, description = "Nobody", body = ErrorBody),
))]
pub(crate) async fn whoami(session: Session) -> Response {
    fresh(
        Json(described(&session.pass.principal, &session.csrf, &session.pass.via)).into_response(),
    )
}

/// Signs somebody in, by password or by a link.
#[utoipa::path(post, path = "/console/session", request_body(content = SignInForm, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "name, tenant, desk, role, csrf; the session is in a cookie"),
    (status = 303, description = "To the console, for a browser"),
    (status = 400, description = "Neither name and password nor a link", body = ErrorBody),
    (status = 401, description = "Wrong", body = ErrorBody),
    (status = 403, description = "Sent by another site", body = ErrorBody),
    (status = 429, description = "Too many wrong passwords", body = ErrorBody),
))]
pub(crate) async fn sign_in(
    State(line): State<Line>,
    request: Request,
) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    if !same_origin(&headers) {
        return Err(ApiError::foreign_form());
    }
    let address = address(&request);
    let form = form::<SignInForm>(request, &line).await?;
    let accounts = line.stages().accounts.clone();
    let (who, signed_in) = match (&form.link, &form.name, &form.password) {
        (Some(link), _, _) => (None, accounts.sign_in_by_link(link).await),
        (None, Some(name), Some(password)) => {
            (Some(name.as_str()), accounts.sign_in(name, password, address).await)
        }
        _ => {
            let text = "Give name and password, or link.";
            return Err(ApiError::invalid("name", text));
        }
    };
    match signed_in {
        Ok(signed_in) => {
            // Whoever signs in again does not keep the session before.
            end_before(&line, &headers).await?;
            begin(&line, &headers, signed_in, form.next.as_deref()).await
        }
        Err(error) => Err(failed(&line, who, error).await),
    }
}

/// Ends the session.
#[utoipa::path(post, path = "/console/session/end", responses(
    (status = 204, description = "Ended"),
    (status = 303, description = "To the sign-in page, for a browser"),
    (status = 401, description = "Nobody is signed in", body = ErrorBody),
    (status = 403, description = "A form of another session", body = ErrorBody),
))]
pub(crate) async fn sign_out(
    State(line): State<Line>,
    headers: HeaderMap,
    session: Session,
) -> Result<Response, ApiError> {
    end_before(&line, &headers).await?;
    record(&line, Event::SignedOut, &session.pass.principal, "signed out").await?;
    let response = if wants_page(&headers) {
        to("/console/sign-in")
    } else {
        StatusCode::NO_CONTENT.into_response()
    };
    Ok(with_cookie(response, &line.stages().admitting.cookies.end()))
}

/// Sets another password, and begins another session; every one before ends.
#[utoipa::path(post, path = "/console/password", request_body(content = PasswordForm, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "name, tenant, desk, role, csrf of the new session"),
    (status = 303, description = "To the console, for a browser"),
    (status = 400, description = "This cannot be a password", body = ErrorBody),
    (status = 401, description = "The password before is wrong", body = ErrorBody),
    (status = 403, description = "A form of another session", body = ErrorBody),
    (status = 429, description = "Too many wrong passwords", body = ErrorBody),
))]
pub(crate) async fn password(
    State(line): State<Line>,
    session: Session,
    request: Request,
) -> Result<Response, ApiError> {
    let (headers, address) = (request.headers().clone(), address(&request));
    let form = form::<PasswordForm>(request, &line).await?;
    let (stages, name) = (line.stages(), &session.pass.principal.subject);
    let accounts = &stages.accounts;
    if session.method == Method::Password {
        let current = form.current.as_deref().unwrap_or_default();
        if let Err(error) = accounts.sign_in(name, current, address).await {
            return Err(failed(&line, Some(name), error).await);
        }
    }
    let person = accounts.set_password(name, &form.password, false).await?;
    record(&line, Event::PersonChanged, &person.principal(), "password").await?;
    let signed_in = accounts.sign_in(name, &form.password, address).await?;
    begin(&line, &headers, signed_in, None).await
}

/// Reads a form; whatever is wrong with it is told in our shape.
async fn form<T: serde::de::DeserializeOwned>(
    request: Request,
    line: &Line,
) -> Result<T, ApiError> {
    use axum::extract::FromRequest as _;
    let read = Form::<T>::from_request(request, line).await;
    read.map(|Form(form)| form)
        .map_err(|rejection| ApiError::unreadable(StatusCode::BAD_REQUEST, rejection.body_text()))
}

/// Gives a new session to the browser.
async fn begin(
    line: &Line,
    headers: &HeaderMap,
    signed_in: SignedIn,
    next: Option<&str>,
) -> Result<Response, ApiError> {
    let principal = signed_in.person.principal();
    record(line, Event::SignedIn, &principal, signed_in.method.name()).await?;
    let response = if wants_page(headers) {
        to(next.filter(|next| is_ours(next)).unwrap_or(HOME))
    } else {
        let via = Via::Session {
            csrf: signed_in.csrf.clone(),
            method: signed_in.method,
            must_change: signed_in.person.must_change,
        };
        Json(described(&principal, &signed_in.csrf, &via)).into_response()
    };
    let cookie = line.stages().admitting.cookies.begin(&signed_in.secret);
    Ok(fresh(with_cookie(response, &cookie)))
}

/// A sign-in that fails is on record, without the name that was tried.
async fn failed(line: &Line, name: Option<&str>, error: AccessError) -> ApiError {
    let detail = match &error {
        AccessError::WrongPassword => "wrong password",
        AccessError::WrongLink => "wrong link",
        AccessError::Provider(_) => "provider",
        // Nothing was tried; who knocks all the time does not fill the log.
        _ => return error.into(),
    };
    let known = match name {
        Some(name) => line.stages().accounts.person(name).await.ok(),
        None => None,
    };
    let who = known.map_or_else(|| nobody(name.unwrap_or_default()), |person| person.principal());
    match record(line, Event::SignInFailed, &who, detail).await {
        Ok(()) => error.into(),
        Err(failure) => failure,
    }
}

/// Whoever is not known; only a pseudonym of the name is recorded.
fn nobody(name: &str) -> Principal {
    Principal {
        tenant: "installation".to_owned(),
        desk: String::new(),
        role: Role::Public,
        subject: name.to_owned(),
    }
}

async fn end_before(line: &Line, headers: &HeaderMap) -> Result<(), ApiError> {
    if let Some(secret) = admission::session_secret(line, headers) {
        line.stages().accounts.sign_out(&secret).await?;
    }
    Ok(())
}

async fn record(line: &Line, event: Event, who: &Principal, detail: &str) -> Result<(), ApiError> {
    let recorded = recording::person_event(&line.stages(), event, who, detail).await;
    recorded.map_err(|error| LineError::from(error).into())
}

fn described(principal: &Principal, csrf: &Csrf, via: &Via) -> Value {
    let must_change = matches!(via, Via::Session { must_change: true, .. });
    json!({
        "name": principal.subject, "tenant": principal.tenant, "desk": principal.desk,
        "role": principal.role, "csrf": csrf.as_str(), "must_change": must_change,
    })
}

/// Only paths of the console, never another site.
fn is_ours(next: &str) -> bool {
    let below = next == HOME || next.strip_prefix(HOME).is_some_and(|rest| rest.starts_with('/'));
    below && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

fn address(request: &Request) -> IpAddr {
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>();
    // Who did not come through a socket is one stranger, too.
    address.map_or(Ipv4Addr::UNSPECIFIED.into(), |info| info.0.ip())
}

pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

pub(super) fn to(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static(HOME));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

/// What is about one person is not kept on the way.
fn fresh(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for ours in ["/console", "/console/reviews?desk=city"] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in [
            "",
            "/",
            "//evil.example",
            "/console.evil.example",
            "/console/\\evil",
            "https://evil.example",
            "/console/\r\nset-cookie:x",
        ] {
            assert!(!is_ours(other), "{other}");
        }
    }
}
