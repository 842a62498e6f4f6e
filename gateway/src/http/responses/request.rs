//! What `POST /v1/responses` takes, and what of it can be served.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use types::{GenerationRequest, Message, Modality, RequestId, Sampling, Speaker, TextFormat};
use utoipa::ToSchema;

use super::{items, object};
use crate::http::{
    answer, chat,
    error::ApiError,
    openai::{ResponseFormat, SchemaFormat, Wished, Wishes},
    sampling, strict,
};

/// OpenAI's limits of `metadata`.
const METADATA_MAX: (usize, usize, usize) = (16, 64, 512);
/// What of `include` is served.
const INCLUDED: &str = "message.output_text.logprobs";

/// `POST /v1/responses`
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct ResponseRequest {
    /// The model's configured name.
    pub model: String,
    /// A text, or items: messages of `input_text` and `output_text`.
    pub input: Input,
    /// What the application wants of the model, before all messages.
    pub instructions: Option<String>,
    /// Goes on from a response that was kept.
    pub previous_response_id: Option<String>,
    /// Keep the conversation, so that it can go on and be read again; true if absent.
    pub store: Option<bool>,
    /// Answer at once and go on working.
    pub background: Option<bool>,
    /// Send the answer as events.
    pub stream: Option<bool>,
    /// At most this many new tokens.
    pub max_output_tokens: Option<u32>,
    /// 0.0–2.0
    pub temperature: Option<f64>,
    /// 0.0–1.0
    pub top_p: Option<f64>,
    /// Makes the answer repeatable.
    pub seed: Option<i64>,
    /// Tells so many alternatives to each token, at most 20; needs `include`.
    pub top_logprobs: Option<u32>,
    /// `message.output_text.logprobs`
    pub include: Option<Vec<String>>,
    /// The form of the answer.
    pub text: Option<TextConfig>,
    /// Up to 16 pairs that the answer repeats.
    pub metadata: Option<BTreeMap<String, String>>,
    /// What only this program knows.
    pub imprimatur: Option<Wishes>,
    /// Everything else: what would change the output is refused, what would not is ignored.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// A text, or items.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Input {
    /// A text of the user.
    Text(String),
    /// Items.
    Items(Vec<items::Item>),
}

/// The form of an answer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct TextConfig {
    /// Text, a JSON object, or JSON after a schema.
    pub format: Option<TextShape>,
    /// Only `medium` is served.
    pub verbosity: Option<String>,
}

/// The form of a text.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct TextShape {
    /// `text`, `json_object` or `json_schema`.
    #[serde(rename = "type")]
    pub kind: String,
    /// For `json_schema`: its name.
    pub name: Option<String>,
    /// For `json_schema`: the schema, which is always kept to, whatever `strict` says.
    #[schema(value_type = Option<Object>)]
    pub schema: Option<Value>,
    /// For people.
    pub description: Option<String>,
}

/// What is asked for, checked, but for what was said before.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) model: String,
    pub(super) sampling: Sampling,
    pub(super) instructions: Option<String>,
    pub(super) previous: Option<RequestId>,
    /// The items of this turn as they are kept and read again.
    pub(super) items: Vec<Value>,
    pub(super) wished: Wished,
    pub(super) stores: bool,
    pub(super) way: Way,
    /// How the answer repeats what was asked for.
    pub(super) echo: Value,
}

/// How the answer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Whole,
    Stream,
    Background,
}

impl ResponseRequest {
    /// The request, checked; `keeps` says whether conversations are kept here at all.
    ///
    /// # Errors
    /// 400 naming the field.
    pub(super) fn read(&self, keeps: bool) -> Result<Asked, ApiError> {
        strict::strict(&self.rest)?;
        let items = self.items()?;
        let sampling = self.sampling()?;
        self.metadata()?;
        let stores = self.store.unwrap_or(true) && keeps;
        let way = self.way(stores)?;
        let previous = self.previous_response_id.as_deref();
        let previous = previous.map(|id| object::parse("previous_response_id", id)).transpose()?;
        Ok(Asked {
            model: self.model.clone(),
            echo: self.echo(stores, way),
            instructions: self.instructions.clone().filter(|text| !text.trim().is_empty()),
            wished: Wished::read(self.imprimatur.as_ref())?,
            previous,
            sampling,
            items,
            stores,
            way,
        })
    }

