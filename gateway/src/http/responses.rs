//! `/v1/responses`: OpenAI's newer form of a conversation, whole, as events, or in the background.
//!
//! A conversation is kept under its person's key, like other inputs, and found again by the records of
//! its request. The text of an answer is an asset and is kept as one.

mod items;
mod object;
mod request;
mod stream;

use std::sync::Arc;

use audit::Event;
use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use types::{AssetId, Message, Modality, Principal, RequestId, Speaker};

pub(crate) use request::ResponseRequest;
use request::{Asked, Way};

use super::{
    answer::Headers,
    error::{ApiError, ErrorBody},
    extract::{Caller, JsonBody, turned_away},
    paging::{Page, paged},
};
use crate::{
    case::Case,
    jobs,
    members::put,
    outcome::{Outcome, Release},
    pipeline::{Admitted, Delivery, Line, LineError, Step},
    vaulting::{self, Conversation, Found},
};

/// Longest conversation that is gone on from.
const TURNS_MAX: usize = 64;

/// Answers a conversation through the line, whole, as events, or in the background.
///
/// The answer's member `imprimatur` names the asset, its manifest and the log's receipt. Events are
/// OpenAI's, numbered; what policy stops in the middle ends as `response.incomplete` with the reason
/// `content_filter`.
#[utoipa::path(post, path = "/v1/responses", request_body = ResponseRequest, responses(
    (status = 200, description = "A response, or a stream of events"),
    (status = 400, description = "Bad input, or `content_policy_violation`", body = ErrorBody),
    (status = 403, description = "`held_for_review`", body = ErrorBody),
    (status = 404, description = "No such model, or no such previous response", body = ErrorBody),
    (status = 502, description = "The server behind the model failed", body = ErrorBody),
    (status = 503, description = "Busy or failing closed", body = ErrorBody),
    (status = 504, description = "The server behind the model took too long", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn create(
    State(line): State<Line>,
    caller: Caller,
    body: Result<JsonBody<ResponseRequest>, ApiError>,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    match wanted(&line, &principal, body).await {
        Ok((asked, before)) => answered(line, principal, asked, before).await,
        Err(error) => Err(turned_away(&line, principal, Modality::Text, error).await),
    }
}

async fn wanted(
    line: &Line,
    principal: &Principal,
    body: Result<JsonBody<ResponseRequest>, ApiError>,
) -> Result<(Asked, Vec<Message>), ApiError> {
    let JsonBody(body) = body?;
    let asked = body.read(keeps(line))?;
    let before = match asked.previous {
        Some(previous) => thread(line, principal, previous).await?,
        None => Vec::new(),
    };
    Ok((asked, before))
}

fn keeps(line: &Line) -> bool {
    line.stages().installation.config().audit.vault.prompts
}

async fn answered(
    line: Line,
    principal: Principal,
    asked: Asked,
    before: Vec<Message>,
) -> Result<Response, ApiError> {
    let request = asked.request(before);
    let body = object::begun(&asked.echo, request.id);
    let conversation = Conversation { asked: body.clone(), items: asked.items };
    let kept = serde_json::to_vec(&conversation).ok().filter(|_| asked.stores);
    let tenant = principal.tenant.to_string();
    let stages = line.stages();
    let mut case = Case::open(Arc::clone(&stages), principal, request);
    case.conversation = kept;
    let admitted = match line.admit_case(case).await? {
        Step::Go(admitted) => admitted,
        Step::Refused(refusal) => return Err(ApiError::refused(&refusal)),
    };
    match asked.way {
        Way::Stream => Ok(stream::respond(line, admitted, body)),
        Way::Background => Ok(begun(&line, admitted, &tenant, body)),
        Way::Whole => match line.finish(admitted, Delivery::Whole).await? {
            Outcome::Released(release) => Ok(whole(&release, body)),
            Outcome::Held(release) => Err(ApiError::held(&release)),
            Outcome::Refused(refusal) => Err(ApiError::refused(&refusal)),
        },
    }
}

fn begun(line: &Line, admitted: Admitted, tenant: &str, mut body: Value) -> Response {
    let headers = Headers::admitted(admitted.case());
    jobs::start(line, admitted, tenant, Value::Null);
    put(&mut body, "status", "queued");
    (StatusCode::OK, headers, Json(body)).into_response()
}

fn whole(release: &Release, body: Value) -> Response {
    let body = object::finished(body, release);
    (StatusCode::OK, Headers::of(release), Json(body)).into_response()
}

/// The answer about a text that was released before.
pub(super) fn again(line: &Line, body: &[u8], release: Release) -> Option<Response> {
    let body: ResponseRequest = serde_json::from_slice(body).ok()?;
    let asked = body.read(keeps(line)).ok()?;
    let body = object::begun(&asked.echo, release.request_id);
    Some(match asked.way {
        Way::Stream => stream::again(release, body),
        Way::Whole | Way::Background => whole(&release, body),
    })
}

/// What was said in a response and in those before it, oldest first.
async fn thread(
    line: &Line,
    principal: &Principal,
    last: RequestId,
) -> Result<Vec<Message>, ApiError> {
    let param = "previous_response_id";
    let (mut turns, mut next) = (Vec::new(), Some(last));
    while let Some(request) = next {
        if turns.len() >= TURNS_MAX {
            let text =
                format!("A conversation of more than {TURNS_MAX} turns is not gone on from.");
            return Err(ApiError::invalid(param, text));
        }
        let found = kept(line, principal, &object::id(request)).await;
        let found = found.map_err(|error| error.about(param))?;
        let text = said(line, request, &found).await?.ok_or_else(|| {
            let id = object::id(request);
            ApiError::invalid(param, format!("The response `{id}` has no text to go on from."))
        })?;
        let mut turn: Vec<Message> = found.conversation.items.iter().map(items::message).collect();
        turn.push(Message { role: Speaker::Assistant, text });
        turns.push(turn);
        let before = found.conversation.asked.get(param).and_then(Value::as_str);
        next = before.map(|id| object::parse(param, id)).transpose()?;
    }
    Ok(turns.into_iter().rev().flatten().collect())
}

/// The text of a finished response, if it may leave.
async fn said(line: &Line, request: RequestId, found: &Found) -> Result<Option<String>, ApiError> {
    let Some(asset) = found.ended.as_ref().and_then(|ended| ended.asset) else { return Ok(None) };
    text(line, request, asset).await
}

async fn text(line: &Line, request: RequestId, asset: AssetId) -> Result<Option<String>, ApiError> {
    let stages = line.stages();
    let entry = stages.log.registry().asset(asset).map_err(LineError::from)?;
    let leaves = |entry: &audit::AssetEntry| entry.may_leave() && entry.request_id == request;
    let Some(entry) = entry.filter(leaves) else { return Ok(None) };
    let bytes = stages.objects.get(&entry.sha256).await.map_err(LineError::from)?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// A response that was kept, as it stands.
#[utoipa::path(get, path = "/v1/responses/{id}", params(("id" = String, Path, description = "`resp_…`")), responses(
    (status = 200, description = "The response; token counts are not kept"),
    (status = 404, description = "No such response for this key", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn show(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let found = kept(&line, &caller.0, &id).await?;
    standing(&line, &id, &found).await.map(Json)
}

/// Forgets a conversation. Prompt and asset stay in evidence, as those of any other request do.
#[utoipa::path(delete, path = "/v1/responses/{id}", params(("id" = String, Path, description = "`resp_…`")), responses(
    (status = 200, description = "It is forgotten"),
    (status = 404, description = "No such response for this key", body = ErrorBody),
    (status = 409, description = "A legal hold covers it", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn delete(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let found = kept(&line, &caller.0, &id).await?;
    let stages = line.stages();
    if !vaulting::forget(&stages, &caller.0, &found).await? {
        return Err(ApiError::on_hold());
    }
    Ok(Json(json!({"id": id, "object": "response", "deleted": true})))
}

/// The items of a kept response's own turn, the last first.
#[utoipa::path(get, path = "/v1/responses/{id}/input_items", params(("id" = String, Path, description = "`resp_…`"), Page), responses(
    (status = 200, description = "The items"),
    (status = 400, description = "A page that there cannot be", body = ErrorBody),
    (status = 404, description = "No such response for this key", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn input_items(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let page = Page::read(page)?;
    let found = kept(&line, &caller.0, &id).await?;
    let latest = found.conversation.items.into_iter().rev().collect();
    paged(latest, &page, "id").map(Json)
}

/// Ends a response that is being made in the background.
#[utoipa::path(post, path = "/v1/responses/{id}/cancel", params(("id" = String, Path, description = "`resp_…`")), responses(
    (status = 200, description = "The response as it stands"),
    (status = 400, description = "Only what was begun in the background can be cancelled", body = ErrorBody),
    (status = 404, description = "No such response for this key", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn cancel(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let found = kept(&line, &caller.0, &id).await?;
    let background = found.conversation.asked.get("background") == Some(&Value::Bool(true));
    if !background {
        let text = "Only a response that was begun in the background can be cancelled.";
        return Err(ApiError::invalid("id", text));
    }
    let request = object::parse("id", &id)?;
    let cancelled = jobs::cancel(&line.stages(), request, &caller.0.tenant).await?;
    let mut body = standing(&line, &id, &found).await?;
    if cancelled && body.get("status") == Some(&json!("in_progress")) {
        put(&mut body, "status", "cancelled");
    }
    Ok(Json(body))
}

async fn kept(line: &Line, principal: &Principal, id: &str) -> Result<Found, ApiError> {
    let request = object::parse("id", id)?;
    let stages = line.stages();
    let found = vaulting::find_conversation(&stages, principal, request).await?;
    found.ok_or_else(|| object::missing(id))
}

/// A kept response, with how its request ended.
async fn standing(line: &Line, id: &str, found: &Found) -> Result<Value, ApiError> {
    let request = object::parse("id", id)?;
    let mut body = found.conversation.asked.clone();
    let Some(ended) = &found.ended else { return Ok(body) };
    match ended.event {
        Event::Released | Event::Approved => {
            let Some(text) = said(line, request, found).await? else {
                return Ok(object::failed(body, &ApiError::bug()));
            };
            put(&mut body, "status", "completed");
            let item = object::message(request, "completed", &object::part(&text, &json!([])));
            put(&mut body, "output", json!([item]));
            put(&mut body, "imprimatur", json!({"asset_id": ended.asset}));
        }
        // It waits for a person.
        Event::Held => {
            put(&mut body, "imprimatur", json!({"asset_id": ended.asset, "outcome": "held"}))
        }
        Event::Refused | Event::Rejected => {
            let text = ended.detail.as_deref().unwrap_or("content_policy_violation");
            let error = ApiError::not_found(text, "Policy or an editor did not let it through.");
            return Ok(object::filtered(body, None, &error));
        }
        Event::Interrupted => put(&mut body, "status", "cancelled"),
        _ => return Ok(object::failed(body, &ApiError::bug())),
    }
    Ok(body)
}
