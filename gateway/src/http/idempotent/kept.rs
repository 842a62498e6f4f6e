//! An answer as it is kept: the content of assets is taken out and, later, filled in again.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    body::Body as HttpBody,
    http::{StatusCode, response::Parts},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use types::AssetId;

use super::kept_response;
use crate::{
    http::error::ApiError,
    idempotency::{Answer, Body, Fill, Kept, Turn, fits},
    pipeline::{Line, LineError},
};

/// What of an answer's headers is repeated.
const HEADERS: [&str; 5] =
    ["content-type", "cache-control", "x-request-id", "x-imprimatur-asset", "x-imprimatur-receipt"];

/// Keeps an answer. If that fails the answer is given all the same: it is on record, and who repeats
/// the request is answered from the record.
pub(super) async fn keep(line: &Line, turn: Turn, parts: &Parts, body: &[u8]) {
    let Some(kept) = taken_apart(parts, body) else { return };
    let answer = match serde_json::to_vec(&kept) {
        Ok(bytes) if fits(bytes.len()) => Ok(Answer::Inline(kept)),
        Ok(bytes) => line.stages().objects.put(&bytes).await.map(Answer::Object),
        Err(_) => return,
    };
    let stored = match answer {
        Ok(answer) => turn.keep(answer).await.map_err(LineError::from),
        Err(error) => Err(error.into()),
    };
    if let Err(error) = stored {
        tracing::warn!(%error, "an answer to a request with an idempotency key was not kept");
    }
}

