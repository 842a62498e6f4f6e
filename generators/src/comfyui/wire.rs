//! What ComfyUI says, as far as it is read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::server::{Fault, harmless};

/// Of `/system_stats`.
#[derive(Debug, Deserialize)]
pub(super) struct Stats {
    #[serde(default)]
    pub(super) system: Value,
}

/// Of `/prompt`.
#[derive(Debug, Deserialize)]
pub(super) struct Queued {
    pub(super) prompt_id: String,
}

/// A file on the server: of `/upload/image`, and in `/history`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct File {
    #[serde(alias = "name")]
    pub(super) filename: String,
    #[serde(default)]
    pub(super) subfolder: String,
    #[serde(default, rename = "type")]
    pub(super) folder: String,
}

/// Of `/queue`: each entry begins with a number and the run's name.
#[derive(Debug, Deserialize)]
pub(super) struct Queue {
    #[serde(default)]
    queue_running: Vec<Value>,
    #[serde(default)]
    queue_pending: Vec<Value>,
}

impl Queue {
    /// Whether the run is the one under way.
    pub(super) fn runs(&self, id: &str) -> bool {
        self.queue_running.iter().any(|entry| is(entry, id))
    }

    /// Whether the run is under way or waits.
    pub(super) fn has(&self, id: &str) -> bool {
        self.runs(id) || self.queue_pending.iter().any(|entry| is(entry, id))
    }
}

fn is(entry: &Value, id: &str) -> bool {
    entry.get(1).and_then(Value::as_str) == Some(id)
}

/// Of `/history/{id}`: runs that have ended, by their names.
pub(super) type History = BTreeMap<String, Ended>;

/// A run that has ended.
#[derive(Debug, Deserialize)]
pub(super) struct Ended {
    #[serde(default)]
    outputs: BTreeMap<String, Value>,
    #[serde(default)]
    status: Value,
}

impl Ended {
    /// The first picture that was saved, or else shown.
    ///
    /// # Errors
    /// [`Fault`] when the run failed or has none.
    pub(super) fn picture(&self) -> Result<File, Fault> {
        if self.status.get("status_str").and_then(Value::as_str) == Some("error") {
            return Err(Fault::Reported(self.code()));
        }
        let pictures = |node: &Value| -> Vec<File> {
            let listed = node.get("images").and_then(Value::as_array);
            let file = |value: &Value| File::deserialize(value).ok();
            listed.map(|all| all.iter().filter_map(file).collect()).unwrap_or_default()
        };
        let all: Vec<File> = self.outputs.values().flat_map(pictures).collect();
        let saved = all.iter().find(|file| file.folder == "output").or(all.first()).cloned();
        saved.ok_or(Fault::Malformed("its graph has made no picture"))
    }

    /// The kind of the error, among the messages that are kept of a run.
    fn code(&self) -> Option<String> {
        let messages = self.status.get("messages")?.as_array()?;
        let error =
            messages.iter().find(|message| message.get(0) == Some(&"execution_error".into()));
        harmless(error?.get(1)?.get("exception_type")?.as_str()?)
    }
}

/// What was heard of a run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Step(u32, u32),
    Ended,
    Failed(Option<String>),
    Other,
}

/// What a message says of the run `id`.
pub(super) fn heard(text: &str, id: &str) -> Heard {
    let message: Value = serde_json::from_str(text).unwrap_or_default();
    let data = message.get("data");
    let told = |name: &str| data.and_then(|data| data.get(name));
    if told("prompt_id").and_then(Value::as_str) != Some(id) {
        return Heard::Other;
    }
    let number = |name: &str| {
        told(name).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok())
    };
    match message.get("type").and_then(Value::as_str) {
        Some("progress") => match (number("value"), number("max")) {
            (Some(done), Some(total)) if 0 < done && done <= total => Heard::Step(done, total),
            _ => Heard::Other,
        },
        Some("executing") if told("node").is_some_and(Value::is_null) => Heard::Ended,
        Some("execution_success") => Heard::Ended,
        Some("execution_error") => {
            let code = told("exception_type").and_then(Value::as_str);
            Heard::Failed(code.and_then(harmless))
        }
        Some("execution_interrupted") => Heard::Failed(Some("interrupted".to_owned())),
        _ => Heard::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_of_the_run_are_heard() {
        let cases = [
            (
                r#"{"type":"progress","data":{"value":3,"max":20,"prompt_id":"a"}}"#,
                Heard::Step(3, 20),
            ),
            (r#"{"type":"progress","data":{"value":3,"max":20,"prompt_id":"b"}}"#, Heard::Other),
            (r#"{"type":"progress","data":{"value":30,"max":20,"prompt_id":"a"}}"#, Heard::Other),
            (r#"{"type":"progress","data":{"value":-3,"max":1e99,"prompt_id":"a"}}"#, Heard::Other),
            (r#"{"type":"executing","data":{"node":"5","prompt_id":"a"}}"#, Heard::Other),
            (r#"{"type":"executing","data":{"node":null,"prompt_id":"a"}}"#, Heard::Ended),
            (r#"{"type":"execution_success","data":{"prompt_id":"a"}}"#, Heard::Ended),
            (
                r#"{"type":"execution_error","data":{"prompt_id":"a","exception_type":"torch.OutOfMemoryError","exception_message":"secret"}}"#,
                Heard::Failed(Some("torch.OutOfMemoryError".to_owned())),
            ),
            (r#"{"type":"status","data":{"status":{}}}"#, Heard::Other),
            (r#"{"type":"progress","da"#, Heard::Other),
            ("", Heard::Other),
        ];
        for (text, expected) in cases {
            assert_eq!(heard(text, "a"), expected, "{text}");
        }
    }

    #[test]
    fn a_saved_picture_goes_before_one_that_was_only_shown() {
        let ended = |text: &str| serde_json::from_str::<Ended>(text).unwrap().picture();
        let both = r#"{"outputs":{"3":{"images":[{"filename":"p","subfolder":"","type":"temp"}]},"9":{"text":["x"]},"7":{"images":[7,{"filename":"s","subfolder":"d","type":"output"}]}},"status":{"status_str":"success"}}"#;
        assert_eq!(ended(both).unwrap().filename, "s");
        assert!(matches!(ended(r#"{"outputs":{}}"#), Err(Fault::Malformed(_))));
        let failed = r#"{"outputs":{},"status":{"status_str":"error","messages":[["execution_start",{}],["execution_error",{"exception_type":"ValueError"}]]}}"#;
        assert_eq!(ended(failed).unwrap_err(), Fault::Reported(Some("ValueError".to_owned())));
    }
}
