//! `POST /v1/chat/completions`, whole and streaming.

use axum::{extract::State, response::Response};
use types::{GenerationRequest, Message, Modality, Sampling, Speaker, TextFormat};

use super::{
    error::ApiError,
    extract::{Caller, JsonBody, turned_away},
    openai::{self, ChatMessage, ChatRequest, Content, ResponseFormat, Wished},
    sampling, strict,
    text::{self, Asked, Form},
};
use crate::pipeline::Line;

/// Generates a chat answer through the line.
///
/// The answer's member `imprimatur` names the asset, its manifest and the log's receipt.
#[utoipa::path(post, path = "/v1/chat/completions", request_body = ChatRequest, responses(
    (status = 200, description = "A chat completion, or a stream of chunks"),
    (status = 400, description = "Bad input, or `content_policy_violation`", body = super::error::ErrorBody),
    (status = 403, description = "`held_for_review`", body = super::error::ErrorBody),
    (status = 502, description = "The server behind the model failed", body = super::error::ErrorBody),
    (status = 503, description = "Busy or failing closed", body = super::error::ErrorBody),
    (status = 504, description = "The server behind the model took too long", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn completions(
    State(line): State<Line>,
    caller: Caller,
    body: Result<JsonBody<ChatRequest>, ApiError>,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    match body.and_then(|JsonBody(body)| validate(&body)) {
        Ok(asked) => text::generate(line, principal, asked).await,
        Err(error) => Err(turned_away(&line, principal, Modality::Text, error).await),
    }
}

fn validate(body: &ChatRequest) -> Result<Asked, ApiError> {
    strict::strict(&body.rest)?;
    let messages = body.messages.iter().map(message).collect::<Result<Vec<_>, _>>()?;
    if messages.iter().all(|message| message.text.trim().is_empty()) {
        return Err(ApiError::invalid(
            "messages",
            "The prompt is empty: give at least one message with text.",
        ));
    }
    let request = GenerationRequest::new(Modality::Text, &*body.model, messages, sampling(body)?);
    let request = Wished::read(body.imprimatur.as_ref())?.onto(request);
    let stream = openai::streamed(body.stream, body.stream_options.as_ref());
    Ok(Asked { form: Form::Chat, request, copies: body.sampling.copies()?, stream })
}

fn sampling(body: &ChatRequest) -> Result<Sampling, ApiError> {
    let mut wanted = body.sampling.read()?;
    match (body.max_completion_tokens, body.sampling.max_tokens) {
        (Some(0), _) => {
            let text = "max_completion_tokens must be at least 1.";
            return Err(ApiError::invalid("max_completion_tokens", text));
        }
        (Some(new), Some(old)) if new != old => {
            let text = "max_tokens and max_completion_tokens say different things: give one.";
            return Err(ApiError::contradictory("max_tokens", text));
        }
        (new, old) => wanted.max_tokens = new.or(old),
    }
    wanted.top_logprobs = match (body.logprobs, body.top_logprobs) {
        (Some(true), count) => Some(sampling::alternatives("top_logprobs", count.unwrap_or(0))?),
        (_, Some(count)) if count > 0 => {
            let text = "top_logprobs needs logprobs: true.";
            return Err(ApiError::contradictory("top_logprobs", text));
        }
        _ => None,
    };
    wanted.format = body.response_format.as_ref().map_or(Ok(TextFormat::Text), format)?;
    Ok(wanted)
}

pub(super) fn format(format: &ResponseFormat) -> Result<TextFormat, ApiError> {
    match (format.kind.as_str(), &format.json_schema) {
        ("text", None) => Ok(TextFormat::Text),
        ("json_object", None) => Ok(TextFormat::JsonObject),
        ("json_schema", Some(wanted)) if !is_name(&wanted.name) => Err(ApiError::invalid(
            "response_format",
            "The name of a json_schema has 1 to 64 letters, digits, `_` or `-`.",
        )),
        ("json_schema", Some(wanted)) => Ok(TextFormat::JsonSchema {
            name: wanted.name.clone(),
            schema: wanted.schema.to_string(),
        }),
        ("json_schema", None) => Err(ApiError::invalid(
            "response_format",
            "response_format of type json_schema needs a member json_schema with name and schema.",
        )),
        ("text" | "json_object", Some(_)) => Err(ApiError::contradictory(
            "response_format",
            "response_format has a json_schema, but its type is not json_schema.",
        )),
        _ => Err(ApiError::invalid(
            "response_format",
            "The type of response_format must be text, json_object or json_schema.",
        )),
    }
}

/// A name goes to models as it is, so it has no room for words.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    (1..=64).contains(&name.len()) && name.chars().all(plain)
}

