//! `/v1/responses` as it is kept: the text is taken out of objects and events, and filled in again.

use serde_json::{Value, json};
use types::AssetId;

use crate::idempotency::Fill;

/// Where a response has its text.
const TEXT: &str = "/output/0/content/0";
/// Where the events of a stream have the whole of it.
const WHOLE: [(&str, &str); 4] = [
    ("response.output_text.done", ""),
    ("response.content_part.done", "/part"),
    ("response.output_item.done", "/item/content/0"),
    ("", "/response/output/0/content/0"),
];
const DELTA: &str = "response.output_text.delta";

/// The name of an event of a response.
pub(super) fn name(event: &Value) -> Option<&str> {
    event.get("type")?.as_str().filter(|name| name.starts_with("response."))
}

/// Whether a stream that has been seen so far has come to its end.
pub(super) fn ends(seen: &[u8]) -> bool {
    const MARK: &[u8] = b"event: response.";
    let last = seen.windows(MARK.len()).rposition(|window| window == MARK);
    let last = last.and_then(|at| seen.get(at + MARK.len()..)).unwrap_or_default();
    let is_last = ["completed\n", "incomplete\n", "failed\n"];
    is_last.iter().any(|name| last.starts_with(name.as_bytes())) && last.ends_with(b"\n\n")
}

/// Takes the text out of a response.
pub(super) fn emptied(body: &mut Value) -> Option<Fill> {
    let asset = asset(body)?;
    let pointer = silenced(body, TEXT)?;
    Some(Fill { event: 0, pointer, asset, base64: false })
}

/// The events of a response that has ended; `None` when this is no stream of one, or it has failed.
pub(super) fn events(all: &[Value]) -> Option<(Vec<Value>, Vec<Fill>)> {
    let last =
        all.last().filter(|event| name(event).is_some_and(|name| name != "response.failed"))?;
    let asset = last.get("response").and_then(asset);
    let (mut events, mut fills, mut told) = (Vec::new(), Vec::new(), false);
    for event in all {
        let mut event = event.clone();
        let kind = name(&event).unwrap_or_default().to_owned();
        if kind == DELTA {
            // A text becomes one piece; what policy stopped is kept nowhere.
            let Some(asset) = asset.filter(|_| !std::mem::replace(&mut told, true)) else {
                continue;
            };
            clear(&mut event, "/delta");
            clear(&mut event, "/logprobs");
            fills.push(fill(events.len(), "/delta".to_owned(), asset));
        }
        for place in WHOLE.iter().filter(|row| row.0.is_empty() || row.0 == kind).map(|row| row.1) {
            if let (Some(pointer), Some(asset)) = (silenced(&mut event, place), asset) {
                fills.push(fill(events.len(), pointer, asset));
            }
        }
        events.push(event);
    }
    for (number, event) in (0_u64..).zip(&mut events) {
        crate::members::put(event, "sequence_number", number);
    }
    Some((events, fills))
}

fn fill(event: usize, pointer: String, asset: AssetId) -> Fill {
    Fill { event, pointer, asset, base64: false }
}

/// Empties the part of text at a place; where its text was.
fn silenced(value: &mut Value, place: &str) -> Option<String> {
    let pointer = format!("{place}/text");
    value.pointer(&pointer).filter(|text| text.as_str().is_some_and(|text| !text.is_empty()))?;
    clear(value, &pointer);
    clear(value, &format!("{place}/logprobs"));
    Some(pointer)
}

fn clear(value: &mut Value, pointer: &str) {
    match value.pointer_mut(pointer) {
        Some(text @ Value::String(_)) => *text = json!(""),
        Some(list @ Value::Array(_)) => *list = json!([]),
        _ => {}
    }
}

fn asset(body: &Value) -> Option<AssetId> {
    body.pointer("/imprimatur/asset_id")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part() -> Value {
        json!({"type": "output_text", "text": "The Elbe", "logprobs": [{"token": "Elbe"}]})
    }

    fn stream(last: &str, asset: Option<AssetId>) -> Vec<Value> {
        let response = json!({
            "output": [{"content": [part()]}], "imprimatur": {"asset_id": asset},
        });
        let mut done = part();
        done["type"] = json!("response.output_text.done");
        vec![
            json!({"type": "response.created", "response": {"output": []}}),
            json!({"type": DELTA, "delta": "The "}),
            json!({"type": DELTA, "delta": "Elbe"}),
            done,
            json!({"type": "response.content_part.done", "part": part()}),
            json!({"type": "response.output_item.done", "item": {"content": [part()]}}),
            json!({"type": last, "response": response}),
        ]
    }

    #[test]
    fn the_text_of_a_stream_is_filled_in_wherever_it_stood() {
        let asset = AssetId::new();
        let (events, fills) = events(&stream("response.completed", Some(asset))).unwrap();
        assert!(!json!(events).to_string().contains("Elbe"), "{events:?}");
        let places: Vec<_> = fills.iter().map(|f| (f.event, f.pointer.as_str())).collect();
        let expected = [
            (1, "/delta"),
            (2, "/text"),
            (3, "/part/text"),
            (4, "/item/content/0/text"),
            (5, "/response/output/0/content/0/text"),
        ];
        assert_eq!(places, expected);
        assert_eq!(events[5]["sequence_number"], 5);
    }

    #[test]
    fn what_policy_stopped_is_kept_without_its_text() {
        let (events, fills) = events(&stream("response.incomplete", None)).unwrap();
        assert!(!json!(events).to_string().contains("Elbe"), "{events:?}");
        assert!(fills.is_empty() && events.len() == 5);
        assert!(super::events(&stream("response.failed", None)).is_none());
        assert!(super::events(&[json!({"choices": []})]).is_none());
    }

    #[test]
    fn a_stream_ends_with_its_last_event() {
        let seen =
            |name: &str, rest: &str| ends(format!("event: {name}\ndata: {{}}{rest}").as_bytes());
        assert!(seen("response.completed", "\n\n") && seen("response.incomplete", "\n\n"));
        assert!(!seen("response.completed", "") && !seen("response.created", "\n\n"));
    }
}
