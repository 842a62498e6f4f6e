//! OpenAI's request and answer bodies, as far as they are served here.
//!
//! Fields that change the output but cannot be honoured are refused, not ignored: a client that
//! asks for JSON and gets prose has been misled.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use types::{GenerationRequest, Overriding, Unlabelled};
use utoipa::ToSchema;

use super::{error::ApiError, image_form::DrawingFields, sampling::SamplingFields};

/// So many rules can be taken back at once.
const OVERRIDDEN_MAX: usize = 8;
/// Longer reasons are not for a record.
const REASON_CHARS_MAX: usize = 120;

/// `POST /v1/chat/completions`
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct ChatRequest {
    /// The model's configured name.
    pub model: String,
    /// The conversation.
    pub messages: Vec<ChatMessage>,
    /// Send the answer in pieces.
    #[serde(default)]
    pub stream: bool,
    /// What a stream ends with.
    pub stream_options: Option<StreamOptions>,
    /// At most this many new tokens.
    pub max_completion_tokens: Option<u32>,
    /// Tells the log probabilities of the answer's tokens, in a stream with its last chunk.
    pub logprobs: Option<bool>,
    /// And of so many alternatives to each, at most 20.
    pub top_logprobs: Option<u32>,
    /// The form of the answer.
    pub response_format: Option<ResponseFormat>,
    /// How to sample; `max_tokens` is the older name of `max_completion_tokens`.
    #[serde(flatten)]
    pub sampling: SamplingFields,
    /// What only this program knows.
    pub imprimatur: Option<Wishes>,
    /// Everything else: what would change the output is refused, what would not is ignored.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// A message.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct ChatMessage {
    /// `system`, `developer`, `user` or `assistant`.
    pub role: String,
    /// Text, or parts.
    pub content: Option<Content>,
    /// Everything else: `name` changes nothing, calls of tools are refused.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// Text, or parts.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Content {
    /// Text.
    Text(String),
    /// Parts.
    Parts(Vec<Part>),
}

/// A part of a message or of a moderation input.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct Part {
    /// `text` or `image_url`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The text of a `text` part.
    pub text: Option<String>,
}

/// Options of a stream.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub(super) struct StreamOptions {
    /// End with a chunk that counts tokens.
    #[serde(default)]
    pub include_usage: bool,
}

/// One text or several.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Stop {
    /// One.
    One(String),
    /// Up to four.
    Many(Vec<String>),
}

/// The wished form of an answer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct ResponseFormat {
    /// `text`, `json_object` or `json_schema`.
    #[serde(rename = "type")]
    pub kind: String,
    /// For `json_schema`.
    pub json_schema: Option<SchemaFormat>,
}

/// JSON after a schema. What of it cannot be promised is refused by name.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct SchemaFormat {
    /// Its name.
    pub name: String,
    /// Objects, arrays, strings, numbers, booleans, null, enum, const and required.
    pub schema: Value,
}

/// Whether an answer is to come in pieces, and then whether it ends with token counts.
pub(super) fn streamed(stream: bool, options: Option<&StreamOptions>) -> Option<bool> {
    stream.then(|| options.is_some_and(|options| options.include_usage))
}

/// `POST /v1/images/generations`
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(super) struct ImageRequest {
    /// The model's configured name; the built-in one if absent.
    pub model: Option<String>,
    /// What to draw.
    pub prompt: String,
    /// How many, 1–4.
    pub n: Option<u32>,
    /// `512x512` and so on, or `auto`.
    pub size: Option<String>,
    /// `b64_json` or `url`.
    pub response_format: Option<String>,
    /// Makes the picture repeatable.
    pub seed: Option<i64>,
    /// Only `png` is served.
    pub output_format: Option<String>,
    /// How it is to be made.
    #[serde(flatten)]
    pub drawing: DrawingFields,
    /// What only this program knows.
    pub imprimatur: Option<Wishes>,
    /// Everything else: what would change the picture is refused, what would not is ignored.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// Wishes that only this program knows: a member `imprimatur` of a request.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wishes {
    /// No label that people see, where configuration allows it: `reason` and `recipient`.
    #[schema(value_type = Option<Object>)]
    pub unlabelled: Option<Unlabelled>,
    /// The id of a consent (`/v1/consents`) of the person who is to be shown or heard.
    pub consent: Option<String>,
    /// Rules that the caller takes back, by their `may_override`, and why: `rules` and `reason`.
    #[serde(rename = "override")]
    #[schema(value_type = Option<Object>)]
    pub overriding: Option<Overriding>,
}

