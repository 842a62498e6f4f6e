//! `/healthz`, `/readyz`, `/metrics` and `/openapi.json`

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{observing, pipeline::Line};

/// The process answers.
#[utoipa::path(get, path = "/healthz", responses((status = 200, description = "The process answers")))]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Every check that fails closed is working; 503 names those that are not. `overdue` names what
/// witnesses or the time-stamp authority owe, or webhooks have not heard: nothing fails because of it.
#[utoipa::path(get, path = "/readyz", responses(
    (status = 200, description = "Everything works"),
    (status = 503, description = "Names what is failing closed"),
))]
pub(crate) async fn readyz(State(line): State<Line>) -> Response {
    let failing = line.stages().failing();
    let status = if failing.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut overdue = line.stages().attesting.overdue();
    overdue.extend(line.stages().webhooks.overdue());
    let body = json!({"ready": failing.is_empty(), "failing": failing, "overdue": overdue});
    (status, Json(body)).into_response()
}

/// Counters in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", responses((status = 200, description = "Prometheus text")))]
pub(crate) async fn metrics(State(line): State<Line>) -> Response {
    let text = line.stages().metrics.text();
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([("content-type", content_type)], observing::with_health(&text, &line.stages()))
        .into_response()
}
