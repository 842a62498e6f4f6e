//! The events of one answer, by OpenAI's names.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use types::RequestId;

use crate::{http::error::ErrorBody, members::put, realtime::Told};

/// An answer that is being told.
#[derive(Debug)]
pub(super) struct Telling {
    id: String,
    item: String,
    is_spoken: bool,
    words: String,
}

impl Telling {
    pub(super) fn new(is_spoken: bool) -> Self {
        Self {
            id: format!("resp_{}", RequestId::new()),
            item: format!("item_{}", RequestId::new()),
            is_spoken,
            words: String::new(),
        }
    }

    /// What an answer begins with.
    pub(super) fn begun(&self) -> Vec<Value> {
        vec![
            json!({"type": "response.created", "response": self.response("in_progress", Value::Null)}),
            json!({"type": "response.output_item.added", "response_id": self.id, "output_index": 0,
                   "item": self.message("in_progress")}),
            self.about("response.content_part.added", json!({"part": self.part()})),
        ]
    }

    /// A piece of it.
    pub(super) fn piece(&mut self, piece: Told) -> Value {
        match piece {
            Told::Words(mut words) => {
                let ends_open = self.words.chars().next_back().is_some_and(|c| !c.is_whitespace());
                // Sentences are told apart; a blank between them was taken off.
                if ends_open && words.starts_with(|c: char| c.is_ascii_alphanumeric()) {
                    words.insert(0, ' ');
                }
                self.words.push_str(&words);
                let name = if self.is_spoken {
                    "response.output_audio_transcript.delta"
                } else {
                    "response.output_text.delta"
                };
                self.about(name, json!({"delta": words}))
            }
            Told::Sound(bytes) => {
                self.about("response.output_audio.delta", json!({"delta": STANDARD.encode(bytes)}))
            }
        }
    }

    /// What a whole answer ends with.
    pub(super) fn completed(&self, read: u32, written: u32) -> Vec<Value> {
        let total = read.saturating_add(written);
        let usage = json!({"input_tokens": read, "output_tokens": written, "total_tokens": total});
        let mut events = self.closed();
        let mut response = self.response("completed", Value::Null);
        put(&mut response, "usage", usage);
        events.push(json!({"type": "response.done", "response": response}));
        events
    }

    /// What an answer ends with that policy stopped.
    pub(super) fn stopped(&self, message: &str) -> Vec<Value> {
        let error = json!({"type": "invalid_request_error", "code": "content_policy_violation", "message": message});
        let details = json!({"type": "incomplete", "reason": "content_filter", "error": error});
        let response = self.response("incomplete", details);
        vec![
            json!({"type": "error", "error": error}),
            json!({"type": "response.done", "response": response}),
        ]
    }

    /// What an answer ends with that failed.
    pub(super) fn failed(&self, body: &ErrorBody) -> Vec<Value> {
        let response = self.response("failed", json!({"type": "failed", "error": body.error}));
        vec![
            json!({"type": "error", "error": body.error}),
            json!({"type": "response.done", "response": response}),
        ]
    }

    /// What an answer ends with that nobody wants any more.
    pub(super) fn cancelled(&self, reason: &str) -> Value {
        let details = json!({"type": "cancelled", "reason": reason});
        json!({"type": "response.done", "response": self.response("cancelled", details)})
    }

    fn closed(&self) -> Vec<Value> {
        let words = &self.words;
        let mut events = Vec::new();
        if self.is_spoken {
            events.push(self.about("response.output_audio.done", json!({})));
            let said = json!({"transcript": words});
            events.push(self.about("response.output_audio_transcript.done", said));
        } else {
            events.push(self.about("response.output_text.done", json!({"text": words})));
        }
        events.push(self.about("response.content_part.done", json!({"part": self.part()})));
        events.push(json!({"type": "response.output_item.done", "response_id": self.id,
                           "output_index": 0, "item": self.message("completed")}));
        events
    }

    fn part(&self) -> Value {
        match self.is_spoken {
            true => json!({"type": "audio", "transcript": self.words}),
            false => json!({"type": "text", "text": self.words}),
        }
    }

    fn message(&self, status: &str) -> Value {
        let content = if status == "completed" { json!([self.part()]) } else { json!([]) };
        json!({"id": self.item, "object": "realtime.item", "type": "message", "role": "assistant",
               "status": status, "content": content})
    }

    fn response(&self, status: &str, details: Value) -> Value {
        let output = if status == "completed" { json!([self.message(status)]) } else { json!([]) };
        json!({"id": self.id, "object": "realtime.response", "status": status,
               "status_details": details, "output": output})
    }

    fn about(&self, name: &str, members: Value) -> Value {
        let mut event = json!({"type": name, "response_id": self.id, "item_id": self.item,
                               "output_index": 0, "content_index": 0});
        if let (Some(event), Value::Object(members)) = (event.as_object_mut(), members) {
            event.extend(members);
        }
        event
    }
}
