//! `POST /v1/chat/completions`, whole and streaming.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use types::{GenerationRequest, Message, Modality, RequestId, Sampling, Speaker};

use super::{
    answer::{self, Headers},
    chat_stream,
    error::ApiError,
    extract::{Caller, JsonBody, turned_away},
    openai::{self, ChatMessage, ChatRequest, Content, Stop, Usage},
};
use crate::{
    outcome::{Outcome, Release},
    pipeline::{Delivery, Line, Step},
};

/// What of OpenAI's request would change the output but is not served.
const UNSERVED: [&str; 8] = [
    "tools",
    "tool_choice",
    "functions",
    "function_call",
    "logit_bias",
    "frequency_penalty",
    "presence_penalty",
    "modalities",
];

/// Generates a chat answer through the line.
///
/// The answer's member `imprimatur` names the asset, its manifest and the log's receipt.
#[utoipa::path(post, path = "/v1/chat/completions", request_body = ChatRequest, responses(
    (status = 200, description = "A chat completion, or a stream of chunks"),
    (status = 400, description = "Bad input, or `content_policy_violation`", body = super::error::ErrorBody),
    (status = 403, description = "`held_for_review`", body = super::error::ErrorBody),
    (status = 503, description = "Busy or failing closed", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn completions(
    State(line): State<Line>,
    caller: Caller,
    body: Result<JsonBody<ChatRequest>, ApiError>,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    let read = body.and_then(|JsonBody(body)| Ok((validate(&body)?, body)));
    let (request, body) = match read {
        Ok(read) => read,
        Err(error) => return Err(turned_away(&line, principal, Modality::Text, error).await),
    };
    let admitted = match line.admit(principal, request).await? {
        Step::Go(admitted) => admitted,
        Step::Refused(refusal) => return Err(ApiError::refused(&refusal)),
    };
    if body.stream {
        let usage = body.stream_options.unwrap_or_default().include_usage;
        return Ok(chat_stream::respond(line, admitted, body.model, usage));
    }
    match line.finish(admitted, Delivery::Whole).await? {
        Outcome::Released(release) => Ok(completion(&body.model, &release)),
        Outcome::Held(release) => Err(ApiError::held(&release)),
        Outcome::Refused(refusal) => Err(ApiError::refused(&refusal)),
    }
}

/// The answer about a released text.
pub(super) fn completion(model: &str, release: &Release) -> Response {
    let text = String::from_utf8_lossy(&release.bytes);
    let body = json!({
        "id": format!("chatcmpl-{}", release.request_id),
        "object": "chat.completion",
        "created": answer::now_unix_s(),
        "model": model,
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": text, "refusal": Value::Null},
            "logprobs": Value::Null,
            "finish_reason": release.generation.finish_reason,
        }],
        "usage": usage(release),
        "imprimatur": answer::member(release),
    });
    (StatusCode::OK, Headers::of(release), Json(body)).into_response()
}

/// Token counts of a released text.
pub(crate) fn usage(release: &Release) -> Usage {
    let (read, written) = (release.generation.prompt_tokens, release.generation.completion_tokens);
    Usage {
        prompt_tokens: read,
        completion_tokens: written,
        total_tokens: read.saturating_add(written),
    }
}

fn validate(body: &ChatRequest) -> Result<GenerationRequest, ApiError> {
    refuse_unserved(body)?;
    let messages = body.messages.iter().map(message).collect::<Result<Vec<_>, _>>()?;
    if messages.iter().all(|message| message.text.trim().is_empty()) {
        return Err(ApiError::invalid(
            "messages",
            "The prompt is empty: give at least one message with text.",
        ));
    }
    Ok(GenerationRequest {
        id: RequestId::new(),
        modality: Modality::Text,
        model: body.model.clone(),
        messages,
        sampling: sampling(body)?,
        size: None,
        unlabelled: openai::unlabelled(body.imprimatur.as_ref())?,
    })
}

fn refuse_unserved(body: &ChatRequest) -> Result<(), ApiError> {
    let asked = |name: &&&str| {
        body.rest.get(**name).is_some_and(|value| !value.is_null() && value != &json!(0))
    };
    if let Some(name) = UNSERVED.iter().find(asked) {
        return Err(ApiError::invalid(
            name,
            format!("`{name}` is not served, and ignoring it would mislead."),
        ));
    }
    if body.n.is_some_and(|n| n != 1) {
        return Err(ApiError::invalid(
            "n",
            "Only n = 1 is served: every answer is an asset of its own.",
        ));
    }
    if body.logprobs == Some(true) {
        return Err(ApiError::invalid("logprobs", "Log probabilities are not served."));
    }
    match &body.response_format {
        Some(format) if format.kind != "text" => {
            Err(ApiError::invalid("response_format", "Only {\"type\": \"text\"} is served."))
        }
        _ => Ok(()),
    }
}

fn sampling(body: &ChatRequest) -> Result<Sampling, ApiError> {
    let stop = match body.stop.clone() {
        None => Vec::new(),
        Some(Stop::One(stop)) => vec![stop],
        Some(Stop::Many(stops)) => stops,
    };
    if stop.len() > 4 || stop.iter().any(String::is_empty) {
        return Err(ApiError::invalid("stop", "Give at most four stop texts, none of them empty."));
    }
    Ok(Sampling {
        seed: answer::seed(body.seed),
        temperature: within("temperature", body.temperature, 2.0)?,
        top_p: within("top_p", body.top_p, 1.0)?,
        max_tokens: body.max_completion_tokens.or(body.max_tokens),
        stop,
        ..Sampling::default()
    })
}

fn within(param: &str, value: Option<f32>, max: f32) -> Result<Option<f32>, ApiError> {
    match value {
        Some(number) if !(0.0..=max).contains(&number) => {
            Err(ApiError::invalid(param, format!("{param} must lie between 0 and {max}.")))
        }
        _ => Ok(value),
    }
}

fn message(message: &ChatMessage) -> Result<Message, ApiError> {
    let role = match message.role.as_str() {
        "system" | "developer" => Speaker::System,
        "user" => Speaker::User,
        "assistant" => Speaker::Assistant,
        other => {
            let text = format!(
                "`{other}` is not a role served here: use system, developer, user or assistant."
            );
            return Err(ApiError::invalid("messages", text));
        }
    };
    Ok(Message { role, text: text_of(&message.content)? })
}

fn text_of(content: &Content) -> Result<String, ApiError> {
    let parts = match content {
        Content::Text(text) => return Ok(text.clone()),
        Content::Parts(parts) => parts,
    };
    let mut text = String::new();
    for part in parts {
        match (&part.text, part.kind.as_str()) {
            (Some(piece), "text") => text.push_str(piece),
            // An attached picture that nobody looks at must not be dropped in silence.
            _ => {
                return Err(ApiError::invalid(
                    "messages",
                    format!("Parts of type `{}` are not served by this model.", part.kind),
                ));
            }
        }
    }
    Ok(text)
}
