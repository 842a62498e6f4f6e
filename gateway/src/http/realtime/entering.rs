//! Who may talk: whoever has a key, in a header or, from a browser, among the subprotocols.

use axum::http::{
    HeaderMap,
    header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL},
};
use types::Principal;

use crate::{http::error::ApiError, pipeline::Line};

/// What browsers, which cannot send headers, call a key.
const KEY_PROTOCOL: &str = "openai-insecure-api-key.";

/// The caller, if the role may ask for content.
///
/// # Errors
/// 401 without a valid key, 403 for other roles.
pub(super) async fn caller(line: &Line, headers: &HeaderMap) -> Result<Principal, ApiError> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = text(AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let protocols = text(SEC_WEBSOCKET_PROTOCOL).unwrap_or_default();
    let browser = || protocols.split(',').find_map(|name| name.trim().strip_prefix(KEY_PROTOCOL));
    let key = bearer.or_else(browser).ok_or_else(ApiError::unauthenticated)?;
    let principal = line.stages().accounts.authenticate(key).await?;
    if principal.role.may_generate() {
        return Ok(principal);
    }
    Err(ApiError::forbidden(format!("The role {} may not generate.", principal.role)))
}
