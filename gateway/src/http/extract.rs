//! What handlers take: JSON bodies and callers, with errors in OpenAI's shape.

use axum::{
    Json,
    extract::{
        FromRequest, FromRequestParts, OptionalFromRequestParts, Request, rejection::JsonRejection,
    },
    http::{StatusCode, header::AUTHORIZATION, request::Parts},
};
use serde::de::DeserializeOwned;
use types::{Modality, Principal};

use super::error::ApiError;
use crate::pipeline::Line;

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

/// An authenticated caller.
#[derive(Debug)]
pub(crate) struct Caller(pub(crate) Principal);

impl FromRequestParts<Line> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, line: &Line) -> Result<Self, ApiError> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer "));
        let token = token.ok_or_else(ApiError::unauthenticated)?;
        let principal = line.stages().accounts.authenticate(token).await?;
        Ok(Self(principal))
    }
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
        if !parts.headers.contains_key(AUTHORIZATION) {
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
