//! The first that a request meets: who sends it, whether they may, and how often.
//!
//! A key comes in a header. A session comes in a cookie; then whatever changes something must carry the
//! token of its forms as well. What comes of it travels with the request: the pass, and from there the
//! end of the key.

use std::{sync::Arc, time::Duration};

use access::{
    Act, Denied, Pass, Unit, Via,
    limit::{Counted, Left, LimitError},
};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{
        HeaderMap, HeaderValue, Method,
        header::{COOKIE, UPGRADE},
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::{
    console, csrf,
    error::ApiError,
    extract::bearer,
    permits::{self, Permit},
};
use crate::{
    admitting,
    pipeline::{Line, LineError},
};

/// Where whoever is not signed in is sent.
const SIGN_IN: &str = "/console/sign-in";
/// What may be done before the password is changed.
const BEFORE_PASSWORD: [&str; 3] =
    ["/console/password", "/console/session", "/console/session/end"];

/// Lets in who may.
pub(super) async fn admit(State(line): State<Line>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let Some(path) = path else { return next.run(request).await };
    let permit = permits::of(request.method(), &path);
    let page = path.starts_with("/console") && console::wants_page(request.headers());
    let admitted = match permit {
        // Closed also to a handler that somebody forgot to put into the table.
        None if path_takes(&path) => Err(ApiError::wrong_method()),
        None => Err(ApiError::unauthenticated()),
        Some(permit) => guard(&line, permit, &path, request).await,
    };
    match admitted {
        Ok((request, pass)) => run(&line, request, pass, next).await,
        // A person who wants a page is shown where to sign in.
        Err(error) if page && error.is_unauthenticated() => console::to(SIGN_IN),
        Err(error) => error.into_response(),
    }
}

/// Finds out who comes to an endpoint that is open to all.
pub(super) async fn recognise(State(line): State<Line>, request: Request, next: Next) -> Response {
    let entries = request.uri().path().starts_with("/log/tile/entries");
    let act = if entries { Act::Audit } else { Act::Verify };
    match guard(&line, Permit::Anyone, "", request).await {
        Ok((request, pass)) => match pass.as_ref().map(|pass| pass.may(act)) {
            // A key that is for other work does not tell more than none. The endpoint looks at roles.
            Some(Err(denied @ Denied::Scope(_))) => ApiError::from(denied).into_response(),
            _ => run(&line, request, pass, next).await,
        },
        Err(error) => error.into_response(),
    }
}

fn path_takes(path: &str) -> bool {
    permits::takes(path)
}

async fn guard(
    line: &Line,
    permit: Permit,
    path: &str,
    request: Request,
) -> Result<(Request, Option<Arc<Pass>>), ApiError> {
    let found = identify(line, request.headers()).await;
    let pass = match (permit, found) {
        (_, Ok(Some(pass))) => pass,
        // The endpoint says what it makes of a stranger, or of a wrong key.
        (Permit::Anyone, _) => return Ok((request, None)),
        (_, Ok(None)) => return Err(ApiError::unauthenticated()),
        (_, Err(error)) => return Err(error),
    };
    let mut request = request;
    if let Via::Session { csrf, must_change, .. } = &pass.via {
        if *must_change && permit != Permit::Anyone && !BEFORE_PASSWORD.contains(&path) {
            return Err(ApiError::password_due());
        }
        // A websocket is opened by GET, and another site's page can try.
        if request.headers().contains_key(UPGRADE)
            && !csrf::same_origin(request.headers(), request.uri())
        {
            return Err(ApiError::foreign_form());
        }
        if changes(request.method()) {
            let (checked, fits) = csrf::checked(request, csrf).await?;
            request = checked;
            match (fits, permit) {
                (true, _) => {}
                // Whoever the browser has sent without their knowledge is a stranger here.
                (false, Permit::Anyone) => return Ok((request, None)),
                (false, _) => return Err(ApiError::foreign_form()),
            }
        }
    }
    if let Permit::May(act) = permit {
        pass.may(act)?;
    }
    let pass = Arc::new(pass);
    request.extensions_mut().insert(Arc::clone(&pass));
    Ok((request, Some(pass)))
}

async fn identify(line: &Line, headers: &HeaderMap) -> Result<Option<Pass>, ApiError> {
    let stages = line.stages();
    if let Some(key) = bearer(headers) {
        return Ok(Some(stages.accounts.authenticate(key).await?));
    }
    match session_secret(line, headers) {
        None => Ok(None),
        Some(secret) => match stages.accounts.session(&secret).await {
            Ok(pass) => Ok(Some(pass)),
            // A cookie that is over makes nobody worse off than none.
            Err(access::AccessError::NoSession) => Ok(None),
            Err(error) => Err(error.into()),
        },
    }
}

/// The secret of the session that a browser sends.
pub(super) fn session_secret(line: &Line, headers: &HeaderMap) -> Option<String> {
    let cookies = line.stages().admitting.cookies;
    let mut sent = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let (first, second) = (sent.next()?, sent.next());
    // HTTP/2 may send cookies apart.
    let all = match second {
        None => first.to_owned(),
        Some(second) => [first, second].into_iter().chain(sent).collect::<Vec<_>>().join("; "),
    };
    cookies.read(&all).map(str::to_owned)
}

/// Whether a method may change something.
pub(super) fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

async fn run(line: &Line, request: Request, pass: Option<Arc<Pass>>, next: Next) -> Response {
    let Some(pass) = pass else { return next.run(request).await };
    let limits = line.stages().admitting.limits.clone();
    let who = Counted::from(&*pass);
    let left = match limits.admit(&who).await {
        Ok(left) => left,
        Err(LimitError::Over(over)) => {
            let none = Left { limit: over.limit, remaining: 0, reset: over.wait };
            let mut response = ApiError::from(over).into_response();
            tell(response.headers_mut(), "requests", none);
            return response;
        }
        Err(error) => return ApiError::from(LineError::from(error)).into_response(),
    };
    let mut response = admitting::carrying(Some(pass), next.run(request)).await;
    if let Some(left) = left {
        tell(response.headers_mut(), "requests", left);
    }
    if let Some(left) = limits.left(&who, Unit::Tokens).await {
        tell(response.headers_mut(), "tokens", left);
    }
    response
}

/// OpenAI's headers about a limit.
fn tell(headers: &mut HeaderMap, what: &str, left: Left) {
    let values = [
        ("limit", left.limit.to_string()),
        ("remaining", left.remaining.to_string()),
        ("reset", duration(left.reset)),
    ];
    for (name, value) in values {
        let name = format!("x-ratelimit-{name}-{what}").parse::<axum::http::HeaderName>();
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
            headers.insert(name, value);
        }
    }
}

/// As OpenAI writes it: `6m0s`, `1.5s`, `20ms`.
fn duration(time: Duration) -> String {
    let (seconds, ms) = (time.as_secs(), time.subsec_millis());
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0) => format!("{ms}ms"),
        (0, 0, seconds) if ms > 0 => format!("{seconds}.{:03}s", ms),
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds}s"),
        (hours, minutes, seconds) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_openai_writes_them() {
        let check = |ms, expected| assert_eq!(duration(Duration::from_millis(ms)), expected);
        check(20, "20ms");
        check(1500, "1.500s");
        check(6000, "6s");
        check(360_000, "6m0s");
        check(86_399_000, "23h59m59s");
    }
}
