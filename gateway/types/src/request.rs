//! What is asked for.

use serde::{Deserialize, Serialize};

use crate::{Modality, RequestId};

/// A request for content, already checked for shape; nothing has judged it yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Width and height in pixels for pictures; `None` leaves it to the model.
    pub size: Option<(u32, u32)>,
    /// Asks for an asset without a label that people see; configuration may forbid it.
    pub unlabelled: Option<Unlabelled>,
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
    /// All that people wrote, one message a line: what input policy reads.
    #[must_use]
    pub fn prompt(&self) -> String {
        let texts: Vec<&str> = self.messages.iter().map(|message| message.text.as_str()).collect();
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

/// Sampling parameters, by OpenAI's names and ranges.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// Makes a run repeatable: the same seed, model and prompt give the same output.
    pub seed: u64,
    /// 0 picks the likeliest token; 0.0–2.0. `None` leaves it to the model.
    pub temperature: Option<f32>,
    /// Nucleus mass, 0.0–1.0.
    pub top_p: Option<f32>,
    /// At most this many new tokens. `None` leaves it to the model.
    pub max_tokens: Option<u32>,
    /// Texts that end the output; they are not part of it.
    pub stop: Vec<String>,
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