    fn items(&self) -> Result<Vec<Value>, ApiError> {
        let items = match &self.input {
            Input::Text(text) => vec![items::user(text)],
            Input::Items(items) => {
                items.iter().map(items::Item::read).collect::<Result<Vec<_>, _>>()?
            }
        };
        let says = |item: &Value| !items::text(item).trim().is_empty();
        if items.iter().any(says) {
            return Ok(items);
        }
        Err(ApiError::invalid("input", "The input is empty: give a text or a message with one."))
    }

    fn way(&self, stores: bool) -> Result<Way, ApiError> {
        match (self.background.unwrap_or(false), self.stream.unwrap_or(false)) {
            (false, false) => Ok(Way::Whole),
            (false, true) => Ok(Way::Stream),
            (true, false) if stores => Ok(Way::Background),
            (true, false) => {
                let text = "background needs a response that is kept: `store` is false, or this server keeps no prompts.";
                Err(ApiError::contradictory("background", text))
            }
            (true, true) => {
                let text = "A background response has no stream here: ask for it by its id.";
                Err(ApiError::unserved("background", text))
            }
        }
    }

    fn sampling(&self) -> Result<Sampling, ApiError> {
        let fields = sampling::SamplingFields {
            temperature: self.temperature.map(|value| value as f32),
            top_p: self.top_p.map(|value| value as f32),
            seed: self.seed,
            ..Default::default()
        };
        let mut wanted = fields.read()?;
        if self.max_output_tokens == Some(0) {
            let text = "max_output_tokens must be at least 1.";
            return Err(ApiError::invalid("max_output_tokens", text));
        }
        wanted.max_tokens = self.max_output_tokens;
        wanted.top_logprobs = self.logprobs()?;
        wanted.format = self.format()?;
        Ok(wanted)
    }

    fn logprobs(&self) -> Result<Option<u8>, ApiError> {
        let wishes = self.include.iter().flatten();
        if let Some(other) = wishes.clone().find(|wish| *wish != INCLUDED) {
            let text = format!("`{other}` cannot be included; `{INCLUDED}` can.");
            return Err(ApiError::unserved("include", text));
        }
        match (wishes.count() > 0, self.top_logprobs) {
            (true, count) => sampling::alternatives("top_logprobs", count.unwrap_or(0)).map(Some),
            (false, Some(count)) if count > 0 => {
                let text = format!("top_logprobs needs `{INCLUDED}` in include.");
                Err(ApiError::contradictory("top_logprobs", text))
            }
            (false, _) => Ok(None),
        }
    }

    fn format(&self) -> Result<TextFormat, ApiError> {
        let Some(text) = &self.text else { return Ok(TextFormat::Text) };
        if text.verbosity.as_deref().is_some_and(|wanted| wanted != "medium") {
            return Err(strict::unserved("text.verbosity"));
        }
        let Some(shape) = &text.format else { return Ok(TextFormat::Text) };
        let schema = match (&shape.name, &shape.schema) {
            (Some(name), Some(schema)) => {
                Some(SchemaFormat { name: name.clone(), schema: schema.clone() })
            }
            (None, None) => None,
            _ => {
                let text = "A json_schema has both a name and a schema.";
                return Err(ApiError::invalid("text.format", text));
            }
        };
        let format = ResponseFormat { kind: shape.kind.clone(), json_schema: schema };
        chat::format(&format).map_err(|error| error.about("text.format"))
    }

    fn metadata(&self) -> Result<(), ApiError> {
        let (pairs, name, value) = METADATA_MAX;
        let fits = |(key, text): (&String, &String)| key.len() <= name && text.len() <= value;
        if self.metadata.iter().all(|all| all.len() <= pairs && all.iter().all(fits)) {
            return Ok(());
        }
        let text = format!("metadata takes {pairs} pairs of up to {name} and {value} bytes.");
        Err(ApiError::invalid("metadata", text))
    }

