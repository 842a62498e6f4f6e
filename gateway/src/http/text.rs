//! Texts through the line, answered as OpenAI does: chat, and the older completions.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use generators::TokenLogprob;
use serde_json::{Map, Value, json};
use types::{GenerationRequest, Principal, RequestId};

use super::{
    answer::{self, Headers},
    chat_stream,
    error::ApiError,
    openai::Usage,
};
use crate::{
    outcome::{Outcome, Release},
    pipeline::{Delivery, Line, Step},
};

/// In which form texts are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `/v1/chat/completions`
    Chat,
    /// `/v1/completions`
    Completion,
}

/// What is asked for, checked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) form: Form,
    pub(super) request: GenerationRequest,
    /// How many answers.
    pub(super) copies: u32,
    /// As a stream; then whether its last chunk counts tokens.
    pub(super) stream: Option<bool>,
}

impl Asked {
    /// One of the answers: a request of its own. Seeds follow each other, so each can be repeated.
    fn copy(&self, copy: u32) -> GenerationRequest {
        let mut request = self.request.clone();
        request.id = if copy == 0 { request.id } else { RequestId::new() };
        request.sampling.seed = request.sampling.seed.wrapping_add(u64::from(copy));
        request
    }
}

/// Generates the answers one after the other; where one is refused or held, that is the answer.
///
/// # Errors
/// What the line says of the first that fails.
pub(super) async fn generate(
    line: Line,
    principal: Principal,
    asked: Asked,
) -> Result<Response, ApiError> {
    let model = asked.request.model.clone();
    let Some(usage) = asked.stream else {
        let mut releases = Vec::new();
        for copy in 0..asked.copies {
            let run = line.run(principal.clone(), asked.copy(copy), Delivery::Whole);
            match run.await? {
                Outcome::Released(release) => releases.push(*release),
                Outcome::Held(release) => return Err(ApiError::held(&release)),
                Outcome::Refused(refusal) => return Err(ApiError::refused(&refusal)),
            }
        }
        return whole(asked.form, &model, &releases).ok_or_else(ApiError::bug);
    };
    let mut admitted = Vec::new();
    for copy in 0..asked.copies {
        match line.admit(principal.clone(), asked.copy(copy)).await? {
            Step::Go(one) => admitted.push(one),
            Step::Refused(refusal) => return Err(ApiError::refused(&refusal)),
        }
    }
    Ok(chat_stream::respond(line, admitted, asked.form, model, usage))
}

/// The answer about released texts; `None` when there is none.
pub(super) fn whole(form: Form, model: &str, releases: &[Release]) -> Option<Response> {
    let first = releases.first()?;
    let choices: Vec<Value> = (0..)
        .zip(releases)
        .map(|(at, release)| {
            let mut choice = form.choice(at, release);
            if let (Some(choice), true) = (choice.as_object_mut(), releases.len() > 1) {
                choice.insert("imprimatur".to_owned(), answer::member(release));
            }
            choice
        })
        .collect();
    let body = json!({
        "id": form.id(first.request_id),
        "object": form.object(),
        "created": answer::now_unix_s(),
        "model": model,
        "choices": choices,
        "usage": usage(releases),
        "imprimatur": answer::member(first),
    });
    Some((StatusCode::OK, Headers::of(first), Json(body)).into_response())
}

/// Token counts: the prompt counts once, as it was sent once.
pub(super) fn usage(releases: &[Release]) -> Usage {
    let read = releases.first().map_or(0, |first| first.generation.prompt_tokens);
    let written = releases.iter().map(|release| release.generation.completion_tokens);
    let written = written.fold(0_u32, u32::saturating_add);
    Usage {
        prompt_tokens: read,
        completion_tokens: written,
        total_tokens: read.saturating_add(written),
    }
}

impl Form {
    pub(super) fn id(self, request: RequestId) -> String {
        match self {
            Self::Chat => format!("chatcmpl-{request}"),
            Self::Completion => format!("cmpl-{request}"),
        }
    }

    const fn object(self) -> &'static str {
        match self {
            Self::Chat => "chat.completion",
            Self::Completion => "text_completion",
        }
    }

    /// What a piece of a stream calls itself.
    pub(super) const fn chunk_object(self) -> &'static str {
        match self {
            Self::Chat => "chat.completion.chunk",
            Self::Completion => "text_completion",
        }
    }

    fn choice(self, index: u32, release: &Release) -> Value {
        let text = String::from_utf8_lossy(&release.bytes);
        let (finish, logprobs) = (&release.generation.finish_reason, self.logprobs(release));
        match self {
            Self::Chat => json!({
                "index": index,
                "message": {"role": "assistant", "content": text, "refusal": Value::Null},
                "logprobs": logprobs, "finish_reason": finish,
            }),
            Self::Completion => json!({
                "index": index, "text": text, "logprobs": logprobs, "finish_reason": finish,
            }),
        }
    }

    /// How likely the tokens were, in the shape that the endpoint has for it.
    pub(super) fn logprobs(self, release: &Release) -> Value {
        match (&release.generation.logprobs, self) {
            (None, _) => Value::Null,
            (Some(tokens), Self::Chat) => {
                let content: Vec<Value> = tokens.iter().map(told).collect();
                json!({"content": content, "refusal": Value::Null})
            }
            (Some(tokens), Self::Completion) => columns(tokens),
        }
    }
}

fn told(token: &TokenLogprob) -> Value {
    let mut value = json!({"token": token.token, "logprob": token.logprob, "bytes": token.bytes});
    let others: Vec<Value> = token
        .top_logprobs
        .iter()
        .map(|other| json!({"token": other.token, "logprob": other.logprob, "bytes": other.bytes}))
        .collect();
    if let Some(object) = value.as_object_mut() {
        object.insert("top_logprobs".to_owned(), json!(others));
    }
    value
}

fn columns(tokens: &[TokenLogprob]) -> Value {
    let mut offset = 0;
    let offsets: Vec<usize> = tokens
        .iter()
        .map(|token| {
            let at = offset;
            offset += token.token.chars().count();
            at
        })
        .collect();
    let top = |token: &TokenLogprob| -> Map<String, Value> {
        let others = token.top_logprobs.iter();
        others.map(|other| (other.token.clone(), json!(other.logprob))).collect()
    };
    json!({
        "tokens": tokens.iter().map(|token| &token.token).collect::<Vec<_>>(),
        "token_logprobs": tokens.iter().map(|token| token.logprob).collect::<Vec<_>>(),
        "top_logprobs": tokens.iter().map(top).collect::<Vec<_>>(),
        "text_offset": offsets,
    })
}
