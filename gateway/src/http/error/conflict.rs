//! What cannot be done as things stand.

use axum::http::StatusCode;

use super::ApiError;

impl ApiError {
    /// 409: a legal hold keeps what was to be deleted.
    pub(crate) fn on_hold() -> Self {
        let message = "A legal hold covers it: it can be deleted when the hold ends.";
        Self::new(StatusCode::CONFLICT, "invalid_request_error", "legal_hold", message)
    }
}