    fn echo(&self, stores: bool, way: Way) -> Value {
        let format = self.text.as_ref().and_then(|text| text.format.as_ref());
        let format = format.map_or_else(
            || json!({"type": "text"}),
            |shape| match shape.kind.as_str() {
                "json_schema" => json!({
                    "type": "json_schema", "name": shape.name, "schema": shape.schema,
                    "strict": true, "description": shape.description,
                }),
                kind => json!({"type": kind}),
            },
        );
        json!({
            "object": "response", "created_at": answer::now_unix_s(), "status": "in_progress",
            "background": way == Way::Background, "error": null, "incomplete_details": null,
            "instructions": self.instructions, "max_output_tokens": self.max_output_tokens,
            "max_tool_calls": null, "metadata": self.metadata.clone().unwrap_or_default(),
            "model": self.model, "output": [], "parallel_tool_calls": true,
            "previous_response_id": self.previous_response_id,
            "reasoning": {"effort": null, "summary": null}, "service_tier": "default",
            "store": stores, "temperature": self.temperature.unwrap_or(1.0),
            "text": {"format": format, "verbosity": "medium"}, "tool_choice": "auto", "tools": [],
            "top_logprobs": self.top_logprobs.unwrap_or(0), "top_p": self.top_p.unwrap_or(1.0),
            "truncation": "disabled", "usage": null, "user": self.rest.get("user"),
        })
    }
}

impl Asked {
    /// The request of the line, after what was said before.
    pub(super) fn request(&self, before: Vec<Message>) -> GenerationRequest {
        let first = self.instructions.iter();
        let first = first.map(|text| Message { role: Speaker::System, text: text.clone() });
        let messages = first.chain(before).chain(self.items.iter().map(items::message));
        let messages = messages.collect();
        let (model, sampling) = (&*self.model, self.sampling.clone());
        self.wished.clone().onto(GenerationRequest::new(Modality::Text, model, messages, sampling))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(change: Value) -> Result<Asked, ApiError> {
        let mut body = json!({"model": "m", "input": "x"});
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        serde_json::from_value::<ResponseRequest>(body).unwrap().read(true)
    }

    #[test]
    fn what_is_not_served_is_named() {
        let image =
            json!([{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]);
        let call = json!([{"type": "function_call_output", "call_id": "a", "output": "b"}]);
        for (change, param) in [
            (json!({"tools": [{"type": "web_search"}]}), "tools"),
            (json!({"conversation": "conv_1"}), "conversation"),
            (json!({"reasoning": {"effort": "low"}}), "reasoning"),
            (json!({"truncation": "auto"}), "truncation"),
            (json!({"include": ["file_search_call.results"]}), "include"),
            (json!({"top_logprobs": 3}), "top_logprobs"),
            (json!({"max_output_tokens": 0}), "max_output_tokens"),
            (json!({"input": ""}), "input"),
            (json!({"input": image}), "input"),
            (json!({"input": call}), "input"),
            (json!({"background": true, "stream": true}), "background"),
            (json!({"background": true, "store": false}), "background"),
            (json!({"previous_response_id": "x"}), "previous_response_id"),
            (json!({"text": {"format": {"type": "xml"}}}), "text.format"),
            (json!({"text": {"verbosity": "low"}}), "text.verbosity"),
            (json!({"metadata": {"k": "v".repeat(513)}}), "metadata"),
        ] {
            let error = read(change.clone()).unwrap_err().body().error;
            assert_eq!(error.param.as_deref(), Some(param), "{change}");
        }
    }

    #[test]
    fn messages_come_in_their_order() {
        let items = json!([
            {"role": "developer", "content": "Be brief."},
            {"type": "message", "role": "assistant", "id": "msg_1", "status": "completed",
             "content": [{"type": "output_text", "text": "Hello", "annotations": []}]},
            {"role": "user", "content": [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}]},
        ]);
        let asked = read(json!({"input": items, "instructions": "Speak English."})).unwrap();
        let before = vec![Message { role: Speaker::User, text: "before".into() }];
        let request = asked.request(before);
        let told: Vec<_> = request.messages.iter().map(|m| (m.role, m.text.as_str())).collect();
        let expected = [
            (Speaker::System, "Speak English."),
            (Speaker::User, "before"),
            (Speaker::System, "Be brief."),
            (Speaker::Assistant, "Hello"),
            (Speaker::User, "ab"),
        ];
        assert_eq!(told, expected);
        assert!(asked.stores && asked.way == Way::Whole);
    }
}
