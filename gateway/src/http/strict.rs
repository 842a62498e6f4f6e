//! Fields of OpenAI's requests that this program does not read: those that change nothing are let
//! pass, all others are refused by name. A client that asks for tools and gets prose has been misled.

use serde_json::{Map, Value};

use super::error::ApiError;

/// What changes nothing in an answer: who asks, what it is filed under, how it is scheduled, cached
/// and priced elsewhere.
const HARMLESS: [&str; 10] = [
    "metadata",
    "parallel_tool_calls",
    "prediction",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "service_tier",
    "store",
    "user",
];

/// Values by which clients say that they want nothing special.
const NEUTRAL: [(&str, &str); 11] = [
    ("background", "auto"),
    ("background", "opaque"),
    ("moderation", "auto"),
    ("quality", "auto"),
    ("quality", "standard"),
    ("reasoning_effort", "none"),
    ("tool_choice", "auto"),
    ("tool_choice", "none"),
    ("truncation", "disabled"),
    ("type", "message"),
    ("verbosity", "medium"),
];

/// Refuses every field that asks for something and is not served.
///
/// # Errors
/// 400 `unsupported_parameter` naming the first.
pub(super) fn strict(rest: &Map<String, Value>) -> Result<(), ApiError> {
    allowing(&[], rest)
}

/// The same, but for fields that change nothing at this endpoint.
///
/// # Errors
/// 400 `unsupported_parameter` naming the first.
pub(super) fn allowing(here: &[&str], rest: &Map<String, Value>) -> Result<(), ApiError> {
    let passes = |name: &str| HARMLESS.contains(&name) || here.contains(&name);
    let refused = rest.iter().find(|(name, value)| !passes(name) && asks(name, value));
    refused.map_or(Ok(()), |(name, _)| Err(unserved(name)))
}

/// 400 about a field that is not served.
pub(super) fn unserved(name: &str) -> ApiError {
    let text = format!("`{name}` is not served, and ignoring it would mislead.");
    ApiError::unserved(name, text)
}

/// Whether a value asks for anything.
fn asks(name: &str, value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty() && !NEUTRAL.contains(&(name, text.as_str())),
        // Every answer of a chat is a text.
        Value::Array(items) if name == "modalities" => items.iter().any(|item| item != "text"),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => members.values().any(|value| asks("", value)),
        Value::Bool(true) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(body: Value) -> Option<String> {
        let error = strict(body.as_object().unwrap()).err()?;
        let detail = error.body().error;
        assert_eq!(detail.code.as_deref(), Some("unsupported_parameter"));
        detail.param
    }

    #[test]
    fn what_asks_for_nothing_passes() {
        let body = json!({
            "user": "ada", "store": true, "tools": [], "tool_choice": "auto", "audio": null,
            "modalities": ["text"], "reasoning": {"effort": null}, "best_of": 0, "echo": false,
            "metadata": {"a": "b"}, "suffix": "", "verbosity": "medium",
        });
        assert_eq!(refused(body), None);
    }

    #[test]
    fn what_would_change_the_answer_is_named() {
        for (body, name) in [
            (json!({"tools": [{"type": "function"}]}), "tools"),
            (json!({"tool_choice": "required"}), "tool_choice"),
            (json!({"modalities": ["text", "audio"]}), "modalities"),
            (json!({"reasoning": {"effort": "high"}}), "reasoning"),
            (json!({"chat_template_kwargs": {"a": 1}}), "chat_template_kwargs"),
            (json!({"background": "transparent"}), "background"),
        ] {
            assert_eq!(refused(body).as_deref(), Some(name));
        }
    }

    #[test]
    fn an_endpoint_may_let_more_pass() {
        let body = json!({"name": "ada"});
        assert!(allowing(&["name"], body.as_object().unwrap()).is_ok());
        assert_eq!(refused(body).as_deref(), Some("name"));
    }
}