/// The answer again, with the content of its assets, as far as these may leave.
pub(super) async fn again(line: &Line, answer: Answer) -> Result<Response, ApiError> {
    let kept = match answer {
        Answer::Inline(kept) => kept,
        Answer::Object(digest) => {
            let bytes = line.stages().objects.get(&digest).await.map_err(LineError::from)?;
            serde_json::from_slice(&bytes).map_err(|_| ApiError::bug())?
        }
    };
    let Kept { status, headers, mut body, fills } = kept;
    for fill in fills {
        let content = content(line, &fill).await?;
        let event = match &mut body {
            Body::Json(body) => Some(body),
            Body::Events(events) => events.get_mut(fill.event),
        };
        if let Some(place) = event.and_then(|event| event.pointer_mut(&fill.pointer)) {
            *place = json!(content);
        }
    }
    let body = match body {
        Body::Json(body) => body.to_string(),
        Body::Events(events) => told(&events),
    };
    let mut response =
        Response::builder().status(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(HttpBody::from(body)).map_err(|_| ApiError::bug())
}

/// Events as they are sent.
fn told(events: &[Value]) -> String {
    let one = |event: &Value| match kept_response::name(event) {
        Some(name) => format!("event: {name}\ndata: {event}\n\n"),
        None => format!("data: {event}\n\n"),
    };
    let told: String = events.iter().map(one).collect();
    let is_response = events.last().is_some_and(|last| kept_response::name(last).is_some());
    if is_response { told } else { told + "data: [DONE]\n\n" }
}

async fn content(line: &Line, fill: &Fill) -> Result<String, ApiError> {
    let stages = line.stages();
    let entry = stages.log.registry().asset(fill.asset).map_err(LineError::from)?;
    let gone = || ApiError::forbidden("The asset of this answer may not leave any more.");
    let entry = entry.filter(audit::AssetEntry::may_leave).ok_or_else(gone)?;
    let bytes = stages.objects.get(&entry.sha256).await.map_err(LineError::from)?;
    if fill.base64 {
        return Ok(STANDARD.encode(bytes));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn taken_apart(parts: &Parts, body: &[u8]) -> Option<Kept> {
    let named = HEADERS.iter().filter_map(|name| {
        let value = parts.headers.get(*name)?.to_str().ok()?;
        Some(((*name).to_owned(), value.to_owned()))
    });
    let (status, headers) = (parts.status.as_u16(), named.collect());
    if let Ok(mut json) = serde_json::from_slice::<Value>(body) {
        let fills = emptied(&mut json);
        return Some(Kept { status, headers, body: Body::Json(json), fills });
    }
    let (events, fills) = events(std::str::from_utf8(body).ok()?)?;
    Some(Kept { status, headers, body: Body::Events(events), fills })
}

/// Takes the content of assets out of a JSON answer.
fn emptied(body: &mut Value) -> Vec<Fill> {
    let own = asset(body);
    let mut fills: Vec<Fill> = kept_response::emptied(body).into_iter().collect();
    let choices = body.get_mut("choices").and_then(Value::as_array_mut);
    for (n, choice) in choices.into_iter().flatten().enumerate() {
        // Of several answers each names its asset.
        let Some(asset) = asset(choice).or(own) else { continue };
        silence(choice);
        for place in TEXTS {
            if let Some(text) = choice.pointer_mut(place).filter(|text| text.is_string()) {
                *text = Value::Null;
                let pointer = format!("/choices/{n}{place}");
                fills.push(Fill { event: 0, pointer, asset, base64: false });
            }
        }
    }
    let items = body.get_mut("data").and_then(Value::as_array_mut);
    for (n, item) in items.into_iter().flatten().enumerate() {
        if let (Some(asset), Some(picture)) = (asset(item), item.get_mut("b64_json")) {
            *picture = Value::Null;
            let pointer = format!("/data/{n}/b64_json");
            fills.push(Fill { event: 0, pointer, asset, base64: true });
        }
    }
    fills
}

/// Where in a choice its text is.
const TEXTS: [&str; 2] = ["/message/content", "/text"];
/// Where in the only choice of an event its piece is.
const PIECES: [&str; 2] = ["/choices/0/delta/content", "/choices/0/text"];

/// Log probabilities spell the text, so they are not kept.
fn silence(choice: &mut Value) {
    if let Some(logprobs) = choice.get_mut("logprobs") {
        *logprobs = Value::Null;
    }
}

/// Where an event's piece of text is, if it has one.
fn piece(event: &Value) -> Option<&'static str> {
    let is_piece = |place: &&&str| {
        event.pointer(place).and_then(Value::as_str).is_some_and(|text| !text.is_empty())
    };
    PIECES.iter().find(is_piece).copied()
}

/// Which of several answers an event belongs to.
fn index(event: &Value) -> u64 {
    event.pointer("/choices/0/index").and_then(Value::as_u64).unwrap_or(0)
}

/// The events of a stream that has come to its end. A text becomes one piece; the text of a stream
/// that ended otherwise is kept nowhere, so it is left out.
fn events(body: &str) -> Option<(Vec<Value>, Vec<Fill>)> {
    let lines = body.lines().filter_map(|line| line.strip_prefix("data: "));
    let lines = lines.filter(|data| *data != "[DONE]");
    let all = lines.map(serde_json::from_str).collect::<Result<Vec<Value>, _>>().ok()?;
    if let Some(response) = kept_response::events(&all) {
        return Some(response);
    }
    let failed = |event: &Value| {
        event.pointer("/error/type") == Some(&json!("server_error"))
            || kept_response::name(event) == Some("response.failed")
    };
    if all.iter().any(failed) {
        return None;
    }
    let named = all.iter().filter_map(|event| Some((index(event), asset(event)?)));
    let assets: BTreeMap<u64, AssetId> = named.collect();
    let (mut events, mut fills, mut told) = (Vec::new(), Vec::new(), BTreeSet::new());
    for mut event in all {
        if let Some(choice) = event.pointer_mut("/choices/0") {
            silence(choice);
        }
        if let Some(place) = piece(&event) {
            let Some(asset) = assets.get(&index(&event)) else { continue };
            if !told.insert(index(&event)) {
                continue;
            }
            if let Some(text) = event.pointer_mut(place) {
                *text = Value::Null;
            }
            let (asset, pointer) = (*asset, place.to_owned());
            fills.push(Fill { event: events.len(), pointer, asset, base64: false });
        }
        events.push(event);
    }
    Some((events, fills))
}

fn asset(value: &Value) -> Option<AssetId> {
    value.pointer("/imprimatur/asset_id")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(events: &[Value]) -> String {
        let lines: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
        format!(": keep-alive\n\n{lines}data: [DONE]\n\n")
    }

    fn piece(text: &str) -> Value {
        json!({"choices": [{"delta": {"content": text}}]})
    }

    #[test]
    fn the_text_of_a_stream_becomes_one_piece_that_is_filled_in_later() {
        let asset = AssetId::new();
        let last = json!({"choices": [{"delta": {}}], "imprimatur": {"asset_id": asset}});
        let body = stream(&[piece(""), piece("The "), piece("Elbe"), last.clone()]);
        let (events, fills) = events(&body).unwrap();
        let empty = json!({"choices": [{"delta": {"content": null}}]});
        assert_eq!(events, [piece(""), empty, last]);
        let fill = Fill { event: 1, pointer: PIECES[0].to_owned(), asset, base64: false };
        assert_eq!(fills, [fill]);
    }

    #[test]
    fn a_stream_that_was_blocked_is_kept_without_text_and_one_that_failed_is_not_kept() {
        let blocked = json!({"error": {"type": "invalid_request_error"}});
        let (events, fills) = super::events(&stream(&[piece("The"), blocked.clone()])).unwrap();
        assert_eq!((events, fills), (vec![blocked], vec![]));
        let failed = json!({"error": {"type": "server_error"}});
        assert!(super::events(&stream(&[piece("The"), failed])).is_none());
    }

    #[test]
    fn pictures_are_taken_out_one_by_one() {
        let assets = [AssetId::new(), AssetId::new()];
        let item = |asset: &AssetId| json!({"b64_json": "AAAA", "imprimatur": {"asset_id": asset}});
        let mut body = json!({"data": assets.iter().map(item).collect::<Vec<_>>()});
        let fills = emptied(&mut body);
        assert!(!body.to_string().contains("AAAA"));
        assert_eq!(fills.iter().map(|fill| fill.asset).collect::<Vec<_>>(), assets);
        assert_eq!(fills[1].pointer, "/data/1/b64_json");
    }

    #[test]
    fn each_of_several_texts_is_taken_out_and_nothing_spells_it() {
        let assets = [AssetId::new(), AssetId::new()];
        let choice = |asset: &AssetId| {
            let message = json!({"content": "The Elbe"});
            let logprobs = json!({"content": [{"token": "The Elbe"}]});
            json!({"message": message, "logprobs": logprobs, "imprimatur": {"asset_id": asset}})
        };
        let mut body = json!({"choices": assets.iter().map(choice).collect::<Vec<_>>()});
        let fills = emptied(&mut body);
        assert!(!body.to_string().contains("Elbe"), "{body}");
        assert_eq!(fills.iter().map(|fill| fill.asset).collect::<Vec<_>>(), assets);
        assert_eq!(fills[1].pointer, "/choices/1/message/content");

        let piece = |index: usize| json!({"choices": [{"index": index, "text": "The Elbe"}]});
        let end = |index: usize| {
            let choice = json!({"index": index, "text": "", "logprobs": {"tokens": ["Elbe"]}});
            json!({"choices": [choice], "imprimatur": {"asset_id": assets[index]}})
        };
        let body = stream(&[piece(0), piece(0), end(0), piece(1), end(1)]);
        let (events, fills) = super::events(&body).unwrap();
        assert_eq!(events.len(), 4);
        assert!(!json!(events).to_string().contains("Elbe"), "{events:?}");
        let places: Vec<_> = fills.iter().map(|fill| (fill.event, fill.asset)).collect();
        assert_eq!(places, [(0, assets[0]), (2, assets[1])]);
    }
}
