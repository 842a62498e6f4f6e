//! What handlers take: JSON bodies and callers, with errors in OpenAI's shape.

use std::sync::Arc;

use access::Pass;
use axum::{
    Json,
    extract::{
        FromRequest, FromRequestParts, OptionalFromRequestParts, Request, rejection::JsonRejection,
    },
    http::{
        HeaderMap, StatusCode,
        header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL},
        request::Parts,
    },
};
use serde::de::DeserializeOwned;
use types::{Modality, Principal};

use super::error::ApiError;
use crate::pipeline::Line;

/// What browsers, which cannot send headers with a websocket, call a key.
const KEY_PROTOCOL: &str = "openai-insecure-api-key.";

/// A JSON body.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Line> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, line: &Line) -> Result<Self, ApiError> {
        match Json::<T>::from_request(request, line).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(explain(&rejection)),
        }
    }
}

fn explain(rejection: &JsonRejection) -> ApiError {
    let message = rejection.body_text();
    match rejection {
        JsonRejection::JsonDataError(_) => {
            // serde names the field in backticks: OpenAI clients show it as `param`.
            let param = message.split('`').nth(1).unwrap_or("body").to_owned();
            ApiError::invalid(&param, message)
        }
        _ => {
            let status = rejection.status();
            let status = if status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
                StatusCode::BAD_REQUEST
            } else {
                status
            };
            ApiError::unreadable(status, message)
        }
    }
}

/// An authenticated caller: by a key, or by a session of the console.
#[derive(Debug)]
pub(crate) struct Caller(pub(crate) Principal);

impl FromRequestParts<Line> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, line: &Line) -> Result<Self, ApiError> {
        // Sessions come in by `admission` alone, which looks at their forms.
        let pass = match parts.extensions.get::<Arc<Pass>>() {
            Some(pass) => pass.principal.clone(),
            None => {
                let token = bearer(&parts.headers).ok_or_else(ApiError::unauthenticated)?;
                line.stages().accounts.authenticate(token).await?.principal
            }
        };
        Ok(Self(pass))
    }
}

/// The key in the header or, from a browser that opens a websocket, among the subprotocols.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let header = text(AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let protocols = || text(SEC_WEBSOCKET_PROTOCOL)?.split(',').find_map(protocol_key);
    header.or_else(protocols)
}

fn protocol_key(protocol: &str) -> Option<&str> {
    protocol.trim().strip_prefix(KEY_PROTOCOL)
}

/// What an authenticated caller asks for in vain is on record, too.
pub(crate) async fn turned_away(
    line: &Line,
    principal: Principal,
    modality: Modality,
    error: ApiError,
) -> ApiError {
    match line.turn_away(principal, modality, error.code()).await {
        Ok((request, receipt)) => error.recorded(request, &receipt),
        Err(failure) => failure.into(),
    }
}

/// A stranger is `None`; a wrong key is an error all the same.
impl OptionalFromRequestParts<Line> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, line: &Line) -> Result<Option<Self>, ApiError> {
        let known = parts.extensions.get::<Arc<Pass>>().is_some();
        if !known && !parts.headers.contains_key(AUTHORIZATION) {
            return Ok(None);
        }
        <Self as FromRequestParts<Line>>::from_request_parts(parts, line).await.map(Some)
    }
}

impl Caller {
    /// The caller, if the role may ask for content.
    pub(crate) fn generating(self) -> Result<Principal, ApiError> {
        if self.0.role.may_generate() {
            return Ok(self.0);
        }
        Err(ApiError::forbidden(format!("The role {} may not generate.", self.0.role)))
    }
}
