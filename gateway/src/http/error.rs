//! The one place where what went wrong becomes an HTTP status and OpenAI's error body.
//!
//! The client's message and the internal one are kept apart: causes go to the program's own log,
//! never to the client, because they may name paths or keys.

mod conflict;
mod entry;
mod generator;
mod serving;

use std::time::Duration;

use audit::{LogError, Refusal as WitnessRefusal, VaultError};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use types::{Receipt, RequestId};
use utoipa::ToSchema;

use crate::{
    outcome::{Refusal, Release},
    pipeline::LineError,
    publishing::PublishError,
    renditions::RenditionError,
    reviews::ReviewError,
    vaulting::VaultingError,
};

/// OpenAI's error object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    /// The error.
    pub error: ErrorDetail,
}

/// What went wrong, in OpenAI's shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ErrorDetail {
    /// A sentence for people: what happened and what to do.
    pub message: String,
    /// OpenAI's class, for example `invalid_request_error`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The parameter at fault.
    pub param: Option<String>,
    /// A stable code, for example `content_policy_violation`.
    pub code: Option<String>,
}

/// An answer that is not the asked-for content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    status: StatusCode,
    detail: Box<ErrorDetail>,
    headers: Vec<(&'static str, String)>,
    retry_after_s: Option<u32>,
}

impl ApiError {
    fn new(status: StatusCode, kind: &str, code: &str, message: impl Into<String>) -> Self {
        let detail = ErrorDetail {
            message: message.into(),
            kind: kind.to_owned(),
            param: None,
            code: (!code.is_empty()).then(|| code.to_owned()),
        };
        Self { status, detail: Box::new(detail), headers: Vec::new(), retry_after_s: None }
    }

    /// 400 about one parameter.
    pub(crate) fn invalid(param: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", "invalid_value", message)
            .about(param)
    }

    /// 400 about parameters that cannot both hold.
    pub(crate) fn contradictory(param: &str, message: impl Into<String>) -> Self {
        let status = StatusCode::BAD_REQUEST;
        Self::new(status, "invalid_request_error", "contradictory_parameters", message).about(param)
    }

    /// 400 about a parameter that would change the output but is not served.
    pub(crate) fn unserved(param: &str, message: impl Into<String>) -> Self {
        let status = StatusCode::BAD_REQUEST;
        Self::new(status, "invalid_request_error", "unsupported_parameter", message).about(param)
    }

    /// 400 about a body that cannot be read.
    pub(crate) fn unreadable(status: StatusCode, message: impl Into<String>) -> Self {
        let large = status == StatusCode::PAYLOAD_TOO_LARGE;
        let code = if large { "body_too_large" } else { "invalid_body" };
        Self::new(status, "invalid_request_error", code, message)
    }

    /// 401: no key or a wrong one.
    pub(crate) fn unauthenticated() -> Self {
        let message = "This key is not valid. Send `Authorization: Bearer imp_…` with a key made by `imprimatur keys create`.";
        Self::new(StatusCode::UNAUTHORIZED, "authentication_error", "invalid_api_key", message)
    }

