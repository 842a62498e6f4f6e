//! What a model could not do, as an answer.

use axum::http::StatusCode;
use generators::{
    GeneratorError,
    openai::{Fault, UpstreamError},
};

use super::ApiError;

/// What a model, or a server behind this one, could not do.
pub(super) fn answer(error: &GeneratorError) -> ApiError {
    match error {
        GeneratorError::Upstream(error) => upstream(error),
        GeneratorError::Busy { .. } | GeneratorError::Waited { .. } => {
            ApiError::unavailable("busy", "The model is busy; try again.")
        }
        GeneratorError::PromptNotUnderstood { .. } | GeneratorError::PromptEmpty => {
            ApiError::invalid("prompt", error.to_string())
        }
        GeneratorError::Parameter { parameter, .. } => {
            ApiError::invalid(parameter, error.to_string())
        }
        GeneratorError::ContextExceeded { .. } => ApiError::invalid("messages", error.to_string()),
        _ => ApiError::unavailable(
            "generator_failed",
            "The model could not be run; `imprimatur models check` says more.",
        ),
    }
}

/// What a server behind this one did: its own words are not repeated.
fn upstream(error: &UpstreamError) -> ApiError {
    let (code, message) = (error.code(), format!("{error}; nothing of it was released."));
    let message = message.replacen("the server", "The server", 1);
    let failed = |status| ApiError::new(status, "server_error", code, message.clone());
    match &error.fault {
        Fault::TimedOut(_) => failed(StatusCode::GATEWAY_TIMEOUT),
        Fault::Busy | Fault::Resting => {
            let mut busy = failed(StatusCode::SERVICE_UNAVAILABLE);
            busy.retry_after_s = Some(error.retry_after_s.unwrap_or(5));
            busy
        }
        Fault::Refused { .. } => {
            ApiError::new(StatusCode::BAD_REQUEST, "invalid_request_error", code, message)
        }
        _ => failed(StatusCode::BAD_GATEWAY),
    }
}
