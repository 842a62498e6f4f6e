//! `/v1/sessions`: scenes and advertisements that change with what people do in front of them.

use std::time::Duration;

use audit::{DialogueRecord, record::dialogue::DialogueKind};
use axum::{
    Json,
    extract::{
        Path, Query, State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse as _, Response},
};
use scene::{Brief, Feedback};
use serde::Deserialize;
use serde_json::{Value, json};
use types::{Language, Modality};

use super::{
    answer::{self, Headers},
    error::{ApiError, ErrorBody},
    extract::{Caller, JsonBody, turned_away},
};
use crate::{
    admitting,
    members::put,
    outcome::Release,
    pipeline::Line,
    recording,
    sessions::{self, Live, Made, SessionsError},
};

/// The largest event.
const EVENT_BYTES_MAX: usize = 16 << 10;
/// A reader who takes nothing for so long has left.
const READER_WAITS_MAX: Duration = Duration::from_secs(10);

/// Opens a session and makes its first revision.
#[utoipa::path(post, path = "/v1/sessions", request_body(content = Object, description = "`kind` (`advertisement` or `scene`), `prompt`, `language`, `seed`, `product`, `audience`, `characters`"), responses(
    (status = 200, description = "The session with its first revision and its addresses"),
    (status = 400, description = "Bad input, or `content_policy_violation`", body = ErrorBody),
    (status = 503, description = "Too many sessions, or failing closed", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn open(
    State(line): State<Line>,
    caller: Caller,
    body: Result<JsonBody<Value>, ApiError>,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    let read = |JsonBody(body): JsonBody<Value>| {
        let brief = Brief::parse(body.to_string().as_bytes());
        brief.map_err(|error| ApiError::invalid("body", error.to_string()))
    };
    let brief = match body.and_then(read) {
        Ok(brief) => brief,
        Err(error) => return Err(turned_away(&line, principal, Modality::Text, error).await),
    };
    let opener = principal.clone();
    let (live, made) = sessions::open(&line, principal, brief).await.map_err(told)?;
    let mut body = revision(&made);
    put(&mut body, "id", json!(live.id));
    put(&mut body, "object", json!("session"));
    put(&mut body, "notice", json!(notice(live.language())));
    put(&mut body, "document", live.document().await.1);
    let (id, ticket) = (&live.id, live.ticket());
    put(&mut body, "page", json!(format!("/v1/sessions/{id}/page?ticket={ticket}")));
    put(&mut body, "socket", json!(format!("/v1/sessions/{id}/socket?ticket={ticket}")));
    put(&mut body, "scene", json!(format!("/v1/sessions/{id}/scene.glb?ticket={ticket}")));
    put(&mut body, "poster", json!(format!("/v1/sessions/{id}/poster.svg?ticket={ticket}")));
    let notice = body.get("notice").is_some_and(|notice| !notice.is_null());
    let begun = DialogueRecord { kind: DialogueKind::Scene, notice, spoken: None };
    let stages = line.stages();
    stages.append(recording::dialogue(&stages, &opener, begun)).await?;
    Ok((StatusCode::OK, Headers::of(&made.release), Json(body)).into_response())
}

/// Lets whoever has it take part without a key.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub(crate) struct Ticket {
    /// From the answer that opened the session.
    ticket: Option<String>,
}

