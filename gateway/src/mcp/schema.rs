//! What the tools say of themselves.

use serde_json::{Value, json};

/// The tools.
pub(super) fn tools() -> Vec<Value> {
    let generate = "Makes a text, a picture or speech. The result has passed policy, is marked, signed and logged; \
                    a refusal says which rule decided.";
    let verify = "Says what the credentials and the invisible mark of a file or a text say, and whether it came from here.";
    let moderate = "Says what policy would decide about a text, without making anything.";
    vec![
        tool("generate", generate, &generated(), false),
        tool("verify", verify, &verified(), true),
        tool("moderate", moderate, &moderated(), true),
    ]
}

/// Assets as resources.
pub(super) fn assets(prefix: &str) -> Value {
    json!({
        "uriTemplate": format!("{prefix}{{id}}"), "name": "asset",
        "description": "The signed bytes of an asset that may leave",
    })
}

fn tool(name: &str, description: &str, schema: &Value, reads: bool) -> Value {
    let hints = json!({"readOnlyHint": reads, "destructiveHint": false, "openWorldHint": false});
    json!({"name": name, "description": description, "inputSchema": schema, "annotations": hints})
}

fn generated() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["kind", "prompt"],
        "properties": {
            "kind": {"type": "string", "enum": ["text", "image", "speech"]},
            "prompt": {"type": "string", "description": "What to write or draw; for speech what to say."},
            "instructions": {"type": "string", "description": "For text: what is said to the model before the prompt."},
            "model": {"type": "string", "description": "The model's configured name; the usual one if absent."},
            "seed": {"type": "integer", "description": "Makes the result repeatable."},
            "max_tokens": {"type": "integer", "minimum": 1, "description": "For text."},
            "size": {"type": "string", "description": "For image: 512x512 and so on."},
            "voice": {"type": "string", "description": "For speech."},
            "speed": {"type": "number", "minimum": 0.25, "maximum": 4, "description": "For speech."},
            "format": {"type": "string", "enum": ["mp3", "wav", "flac", "opus", "pcm"], "description": "For speech; mp3 if absent."},
        },
    })
}

fn verified() -> Value {
    json!({
        "type": "object", "additionalProperties": false,
        "properties": {
            "text": {"type": "string", "description": "A text to check; give this or a file."},
            "file": {"type": "string", "description": "A file in Base64."},
            "media_type": {"type": "string", "description": "What the file is, where its bytes do not tell."},
        },
    })
}

fn moderated() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["text"],
        "properties": {"text": {"type": "string", "description": "The text to judge."}},
    })
}
