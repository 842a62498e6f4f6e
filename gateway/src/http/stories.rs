//! `/v1/stories`: a story is made part by part, and told of as it goes.

use std::convert::Infallible;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::{StreamExt as _, wrappers::ReceiverStream};
use types::{Modality, Principal, RequestId};
use utoipa::ToSchema;

use super::{
    answer,
    error::{ApiError, ErrorBody},
    extract::{Caller, JsonBody, turned_away},
};
use crate::{
    admitting,
    pipeline::Line,
    stories::{self, Ended, Form, Part, StoriesError, Wanted, content_url},
    telling::{Progress, Told},
};

/// Parts that may wait for a slow reader.
const PARTS_WAITING_MAX: usize = 16;

/// `POST /v1/stories`
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct StoryRequest {
    /// What the story is about, with `sources`, `language`, `chapters`, `illustrations`, `narration`,
    /// `style`, `characters`, `audience` and `seed`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub brief: Value,
    /// `epub` (if absent) or `html`.
    pub format: Option<String>,
    /// The models' configured names: the usual ones if absent.
    #[serde(default)]
    pub models: Models,
    /// The voice that reads.
    pub voice: Option<String>,
    /// Send parts as they are done.
    #[serde(default)]
    pub stream: bool,
}

/// Which model makes what.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Models {
    /// Writes.
    pub text: Option<String>,
    /// Draws.
    pub image: Option<String>,
    /// Speaks.
    pub speech: Option<String>,
}

