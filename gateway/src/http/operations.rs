//! `/healthz`, `/readyz`, `/metrics` and `/openapi.json`

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use crate::{listening::Phase, observing, pipeline::Line};

/// The process answers.
#[utoipa::path(get, path = "/healthz", responses((status = 200, description = "The process answers")))]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Every check that fails closed is working; 503 names those that are not, or says that the server is
/// draining. `overdue` names what witnesses or the time-stamp authority owe, or webhooks have not
/// heard: nothing fails because of it.
#[utoipa::path(get, path = "/readyz", responses(
    (status = 200, description = "Everything works"),
    (status = 503, description = "Names what is failing closed, or says `draining`"),
))]
pub(crate) async fn readyz(State(line): State<Line>) -> Response {
    ready(&line, false)
}

/// How every check stands; with the reasons why models cannot be used, which may name paths and
/// addresses, for operators only.
pub(super) fn ready(line: &Line, with_reasons: bool) -> Response {
    let stages = line.stages();
    let (health, failing) = (stages.health(), stages.failing());
    let draining = stages.serving.phase() > Phase::Serving;
    let ready = failing.is_empty() && !draining;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let state = match (draining, ready) {
        (true, _) => "draining",
        (_, true) => "ready",
        _ => "failing",
    };
    let checks: Map<String, Value> = health
        .checks
        .iter()
        .map(|(name, reason)| (name.replace(' ', "_"), json!(reason.as_deref().unwrap_or("ok"))))
        .collect();
    let generators: Map<String, Value> = health
        .generators
        .iter()
        .map(|(name, reason)| {
            let reason_shown = reason.as_ref().filter(|_| with_reasons);
            (name.clone(), json!({"usable": reason.is_none(), "reason": reason_shown}))
        })
        .collect();
    let mut overdue = stages.attesting.overdue();
    overdue.extend(stages.webhooks.overdue());
    let body = json!({
        "ready": ready, "state": state, "failing": failing, "checks": checks,
        "generators": generators, "overdue": overdue,
    });
    (status, Json(body)).into_response()
}

/// Counters in Prometheus' text format; with a listener for operators they are there.
#[utoipa::path(get, path = "/metrics", responses(
    (status = 200, description = "Prometheus text"),
    (status = 404, description = "Operators have a listener of their own"),
))]
pub(crate) async fn metrics(State(line): State<Line>) -> Response {
    if line.stages().serving.has_operators() {
        return super::missing().await;
    }
    counted(&line)
}

/// All counters.
pub(super) fn counted(line: &Line) -> Response {
    let stages = line.stages();
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let text = observing::with_health(&stages.counted(), &stages);
    ([("content-type", content_type)], text).into_response()
}