    /// 403: a valid key whose role may not do this.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "permission_error", "forbidden", message)
    }

    /// 404.
    pub(crate) fn not_found(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "invalid_request_error", code, message)
    }

    /// 409: it stands otherwise than the request takes it to.
    pub(crate) fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "invalid_request_error", code, message)
    }

    /// 409: the request of this idempotency key is being handled.
    pub(crate) fn key_in_use() -> Self {
        let message =
            "A request with this idempotency key is being handled; ask again for its answer.";
        let status = StatusCode::CONFLICT;
        let mut error =
            Self::new(status, "invalid_request_error", "idempotency_key_in_use", message);
        error.retry_after_s = Some(1);
        error.about("Idempotency-Key")
    }

    /// 422: the idempotency key was used for another body.
    pub(crate) fn key_reused() -> Self {
        let message = "This idempotency key was used for another request: take a new one.";
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, "invalid_request_error", "idempotency_key_reused", message)
            .about("Idempotency-Key")
    }

    /// 422: well formed, but it does not hold.
    pub(crate) fn unprocessable(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request_error", code, message)
    }

    /// 429: this address has had its share.
    pub(crate) fn too_many(wait: Duration) -> Self {
        let message = "This address has had its share of checks; try again later, or use a key.";
        let status = StatusCode::TOO_MANY_REQUESTS;
        let mut error = Self::new(status, "rate_limit_error", "rate_limit_exceeded", message);
        let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
        error.retry_after_s = Some(seconds.saturating_add(1));
        error
    }

    /// 503: a part is failing closed.
    pub(crate) fn unavailable(code: &str, message: impl Into<String>) -> Self {
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "server_error", code, message);
        error.retry_after_s = Some(5);
        error
    }

    /// 503: what is asked for needs a model that does not come with the program.
    pub(crate) fn model_needed() -> Self {
        let text = "No configured model does this: download one (for example openai/whisper-tiny) \
                    and add its folder with `imprimatur models add FOLDER`.";
        Self::unavailable("model_needed", text)
    }

    /// 400 `content_policy_violation`, with the rule and the receipt of the refusal.
    pub(crate) fn refused(refusal: &Refusal) -> Self {
        let message = match &refusal.rule {
            Some(rule) => format!("{} (rule {rule})", refusal.message),
            None => refusal.message.clone(),
        };
        let status = StatusCode::BAD_REQUEST;
        let error = Self::new(status, "invalid_request_error", "content_policy_violation", message);
        error.recorded(refusal.request_id, &refusal.receipt)
    }

    /// 403 `held_for_review`: the asset waits, marked and signed, for a reviewer.
    pub(crate) fn held(release: &Release) -> Self {
        let id = release.asset_id;
        let message = format!(
            "The output is held for review. An editor decides with `imprimatur reviews approve {id}`; then GET /v1/assets/{id}/content."
        );
        let mut error =
            Self::new(StatusCode::FORBIDDEN, "permission_error", "held_for_review", message);
        error.headers.push(("x-imprimatur-asset", id.to_string()));
        error.recorded(release.request_id, &release.receipt)
    }

    /// 500: a bug of ours.
    pub(crate) fn bug() -> Self {
        let message = "The server has a bug that this request has hit; nothing was released.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "bug", message)
    }

    /// The stable code, which says nothing of the request's content.
    pub(crate) fn code(&self) -> &str {
        self.detail.code.as_deref().unwrap_or("invalid")
    }

    /// Names the record about it.
    pub(crate) fn recorded(mut self, request: RequestId, receipt: &Receipt) -> Self {
        self.headers.push(("x-request-id", request.to_string()));
        self.headers.push(("x-imprimatur-receipt", receipt.index.to_string()));
        self
    }

    pub(super) fn about(mut self, param: &str) -> Self {
        self.detail.param = Some(param.to_owned());
        self
    }

    /// The body, also sent as an event when a stream fails after its first byte.
    pub(crate) fn body(&self) -> ErrorBody {
        ErrorBody { error: (*self.detail).clone() }
    }
}

impl From<LineError> for ApiError {
    fn from(error: LineError) -> Self {
        if !matches!(
            error,
            LineError::UnknownModel(_)
                | LineError::WrongModality { .. }
                | LineError::WrongTask { .. }
                | LineError::Attachment { .. }
                | LineError::ConsentNeeded
                | LineError::Consent(_)
                | LineError::Override(_)
                | LineError::LabelNeeded
                | LineError::Denied(_)
                | LineError::OverLimit(_)
        ) {
            tracing::warn!(error = %error, "request failed");
        }
        match &error {
            LineError::UnknownModel(_) => {
                Self::not_found("model_not_found", error.to_string()).about("model")
            }
            LineError::WrongModality { .. } | LineError::WrongTask { .. } => {
                Self::invalid("model", error.to_string())
            }
            LineError::Attachment { part, .. } => {
                // OpenAI calls the picture to work on `image`.
                let field = if *part == types::Part::Source { "image" } else { part.name() };
                Self::invalid(field, error.to_string())
            }
            LineError::ConsentNeeded | LineError::Consent(_) => {
                let (status, kind) = (StatusCode::BAD_REQUEST, "invalid_request_error");
                Self::new(status, kind, "likeness_consent", error.to_string()).about("consent")
            }
            LineError::LabelNeeded => {
                Self::forbidden(error.to_string()).about("imprimatur.unlabelled")
            }
            LineError::Override(_) => {
                Self::forbidden(error.to_string()).about("imprimatur.override")
            }
            LineError::Generator(inner) => generator::answer(inner),
            LineError::Denied(denied) => (*denied).into(),
            LineError::OverLimit(over) => over.clone().into(),
            LineError::Ended(ending) => Self::ended(*ending),
            LineError::Policy(_) => closed("policy"),
            LineError::Picture | LineError::Sound | LineError::Pieces => closed("generator"),
            LineError::Empty => Self::unprocessable("empty_output", error.to_string()),
            LineError::Watermark(_) => closed("watermark"),
            LineError::Provenance(_) => closed("provenance"),
            LineError::Log(_) => closed("audit log"),
            LineError::Objects(_) | LineError::State(_) => closed("storage"),
            LineError::Vault(_) => closed("evidence vault"),
            LineError::ClientGone | LineError::TimedOut(_) | LineError::Stopped => {
                Self::unavailable(
                    "interrupted",
                    "The request was interrupted before release; try again.",
                )
            }
        }
    }
}

