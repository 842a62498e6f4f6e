//! `POST /v1/completions`: the older form, for clients and servers without chat.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use serde_json::{Map, Value};
use types::{GenerationRequest, Message, Modality, Speaker};
use utoipa::ToSchema;

use super::{
    error::ApiError,
    extract::{Caller, JsonBody, turned_away},
    openai::{self, StreamOptions, Wished, Wishes},
    sampling::{self, SamplingFields},
    strict,
    text::{self, Asked, Form},
};
use crate::pipeline::Line;

/// `POST /v1/completions`
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct CompletionRequest {
    /// The model's configured name.
    pub model: String,
    /// The text to go on from, or a list with one. A model with a chat template reads it as a
    /// person's message.
    pub prompt: Prompt,
    /// Send the answer in pieces.
    #[serde(default)]
    pub stream: bool,
    /// What a stream ends with.
    pub stream_options: Option<StreamOptions>,
    /// Tells the log probabilities of the tokens and of so many alternatives, at most 20.
    pub logprobs: Option<u32>,
    /// What only this program knows.
    pub imprimatur: Option<Wishes>,
    /// How to sample.
    #[serde(flatten)]
    pub sampling: SamplingFields,
    /// Everything else: what would change the output is refused, what would not is ignored.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// One text, or a list with one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Prompt {
    /// A text.
    One(String),
    /// Texts.
    Many(Vec<String>),
}

/// Continues a text through the line.
///
/// The answer's member `imprimatur` names the asset, its manifest and the log's receipt.
#[utoipa::path(post, path = "/v1/completions", request_body = CompletionRequest, responses(
    (status = 200, description = "A completion, or a stream of chunks"),
    (status = 400, description = "Bad input, or `content_policy_violation`", body = super::error::ErrorBody),
    (status = 403, description = "`held_for_review`", body = super::error::ErrorBody),
    (status = 502, description = "The server behind the model failed", body = super::error::ErrorBody),
    (status = 503, description = "Busy or failing closed", body = super::error::ErrorBody),
    (status = 504, description = "The server behind the model took too long", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn completions(
    State(line): State<Line>,
    caller: Caller,
    body: Result<JsonBody<CompletionRequest>, ApiError>,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    match body.and_then(|JsonBody(body)| validate(&body)) {
        Ok(asked) => text::generate(line, principal, asked).await,
        Err(error) => Err(turned_away(&line, principal, Modality::Text, error).await),
    }
}

fn validate(body: &CompletionRequest) -> Result<Asked, ApiError> {
    strict::strict(&body.rest)?;
    let prompt = match &body.prompt {
        Prompt::One(prompt) => prompt,
        Prompt::Many(prompts) => match prompts.as_slice() {
            [prompt] => prompt,
            _ => {
                let text =
                    "Give one prompt: every answer is an asset of its own; `n` asks for several.";
                return Err(ApiError::unserved("prompt", text));
            }
        },
    };
    if prompt.trim().is_empty() {
        return Err(ApiError::invalid("prompt", "The prompt is empty: give a text to go on from."));
    }
    let mut wanted = body.sampling.read()?;
    let alternatives = |count| sampling::alternatives("logprobs", count);
    wanted.top_logprobs = body.logprobs.map(alternatives).transpose()?;
    let messages = vec![Message { role: Speaker::User, text: prompt.clone() }];
    let request = GenerationRequest::new(Modality::Text, &*body.model, messages, wanted);
    let request = Wished::read(body.imprimatur.as_ref())?.onto(request);
    let stream = openai::streamed(body.stream, body.stream_options.as_ref());
    Ok(Asked { form: Form::Completion, request, copies: body.sampling.copies()?, stream })
}
