//! `/console/oidc`: sign-in by another provider of identities.

use access::AccessError;
use axum::{
    extract::{Query, State},
    http::{HeaderMap, header::COOKIE},
    response::Response,
};
use serde::Deserialize;

use super::{begin, end_before, failed, to, with_cookie};
use crate::{
    http::error::{ApiError, ErrorBody},
    pipeline::Line,
};

/// Keeps the answer to the browser that has asked.
const COOKIE_NAME: &str = "imprimatur_oidc";

/// What the provider sends back.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub(crate) struct Answered {
    /// What was begun.
    state: Option<String>,
    /// Good for a token, once.
    code: Option<String>,
    /// Why there is none.
    error: Option<String>,
}

/// Sends the browser to the provider.
#[utoipa::path(get, path = "/console/oidc/start", responses(
    (status = 303, description = "To the provider"),
    (status = 401, description = "The provider does not answer", body = ErrorBody),
    (status = 404, description = "No provider is configured", body = ErrorBody),
))]
pub(crate) async fn start(State(line): State<Line>) -> Result<Response, ApiError> {
    let stages = line.stages();
    let provider = stages.admitting.provider.as_ref().ok_or_else(missing)?;
    let started = provider.start(&stages.accounts).await?;
    Ok(with_cookie(to(&started.url), &cookie(&line, &started.browser, 600)))
}

/// Checks what the provider says, and signs in.
#[utoipa::path(get, path = "/console/oidc/callback", params(Answered), responses(
    (status = 200, description = "name, tenant, desk, role, csrf, for a script"),
    (status = 303, description = "To the console"),
    (status = 401, description = "What the provider says does not hold", body = ErrorBody),
    (status = 404, description = "No provider is configured", body = ErrorBody),
))]
pub(crate) async fn callback(
    State(line): State<Line>,
    Query(answered): Query<Answered>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let stages = line.stages();
    let provider = stages.admitting.provider.as_ref().ok_or_else(missing)?;
    let browser = browser(&headers).unwrap_or_default();
    let finished = match (&answered.state, &answered.code) {
        (Some(state), Some(code)) => provider.finish(&stages.accounts, browser, state, code).await,
        _ => {
            let said = answered.error.as_deref().unwrap_or("it gave no code");
            let said = said.chars().filter(char::is_ascii_graphic).take(64).collect();
            Err(AccessError::Provider(said))
        }
    };
    match finished {
        Ok(signed_in) => {
            end_before(&line, &headers).await?;
            let response = begin(&line, &headers, signed_in, None).await?;
            Ok(with_cookie(response, &cookie(&line, "", 0)))
        }
        Err(error) => Err(failed(&line, None, error).await),
    }
}

fn missing() -> ApiError {
    ApiError::not_found("no_provider", "No provider of identities is configured: see [auth.oidc].")
}

fn cookie(line: &Line, value: &str, seconds: u32) -> String {
    let secure = if line.stages().admitting.cookies.is_secure() { "; Secure" } else { "" };
    format!(
        "{COOKIE_NAME}={value}; Path=/console/oidc; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    )
}

fn browser(headers: &HeaderMap) -> Option<&str> {
    let sent = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        sent.flat_map(|all| all.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value)
}