/// The session as it stands.
#[utoipa::path(get, path = "/v1/sessions/{id}", params(Ticket), responses(
    (status = 200, description = "The document"),
    (status = 404, description = "No such session", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn show(
    State(line): State<Line>,
    caller: Option<Caller>,
    Path(id): Path<String>,
    Query(ticket): Query<Ticket>,
) -> Result<Json<Value>, ApiError> {
    let live = find(&line, caller, &id, &ticket)?;
    let (number, document) = live.document().await;
    Ok(Json(json!({
        "id": live.id, "object": "session", "notice": notice(live.language()), "number": number,
        "document": document,
    })))
}

/// Ends a session.
#[utoipa::path(delete, path = "/v1/sessions/{id}", responses(
    (status = 204, description = "Ended"),
    (status = 404, description = "No such session for this key", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn close(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    find(&line, Some(caller), &id, &Ticket { ticket: None })?;
    line.stages().sessions.close(&id);
    Ok(StatusCode::NO_CONTENT)
}

/// Goes on with an event; what policy does not let through has not happened.
#[utoipa::path(post, path = "/v1/sessions/{id}/feedback", params(Ticket), request_body(content = Object, description = "`{\"type\": \"click\", \"target\": …}` and so on"), responses(
    (status = 200, description = "The revision: changes as JSON Patch, texts, reason"),
    (status = 400, description = "Bad input, or `content_policy_violation`", body = ErrorBody),
    (status = 403, description = "A rule asks for a person, or takes words out", body = ErrorBody),
    (status = 404, description = "No such session", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn feedback(
    State(line): State<Line>,
    caller: Option<Caller>,
    Path(id): Path<String>,
    Query(ticket): Query<Ticket>,
    body: Result<JsonBody<Value>, ApiError>,
) -> Result<Response, ApiError> {
    let live = find(&line, caller, &id, &ticket)?;
    let JsonBody(body) = body?;
    let event = Feedback::parse(body.to_string().as_bytes());
    let event = event.map_err(|error| ApiError::invalid("body", error.to_string()))?;
    let made = live.feedback(&line, event).await.map_err(told)?;
    Ok((StatusCode::OK, Headers::of(&made.release), Json(revision(&made))).into_response())
}

/// The scene as a binary glTF file, signed; its manifest is linked.
#[utoipa::path(get, path = "/v1/sessions/{id}/scene.glb", params(Ticket), responses(
    (status = 200, description = "model/gltf-binary"),
    (status = 404, description = "No such session", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn file(
    State(line): State<Line>,
    caller: Option<Caller>,
    Path(id): Path<String>,
    Query(ticket): Query<Ticket>,
) -> Result<Response, ApiError> {
    let live = find(&line, caller, &id, &ticket)?;
    let release: Release = live.file(&line).await.map_err(told)?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(release.media_type.name()));
    headers.extend(answer::manifest_link(release.asset_id).map(|link| (header::LINK, link)));
    Ok((StatusCode::OK, Headers::of(&release), headers, release.bytes).into_response())
}

/// A picture of the scene.
#[utoipa::path(get, path = "/v1/sessions/{id}/poster.svg", params(Ticket), responses(
    (status = 200, description = "image/svg+xml"),
    (status = 404, description = "No such session", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn poster(
    State(line): State<Line>,
    caller: Option<Caller>,
    Path(id): Path<String>,
    Query(ticket): Query<Ticket>,
) -> Result<Response, ApiError> {
    let live = find(&line, caller, &id, &ticket)?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], live.poster().await).into_response())
}

/// The page that shows the scene, on a screen or, where a browser has WebXR, around the visitor.
#[utoipa::path(get, path = "/v1/sessions/{id}/page", params(Ticket), responses(
    (status = 200, description = "text/html"),
    (status = 404, description = "No such session", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn page(
    State(line): State<Line>,
    caller: Option<Caller>,
    Path(id): Path<String>,
    Query(ticket): Query<Ticket>,
) -> Result<Response, ApiError> {
    let live = find(&line, caller, &id, &ticket)?;
    let nonce = format!("{:032x}", rand::random::<u128>());
    let socket = format!("/v1/sessions/{id}/socket?ticket={}", live.ticket());
    let title = line.stages().installation.config().provenance.publisher.clone();
    let html = live.page(&title, &socket, &nonce).await;
    // One script and one style, both of this page; the scene is in it, and the socket is ours.
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data: \
         blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    );
    let policy = HeaderValue::from_str(&policy).map_err(|_| ApiError::bug())?;
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response())
}