fn closed(part: &str) -> ApiError {
    let message = format!(
        "The {part} is not working, so nothing is released. `imprimatur doctor` and /readyz say more."
    );
    ApiError::unavailable("failing_closed", message)
}

impl From<WitnessRefusal> for ApiError {
    fn from(refusal: WitnessRefusal) -> Self {
        let message = refusal.to_string();
        match refusal {
            WitnessRefusal::Malformed(_) => Self::unreadable(StatusCode::BAD_REQUEST, message),
            WitnessRefusal::UnknownLog(_) => Self::not_found("unknown_log", message),
            WitnessRefusal::Untrusted(_) => Self::forbidden(message),
            WitnessRefusal::Inconsistent(_) => Self::unprocessable("inconsistent", message),
            // A conflict is answered by its size, before it comes here.
            _ => closed("witness"),
        }
    }
}

impl From<ReviewError> for ApiError {
    fn from(error: ReviewError) -> Self {
        match &error {
            ReviewError::Unknown(_) => Self::not_found("review_not_found", error.to_string()),
            ReviewError::FourEyes | ReviewError::Role(_) => Self::forbidden(error.to_string()),
            ReviewError::Decided(_) => Self::new(
                StatusCode::CONFLICT,
                "invalid_request_error",
                "already_decided",
                error.to_string(),
            ),
            ReviewError::Damaged(_) => closed("storage"),
            ReviewError::Log(_) => closed("audit log"),
            ReviewError::Objects(_) | ReviewError::State(_) => closed("storage"),
        }
    }
}

impl From<PublishError> for ApiError {
    fn from(error: PublishError) -> Self {
        match &error {
            PublishError::Unknown(_) => Self::not_found("asset_not_found", error.to_string()),
            PublishError::Role(_) => Self::forbidden(error.to_string()),
            PublishError::Unapproved(_) => Self::conflict("not_approved", error.to_string()),
            PublishError::Published(_) => Self::conflict("already_published", error.to_string()),
            PublishError::Unpublished(_) => Self::conflict("not_published", error.to_string()),
            PublishError::Withdrawn(_) => Self::conflict("withdrawn", error.to_string()),
            PublishError::Url | PublishError::NoNotice => Self::invalid("url", error.to_string()),
            PublishError::Label(_) => Self::conflict("label_due", error.to_string()),
            PublishError::Provenance(_) => closed("credentials"),
            PublishError::Log(_) => closed("audit log"),
            PublishError::Objects(_) | PublishError::State(_) => closed("storage"),
        }
    }
}

impl From<RenditionError> for ApiError {
    fn from(error: RenditionError) -> Self {
        match error {
            RenditionError::Unknown(_) => Self::not_found("asset_not_found", error.to_string()),
            RenditionError::Held(_) => Self::forbidden(error.to_string()),
            RenditionError::Unlike(_) => Self::unprocessable("not_a_rendition", error.to_string()),
            RenditionError::Line(error) => error.into(),
        }
    }
}

impl From<VaultingError> for ApiError {
    fn from(error: VaultingError) -> Self {
        match &error {
            VaultingError::Nobody(_) | VaultingError::Unknown(_) | VaultingError::NoHold(_) => {
                Self::not_found("evidence_not_found", error.to_string())
            }
            VaultingError::Role(_) | VaultingError::SamePerson => {
                Self::forbidden(error.to_string())
            }
            VaultingError::NotRequested(_) | VaultingError::RequestExpired(_) => {
                Self::conflict("reveal_not_requested", error.to_string())
            }
            VaultingError::Reason => Self::invalid("reason", error.to_string()),
            VaultingError::Ambiguous { .. } => Self::invalid("subject", error.to_string()),
            VaultingError::Vault(VaultError::Scope(_)) => Self::invalid("scope", error.to_string()),
            VaultingError::Vault(VaultError::Unknown(_)) => {
                Self::not_found("evidence_not_found", error.to_string())
            }
            VaultingError::Vault(VaultError::Erasing) => {
                Self::conflict("erasing", error.to_string())
            }
            VaultingError::Log(LogError::Unknown(_)) => {
                Self::not_found("evidence_not_found", error.to_string())
            }
            VaultingError::Log(_) => closed("audit log"),
            VaultingError::State(_) => closed("storage"),
            _ => closed("evidence vault"),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        // A browser is answered with a page instead.
        response.extensions_mut().insert(self.clone());
        let headers = response.headers_mut();
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
