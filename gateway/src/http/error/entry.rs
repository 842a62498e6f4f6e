//! Who is not let in, or not so far: as statuses.

use std::time::Duration;

use access::{AccessError, Denied, Ending, OverLimit, Unit};
use axum::http::StatusCode;

use super::{ApiError, closed};

impl ApiError {
    /// 401 in mid-stream or before: the key or session has ended.
    pub(crate) fn ended(ending: Ending) -> Self {
        if ending == Ending::Unconfirmed {
            return closed("state store");
        }
        let status = StatusCode::UNAUTHORIZED;
        Self::new(status, "authentication_error", ending.code(), ending.to_string())
    }

    /// 401: a page wants somebody who is signed in.
    pub(crate) fn not_signed_in() -> Self {
        let message = AccessError::NoSession.to_string();
        let status = StatusCode::UNAUTHORIZED;
        Self::new(status, "authentication_error", "not_signed_in", message)
    }

    /// Whether it says that nobody is known.
    pub(crate) fn is_unauthenticated(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    /// 403: a form that this session has not made.
    pub(crate) fn foreign_form() -> Self {
        let message = "This form was not made by this session, or it is too old: load the page again. \
                       Scripts send the header `x-csrf-token`; the field `csrf` comes first.";
        Self::new(StatusCode::FORBIDDEN, "permission_error", "csrf", message)
    }

    /// 403: the password must be changed first.
    pub(crate) fn password_due() -> Self {
        let message = "Change your password first: POST /console/password.";
        Self::new(StatusCode::FORBIDDEN, "permission_error", "password_change_needed", message)
    }

    /// 429 with the time to wait.
    fn over(code: &str, kind: &str, message: String, wait: Duration) -> Self {
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, kind, code, message);
        let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
        error.retry_after_s = Some(seconds.saturating_add(1));
        error
    }
}

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        let message = error.to_string();
        let refused = |code: &str, message: String| {
            Self::new(StatusCode::UNAUTHORIZED, "authentication_error", code, message)
        };
        match error {
            AccessError::UnknownKey => Self::unauthenticated(),
            AccessError::NoSession => Self::not_signed_in(),
            AccessError::WrongPassword => refused("wrong_password", message),
            AccessError::WrongLink => refused("wrong_link", message),
            AccessError::Throttled(wait) => {
                Self::over("too_many_passwords", "rate_limit_error", message, wait)
            }
            AccessError::Nobody(_) => Self::not_found("person_not_found", message),
            AccessError::Exists(_) => {
                Self::new(StatusCode::CONFLICT, "invalid_request_error", "person_exists", message)
            }
            AccessError::Invalid(_) => Self::invalid("body", message),
            AccessError::Provider(reason) => {
                tracing::warn!(reason, "sign-in by the provider of identities failed");
                let text =
                    "Sign-in by the provider of identities failed; the log of the server says why.";
                refused("provider_refused", text.to_owned())
            }
            _ => closed("storage"),
        }
    }
}

impl From<Denied> for ApiError {
    fn from(denied: Denied) -> Self {
        let code = match denied {
            Denied::Scope(_) => "missing_scope",
            _ => "forbidden",
        };
        Self::new(StatusCode::FORBIDDEN, "permission_error", code, denied.to_string())
    }
}

impl From<OverLimit> for ApiError {
    fn from(over: OverLimit) -> Self {
        let (code, kind) = match over.unit {
            Unit::Requests => ("rate_limit_exceeded", "requests"),
            _ => ("insufficient_quota", "insufficient_quota"),
        };
        Self::over(code, kind, over.to_string(), over.wait)
    }
}