fn message(message: &ChatMessage) -> Result<Message, ApiError> {
    let role = match message.role.as_str() {
        "system" | "developer" => Speaker::System,
        "user" => Speaker::User,
        "assistant" => Speaker::Assistant,
        // Answers of tools, which no model here has asked for.
        other @ ("tool" | "function") => {
            let text =
                format!("Messages of the role `{other}` are not served: there are no tools.");
            return Err(ApiError::unserved("messages", text));
        }
        other => {
            let text = format!("`{other}` is no role: use system, developer, user or assistant.");
            return Err(ApiError::invalid("messages", text));
        }
    };
    // The name of who speaks tells speakers of one role apart; models here have one of each.
    strict::allowing(&["name"], &message.rest).map_err(|error| error.about("messages"))?;
    let none = || ApiError::invalid("messages", "A message has no content.");
    Ok(Message { role, text: text_of(message.content.as_ref().ok_or_else(none)?)? })
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
                let text = format!("Parts of type `{}` are not read by any model here.", part.kind);
                return Err(ApiError::unserved("messages", text));
            }
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn wanted(change: Value) -> Result<Asked, ApiError> {
        let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}]});
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        validate(&serde_json::from_value(body).unwrap())
    }

    #[test]
    fn contradictions_are_refused_in_words() {
        let schema = json!({"name": "x", "schema": {}});
        let cases = [
            (
                json!({"max_tokens": 1, "max_completion_tokens": 2}),
                "max_tokens",
                "contradictory_parameters",
            ),
            (json!({"top_logprobs": 2}), "top_logprobs", "contradictory_parameters"),
            (json!({"logprobs": true, "top_logprobs": 21}), "top_logprobs", "invalid_value"),
            (
                json!({"response_format": {"type": "json_object", "json_schema": schema}}),
                "response_format",
                "contradictory_parameters",
            ),
            (
                json!({"response_format": {"type": "json_schema"}}),
                "response_format",
                "invalid_value",
            ),
            (
                json!({"response_format": {"type": "json_schema", "json_schema": {"name": "a b", "schema": {}}}}),
                "response_format",
                "invalid_value",
            ),
            (json!({"response_format": {"type": "xml"}}), "response_format", "invalid_value"),
            (json!({"tools": [{}]}), "tools", "unsupported_parameter"),
            (json!({"n": 99}), "n", "invalid_value"),
        ];
        for (change, param, code) in cases {
            let error = wanted(change.clone()).unwrap_err().body().error;
            let said = (error.param.as_deref(), error.code.as_deref());
            assert_eq!(said, (Some(param), Some(code)), "{change}");
        }
    }

    #[test]
    fn what_fits_is_taken() {
        let schema = json!({"name": "x", "strict": true, "schema": {"type": "object"}});
        let format = json!({"type": "json_schema", "json_schema": schema});
        let asked = wanted(json!({
            "logprobs": true, "n": 2, "max_completion_tokens": 5, "min_p": 0.1,
            "response_format": format, "stream": true, "tools": null, "tool_choice": null,
        }));
        let asked = asked.unwrap();
        let sampling = &asked.request.sampling;
        assert_eq!((sampling.max_tokens, sampling.top_logprobs), (Some(5), Some(0)));
        assert_eq!((asked.copies, asked.stream), (2, Some(false)));
        assert!(matches!(&sampling.format, TextFormat::JsonSchema { name, .. } if name == "x"));
    }
}