/// Events in, revisions out.
#[utoipa::path(get, path = "/v1/sessions/{id}/socket", params(Ticket), responses(
    (status = 101, description = "A websocket: `{\"type\": \"feedback\", \"event\": …}` in, `revision` and `error` out"),
    (status = 404, description = "No such session", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn socket(
    State(line): State<Line>,
    caller: Option<Caller>,
    Path(id): Path<String>,
    Query(ticket): Query<Ticket>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    let live = find(&line, caller, &id, &ticket)?;
    let upgrade = upgrade.max_message_size(EVENT_BYTES_MAX).max_frame_size(EVENT_BYTES_MAX);
    let pass = admitting::current();
    Ok(upgrade.on_upgrade(move |socket| async move {
        // Whoever takes part by ticket has no key that could end.
        let standing = pass.as_ref().map(|pass| pass.standing.clone());
        let ended = async {
            match standing {
                Some(standing) => standing.ended().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = admitting::carrying(pass, talk(line, live, socket)) => {}
            ending = ended => tracing::info!(code = ending.code(), "a live session was left"),
        }
    }))
}

async fn talk(line: Line, live: std::sync::Arc<Live>, mut socket: WebSocket) {
    let (number, document) = live.document().await;
    let begun = json!({
        "type": "session", "id": live.id, "notice": notice(live.language()), "number": number,
        "document": document,
    });
    if !say(&mut socket, begun).await {
        return;
    }
    while let Some(Ok(message)) = socket.recv().await {
        let text = match message {
            Message::Text(text) => text,
            Message::Close(_) => return,
            Message::Binary(_) => {
                let wrong = json!({"type": "error", "error": {"code": "invalid_value", "message": "Events are JSON texts."}});
                if !say(&mut socket, wrong).await {
                    return;
                }
                continue;
            }
            Message::Ping(_) | Message::Pong(_) => continue,
        };
        let answer = match answered(&line, &live, &text).await {
            Ok(made) => {
                let mut told = revision(&made);
                put(&mut told, "type", json!("revision"));
                told
            }
            Err(error) => json!({"type": "error", "error": error.body().error}),
        };
        if !say(&mut socket, answer).await {
            return;
        }
    }
}

/// An event, bare or as the member `event`.
async fn answered(line: &Line, live: &Live, text: &str) -> Result<Made, ApiError> {
    let wrong = |error: String| ApiError::invalid("event", error);
    let message: Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let event = message.get("event").unwrap_or(&message);
    let event = Feedback::parse(event.to_string().as_bytes());
    let event = event.map_err(|error| wrong(error.to_string()))?;
    live.feedback(line, event).await.map_err(told)
}

async fn say(socket: &mut WebSocket, message: Value) -> bool {
    let sending = socket.send(Message::Text(message.to_string().into()));
    matches!(tokio::time::timeout(READER_WAITS_MAX, sending).await, Ok(Ok(())))
}

fn find(
    line: &Line,
    caller: Option<Caller>,
    id: &str,
    ticket: &Ticket,
) -> Result<std::sync::Arc<Live>, ApiError> {
    let tenant = caller.map(|caller| caller.0.tenant.to_string());
    line.stages().sessions.find(id, tenant.as_deref(), ticket.ticket.as_deref()).map_err(told)
}

fn revision(made: &Made) -> Value {
    let mut told = json!(made.revision);
    // Who has the document before applies the changes: an answer stays small.
    if let Some(members) = told.as_object_mut() {
        members.remove("document");
    }
    put(&mut told, "imprimatur", answer::member(&made.release));
    put(&mut told, "ms", json!(made.took.as_secs_f64() * 1000.0));
    told
}

fn notice(language: Language) -> &'static str {
    match language {
        Language::En => "AI-generated: this scene and what is said in it are made by a program.",
        Language::Zh => "本场景及其中的话语由程序自动生成（AI生成）。",
    }
}

fn told(error: SessionsError) -> ApiError {
    match error {
        SessionsError::Scene(error) => ApiError::invalid("event", error.to_string()),
        SessionsError::Line(error) => error.into(),
        SessionsError::Refused(refusal) => ApiError::refused(&refusal),
        SessionsError::Withheld => ApiError::forbidden(error.to_string()),
        SessionsError::Unknown => ApiError::not_found("session_not_found", error.to_string()),
        SessionsError::Full => ApiError::unavailable("busy", error.to_string()),
    }
}
