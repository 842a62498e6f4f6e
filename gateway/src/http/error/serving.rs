//! What the server itself refuses: new configurations, and requests beyond its limits.

use axum::http::StatusCode;

use super::{ApiError, closed};
use crate::reloading::ReloadError;

impl From<ReloadError> for ApiError {
    fn from(error: ReloadError) -> Self {
        if error.is_ours() {
            return closed("audit log");
        }
        let message = format!("The new configuration is refused, the last one stays: {error}");
        let status = StatusCode::BAD_REQUEST;
        Self::new(status, "invalid_request_error", "configuration_refused", message)
    }
}

impl ApiError {
    /// 503: as many requests as the server takes are under way.
    pub(crate) fn too_busy() -> Self {
        let message = "The server handles as many requests as it may; try again in a moment.";
        let mut error = Self::unavailable("busy", message);
        error.retry_after_s = Some(1);
        error
    }

    /// 503: the server is ending.
    pub(crate) fn ending() -> Self {
        Self::unavailable("interrupted", "The server is ending; try again.")
    }

    /// 408: the body did not come in time.
    pub(crate) fn body_too_slow(seconds: u64) -> Self {
        let message = format!("The body did not arrive within {seconds} seconds.");
        Self::new(StatusCode::REQUEST_TIMEOUT, "invalid_request_error", "body_too_slow", message)
    }

    /// 405.
    pub(crate) fn wrong_method() -> Self {
        let message = "This path does not take this method; /openapi.json lists what it takes.";
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "invalid_request_error",
            "method_not_allowed",
            message,
        )
    }

    /// 400: a header that may come once came twice.
    pub(crate) fn duplicate_header(name: &str) -> Self {
        let message = format!("The header `{name}` came more than once: send it once.");
        let status = StatusCode::BAD_REQUEST;
        Self::new(status, "invalid_request_error", "duplicate_header", message).about(name)
    }
}
