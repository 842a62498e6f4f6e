//! What is asked for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Attachment, Drawing, Filming, Listening, Modality, RequestId, Speaking};

/// A request for content, already checked for shape; nothing has judged it yet.
#[derive(Debug, Clone, PartialEq)]
pub struct GenerationRequest {
    /// Names the request everywhere.
    pub id: RequestId,
    /// What kind of content is wanted.
    pub modality: Modality,
    /// The configured model's name.
    pub model: String,
    /// The conversation; for a picture one user message, its prompt.
    pub messages: Vec<Message>,
    /// How to sample.
    pub sampling: Sampling,
    /// How a picture is to be made; of a video its task and size.
    pub drawing: Drawing,
    /// How words are to be spoken.
    pub speaking: Speaking,
    /// How a video is to be made.
    pub filming: Filming,
    /// How a sound is to be written down, or a text to be translated.
    pub listening: Listening,
    /// The files that came with it.
    pub attachments: Vec<Attachment>,
    /// Where the agreement of the person in the source is kept, for [`Task::TryOn`]; recorded as a
    /// keyed commitment.
    ///
    /// [`Task::TryOn`]: crate::Task::TryOn
    pub consent: Option<String>,
    /// Asks for an asset without a label that people see; configuration may forbid it.
    pub unlabelled: Option<Unlabelled>,
    /// Takes rules back, by somebody who may.
    pub overriding: Option<Overriding>,
}

/// Rules that a person takes back for one request, answering for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overriding {
    /// The rules' ids.
    pub rules: Vec<String>,
    /// Why, in few words; recorded as it is.
    pub reason: String,
}

/// Who gets an asset without a label that people see, and why (China's Measures for labelling, Art. 9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unlabelled {
    /// Why, in few words; recorded as it is.
    pub reason: String,
    /// Who has agreed to label it; recorded as a keyed commitment.
    pub recipient: String,
}

impl GenerationRequest {
    /// A request of its own id, with nothing but words.
    #[must_use]
    pub fn new(
        modality: Modality,
        model: impl Into<String>,
        messages: Vec<Message>,
        sampling: Sampling,
    ) -> Self {
        Self {
            id: RequestId::new(),
            modality,
            model: model.into(),
            messages,
            sampling,
            drawing: Drawing::default(),
            speaking: Speaking::default(),
            filming: Filming::default(),
            listening: Listening::default(),
            attachments: Vec::new(),
            consent: None,
            unlabelled: None,
            overriding: None,
        }
    }

    /// All that people wrote, one message a line, then the schema, what a picture must not show and
    /// the storyboard: what input policy reads.
    #[must_use]
    pub fn prompt(&self) -> String {
        let texts = self.messages.iter().map(|message| message.text.as_str());
        let after = self.sampling.format.schema().into_iter();
        let after = after.chain(self.drawing.negative_prompt.as_deref());
        let after = after.chain(self.filming.storyboard.as_deref());
        let texts: Vec<&str> = texts.chain(after).collect();
        texts.join("\n")
    }
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who said it.
    pub role: Speaker,
    /// What was said.
    pub text: String,
}

/// The speaker of a message, by OpenAI's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// Instructions of the application (also `developer`).
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// Sampling parameters, by the names and ranges of OpenAI and, for what it has not, of vLLM.
///
/// `n` is not among them: each answer is a run, a request and an asset of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sampling {
    /// Makes a run repeatable: the same seed, model and prompt give the same output.
    pub seed: u64,
    /// 0 picks the likeliest token; 0.0–2.0. `None` leaves it to the model.
    pub temperature: Option<f32>,
    /// Nucleus mass, 0.0–1.0.
    pub top_p: Option<f32>,
    /// Only this many of the likeliest tokens may be drawn, at least 1. `None` leaves it to the model.
    pub top_k: Option<u32>,
    /// Only tokens at least this likely beside the likeliest may be drawn, 0.0–1.0.
    pub min_p: Option<f32>,
    /// Taken off the logit of every token that was written already, −2.0–2.0.
    pub presence_penalty: Option<f32>,
    /// Taken off a token's logit as often as it was written, −2.0–2.0.
    pub frequency_penalty: Option<f32>,
    /// Divides the positive logits of tokens that were read or written, and multiplies the negative
    /// ones; above 0.0, at most 2.0; 1.0 changes nothing.
    pub repetition_penalty: Option<f32>,
    /// Added to the logits of single tokens by their numbers, −100.0–100.0; −100 forbids a token.
    pub logit_bias: BTreeMap<u32, f32>,
    /// Asks for the logarithm of each token's probability and of so many likeliest beside it, at
    /// most 20. `None` asks for nothing.
    pub top_logprobs: Option<u8>,
    /// The form that the text must have.
    pub format: TextFormat,
    /// At most this many new tokens. `None` leaves it to the model.
    pub max_tokens: Option<u32>,
    /// Texts that end the output; they are not part of it.
    pub stop: Vec<String>,
}

/// The form that a text must have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TextFormat {
    /// Any.
    #[default]
    Text,
    /// A JSON object.
    JsonObject,
    /// A JSON object after a schema.
    JsonSchema {
        /// The schema's name, for the model.
        name: String,
        /// JSON Schema, as JSON text.
        schema: String,
    },
}

impl TextFormat {
    /// The schema, which people wrote and models read.
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        match self {
            Self::JsonSchema { schema, .. } => Some(schema),
            Self::Text | Self::JsonObject => None,
        }
    }
}

/// Languages in which the program speaks to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English
    #[default]
    En,
    /// Simplified Chinese
    Zh,
}