/// Makes a story from a brief and sources: text, pictures and narration, each an asset of its own, and a
/// bundle with them as ingredients. With `stream` the answer is events; else it is the job.
#[utoipa::path(post, path = "/v1/stories", request_body = StoryRequest, responses(
    (status = 200, description = "The job, or a stream of `story.part` events that ends with `story.completed`"),
    (status = 400, description = "Bad input", body = ErrorBody),
    (status = 503, description = "Busy or failing closed", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn create(
    State(line): State<Line>,
    caller: Caller,
    body: Result<JsonBody<StoryRequest>, ApiError>,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    let asked = body.and_then(|JsonBody(body)| Ok((wanted(&body)?, body.stream)));
    let (wanted, is_stream) = match asked {
        Ok(asked) => asked,
        Err(error) => return Err(turned_away(&line, principal, Modality::Text, error).await),
    };
    let tenant = principal.tenant.clone();
    let (id, receiver) = begin(&line, principal, wanted);
    if !is_stream {
        drop(receiver);
        let job = line.stages().told.find(&id, &tenant).ok_or_else(ApiError::bug)?;
        return Ok((StatusCode::OK, Json(described(&job))).into_response());
    }
    let begun = tokio_stream::once(json!({"type": "story.created", "id": id}));
    let events = begun.chain(ReceiverStream::new(receiver));
    let events = events.map(|event| {
        let name = event.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok::<_, Infallible>(Event::default().event(name).data(event.to_string()))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

/// Begins a story: its id, and what is told of it.
pub(crate) fn begin(
    line: &Line,
    principal: Principal,
    wanted: Wanted,
) -> (String, mpsc::Receiver<Value>) {
    let id = format!("story_{}", RequestId::new());
    let asked = json!({"created_at": answer::now_unix_s()});
    line.stages().told.begin(&id, &principal.tenant, asked);
    let (events, receiver) = mpsc::channel::<Value>(PARTS_WAITING_MAX);
    let job = Running { line: line.clone(), principal, id: id.clone(), events };
    tokio::spawn(admitting::carried(job.run(wanted)));
    (id, receiver)
}

/// How far a story is.
#[utoipa::path(get, path = "/v1/stories/{id}", responses(
    (status = 200, description = "The job with its parts"),
    (status = 404, description = "No such story for this key, or it was made before the last start", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn show(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let missing = || {
        let text = format!("No story has the id {id}; assets of earlier ones are in the log.");
        ApiError::not_found("story_not_found", text)
    };
    line.stages()
        .told
        .find(&id, &caller.0.tenant)
        .map(|job| Json(described(&job)))
        .ok_or_else(missing)
}

struct Running {
    line: Line,
    principal: Principal,
    id: String,
    events: mpsc::Sender<Value>,
}

impl Running {
    async fn run(self, wanted: Wanted) {
        let (told, mut parts) = mpsc::channel(PARTS_WAITING_MAX);
        let making = stories::make(&self.line, &self.principal, wanted, told);
        let telling = async {
            while let Some(part) = parts.recv().await {
                let percent = part.done.0 * 100 / part.done.1.max(1);
                let part = described_part(&part);
                self.line.stages().told.part(&self.id, percent, part.clone());
                self.say(
                    json!({"type": "story.part", "id": self.id, "progress": percent, "part": part}),
                )
                .await;
            }
        };
        let (ended, ()) = tokio::join!(making, telling);
        let (progress, event) = match ended {
            Ok(Ended::Bundled { bundle, ninjs, warnings }) => {
                let result = json!({
                    "url": content_url(bundle.asset_id), "media_type": bundle.media_type,
                    "imprimatur": answer::member(&bundle), "ninjs": ninjs, "warnings": warnings,
                });
                (
                    Progress::Completed(result.clone()),
                    json!({"type": "story.completed", "story": result}),
                )
            }
            Ok(Ended::Refused(refusal)) => failed("content_policy_violation", &refusal.message),
            Ok(Ended::Held(release)) => {
                let text = format!(
                    "The asset {} waits for an editor; ask again when it is approved.",
                    release.asset_id
                );
                failed("held_for_review", &text)
            }
            Err(StoriesError::Line(error)) => {
                tracing::warn!(%error, "a story failed");
                failed(error.class(), "A part could not be made.")
            }
            Err(error) => failed("invalid_value", &error.to_string()),
        };
        self.line.stages().told.end(&self.id, progress);
        self.say(event).await;
    }

    /// A reader who left does not end the job.
    async fn say(&self, event: Value) {
        let _ = self.events.send(event).await;
    }
}

fn failed(code: &str, message: &str) -> (Progress, Value) {
    let error = json!({"code": code, "message": message});
    (Progress::Failed(error.clone()), json!({"type": "story.failed", "error": error}))
}

fn described_part(part: &Part) -> Value {
    json!({
        "chapter": part.chapter, "modality": part.modality, "asset_id": part.asset,
        "url": content_url(part.asset), "text": part.text,
    })
}

fn described(job: &Told) -> Value {
    let (status, result, error) = match &job.progress {
        Progress::Running => ("in_progress", Value::Null, Value::Null),
        Progress::Completed(result) => ("completed", result.clone(), Value::Null),
        Progress::Failed(error) => ("failed", Value::Null, error.clone()),
    };
    json!({
        "id": job.id, "object": "story", "status": status, "progress": job.percent,
        "created_at": job.asked.get("created_at"), "parts": job.parts, "story": result,
        "error": error,
    })
}

fn wanted(body: &StoryRequest) -> Result<Wanted, ApiError> {
    let form = match body.format.as_deref() {
        None | Some("epub") => Form::Epub,
        Some("html") => Form::Html,
        Some(_) => return Err(ApiError::invalid("format", "Use epub or html.")),
    };
    let wrong = |error: story::StoryError| ApiError::invalid("brief", error.to_string());
    let brief = story::Brief::parse(body.brief.to_string().as_bytes()).map_err(wrong)?;
    story::plan(&brief).map_err(wrong)?;
    Ok(Wanted {
        brief,
        text_model: body.models.text.clone(),
        image_model: body.models.image.clone(),
        speech_model: body.models.speech.clone(),
        voice: body.voice.clone(),
        form,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brief_is_part_of_the_body() {
        let body =
            json!({"brief": "The Elbe rises", "chapters": 2, "format": "html", "stream": true});
        let request: StoryRequest = serde_json::from_value(body).unwrap();
        let found = wanted(&request).unwrap();
        assert_eq!((found.brief.chapters, found.form), (2, Form::Html));
    }

    #[test]
    fn what_is_wrong_with_a_brief_is_said() {
        for body in [
            json!({"brief": ""}),
            json!({"brief": "x", "chapters": 99}),
            json!({"brief": "x", "colour": 1}),
        ] {
            let request: StoryRequest = serde_json::from_value(body).unwrap();
            assert!(wanted(&request).is_err());
        }
    }
}
