//! Items of a conversation: as they come, as they are kept, and as a model reads them.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use types::{Message, RequestId, Speaker};
use utoipa::ToSchema;

use crate::http::{error::ApiError, strict};

/// An item of the input: a message.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct Item {
    /// Only `message` is served, which is also meant without a type.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// `user`, `assistant`, `system` or `developer`.
    pub role: Option<String>,
    /// Text, or parts.
    pub content: Option<Content>,
    /// Everything else: what would change the output is refused.
    #[serde(flatten)]
    #[schema(ignore)]
    pub rest: Map<String, Value>,
}

/// Text, or parts.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Content {
    /// Text.
    Text(String),
    /// Parts.
    Parts(Vec<Part>),
}

/// A part of a message.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(crate) struct Part {
    /// `input_text` or `output_text`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its text.
    pub text: Option<String>,
}

impl Item {
    /// The item as it is kept.
    ///
    /// # Errors
    /// 400 about `input` when a model here cannot read it.
    pub(super) fn read(&self) -> Result<Value, ApiError> {
        if let Some(kind) = self.kind.as_deref().filter(|kind| *kind != "message") {
            let text = format!("Items of type `{kind}` are not served: give messages.");
            return Err(ApiError::unserved("input", text));
        }
        // What a response said of its message may come back with it.
        strict::allowing(&["id", "status", "phase"], &self.rest)?;
        let role = self.role.as_deref().unwrap_or_default();
        if !matches!(role, "user" | "assistant" | "system" | "developer") {
            let text = format!(
                "`{role}` is no role of a message: use user, assistant, system or developer."
            );
            return Err(ApiError::invalid("input", text));
        }
        let none = || ApiError::invalid("input", "A message has no content.");
        let text = self.content.as_ref().ok_or_else(none)?.text()?;
        Ok(item(role, &text))
    }
}

impl Content {
    fn text(&self) -> Result<String, ApiError> {
        let parts = match self {
            Self::Text(text) => return Ok(text.clone()),
            Self::Parts(parts) => parts,
        };
        let mut text = String::new();
        for part in parts {
            match (part.kind.as_str(), &part.text) {
                ("input_text" | "output_text" | "text", Some(piece)) => text.push_str(piece),
                // A picture that nobody looks at must not be dropped in silence.
                (kind, _) => {
                    let text = format!("Parts of type `{kind}` are not read by any model here.");
                    return Err(ApiError::unserved("input", text));
                }
            }
        }
        Ok(text)
    }
}

/// A message of the user.
pub(super) fn user(text: &str) -> Value {
    item("user", text)
}

fn item(role: &str, text: &str) -> Value {
    let part = match role {
        "assistant" => json!({"type": "output_text", "text": text, "annotations": []}),
        _ => json!({"type": "input_text", "text": text}),
    };
    json!({
        "id": format!("msg_{}", RequestId::new()), "type": "message", "role": role,
        "status": "completed", "content": [part],
    })
}

/// What an item says.
pub(super) fn text(item: &Value) -> &str {
    item.pointer("/content/0/text").and_then(Value::as_str).unwrap_or_default()
}

/// An item as a model reads it.
pub(super) fn message(item: &Value) -> Message {
    let role = match item.get("role").and_then(Value::as_str) {
        Some("assistant") => Speaker::Assistant,
        Some("system" | "developer") => Speaker::System,
        _ => Speaker::User,
    };
    Message { role, text: text(item).to_owned() }
}