/// What the caller wishes beyond what OpenAI's fields say, once it is complete.
#[derive(Debug, Clone)]
pub(super) struct Wished {
    unlabelled: Option<Unlabelled>,
    overriding: Option<Overriding>,
    consent: Option<String>,
}

impl Wished {
    /// # Errors
    /// 400 when a wish is not complete.
    pub(super) fn read(wishes: Option<&Wishes>) -> Result<Self, ApiError> {
        Ok(Self {
            unlabelled: unlabelled(wishes)?,
            overriding: overriding(wishes)?,
            consent: wishes.and_then(|wishes| wishes.consent.clone()),
        })
    }

    /// A request with these wishes; a consent that it names already stays.
    pub(super) fn onto(self, request: GenerationRequest) -> GenerationRequest {
        let Self { unlabelled, overriding, consent } = self;
        let consent = request.consent.or(consent);
        GenerationRequest { unlabelled, overriding, consent, ..request }
    }
}

/// Rules that are taken back, and why.
fn overriding(wishes: Option<&Wishes>) -> Result<Option<Overriding>, ApiError> {
    let wrong = |text: String| ApiError::invalid("imprimatur.override", text);
    let Some(asked) = wishes.and_then(|wishes| wishes.overriding.as_ref()) else { return Ok(None) };
    let (rules, letters) = (asked.rules.len(), asked.reason.chars().count());
    if rules == 0 || rules > OVERRIDDEN_MAX {
        return Err(wrong(format!("Name 1 to {OVERRIDDEN_MAX} rules by their ids.")));
    }
    if asked.reason.trim().is_empty() || letters > REASON_CHARS_MAX {
        let text = "An override needs a reason, which goes on record as it is";
        return Err(wrong(format!("{text}: at most {REASON_CHARS_MAX} characters.")));
    }
    Ok(Some(asked.clone()))
}

/// What a request says about labels, if both of its parts are said.
///
/// # Errors
/// 400 when reason or recipient is empty.
fn unlabelled(wishes: Option<&Wishes>) -> Result<Option<Unlabelled>, ApiError> {
    let asked = wishes.and_then(|wishes| wishes.unlabelled.as_ref());
    match asked {
        Some(asked) if asked.reason.trim().is_empty() || asked.recipient.trim().is_empty() => {
            let text = "An asset without a label needs a reason and a recipient.";
            Err(ApiError::invalid("imprimatur.unlabelled", text))
        }
        asked => Ok(asked.cloned()),
    }
}

/// `POST /v1/moderations`
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct ModerationRequest {
    /// Ignored but for being echoed: the policy in force decides.
    pub model: Option<String>,
    /// Text, texts, or parts.
    pub input: ModerationInput,
    /// Everything else is refused.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// Text, texts, or parts.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ModerationInput {
    /// One text.
    One(String),
    /// Several texts, judged apart.
    Many(Vec<String>),
    /// Parts.
    Parts(Vec<Part>),
}

/// Token counts.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(super) struct Usage {
    /// Tokens read.
    pub prompt_tokens: u32,
    /// Tokens written.
    pub completion_tokens: u32,
    /// Their sum.
    pub total_tokens: u32,
}

/// A model in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Model {
    /// Its configured name.
    pub id: String,
    /// Always `model`.
    pub object: &'static str,
    /// Always 0: the time of a local file says nothing.
    pub created: u64,
    /// The backend's kind.
    pub owned_by: String,
}
