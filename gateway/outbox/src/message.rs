//! A delivery's body: CloudEvents 1.0 in JSON, with ids and outcomes, without content and without
//! anything about a person.
//!
//! It follows from the record alone, so that every attempt sends the same bytes under the same id.

use audit::{Event, Record};
use serde_json::{Map, Value, json};
use types::{Action, Sha256};

use crate::Kind;

/// A record as others are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The same for every attempt.
    pub id: String,
    /// What has happened.
    pub kind: Kind,
    /// The asset, else the request: what is told about one subject is told in its order.
    pub subject: String,
    /// The JSON.
    pub body: String,
}

/// Where a record stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The log's origin.
    pub origin: &'a str,
    /// The record's index.
    pub index: u64,
    /// Its leaf hash.
    pub leaf: Sha256,
}

impl Message {
    /// What a record says to others; `None` where it says nothing. `desk` is that of the request.
    #[must_use]
    pub fn of(record: &Record, place: Place<'_>, desk: Option<&str>) -> Option<Self> {
        let kind = Kind::of(record)?;
        let Place { origin, index, leaf } = place;
        let id = id(leaf);
        let asset = record.asset_id.map(|asset| asset.to_string());
        let request = record.request_id.map(|request| request.to_string());
        let subject = asset.clone().or_else(|| request.clone()).unwrap_or_else(|| id.clone());
        let mut data = Map::new();
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                data.insert(name.to_owned(), value);
            }
        };
        set("tenant", Some(json!(record.tenant)));
        set("desk", desk.map(|desk| json!(desk)));
        set("request_id", request.map(Value::from));
        set("asset_id", asset.map(Value::from));
        set("modality", record.modality.map(|modality| json!(modality)));
        set("media_type", record.content.as_ref().map(|content| json!(content.media_type)));
        set("outcome", Some(json!(record.event)));
        set("rules", rules(record));
        set("receipt", Some(json!({"origin": origin, "index": index, "leaf_hash": leaf})));
        let body = json!({
            "specversion": "1.0", "id": id, "source": format!("//{origin}"), "type": kind.name(),
            "subject": subject, "time": record.time, "datacontenttype": "application/json",
            "data": data,
        });
        Some(Self { id, kind, subject, body: body.to_string() })
    }

    /// Says nothing but that the way is open.
    #[must_use]
    pub fn test(origin: &str, id: &str, time: &str) -> (String, String) {
        let id = format!("evt_test_{id}");
        let body = json!({
            "specversion": "1.0", "id": id, "source": format!("//{origin}"), "type": "webhook.test",
            "time": time, "datacontenttype": "application/json", "data": {},
        });
        (id, body.to_string())
    }
}

/// The id of what is told about a record.
pub(crate) fn id(leaf: Sha256) -> String {
    format!("evt_{}", leaf.to_string().get(..32).unwrap_or_default())
}

/// The rules that decided, strictest action only, by their ids.
fn rules(record: &Record) -> Option<Value> {
    if !matches!(record.event, Event::Held | Event::Refused) {
        return None;
    }
    let decisions = || record.input.iter().chain(&record.output);
    let strictest = decisions().map(|decision| decision.action).max()?;
    let findings = decisions().flat_map(|decision| &decision.findings);
    let deciding = |action: Action| action == strictest && action != Action::Allow;
    let mut rules: Vec<&str> = findings
        .filter(|finding| !finding.shadow && deciding(finding.action))
        .map(|finding| finding.rule.as_str())
        .collect();
    rules.sort_unstable();
    rules.dedup();
    (!rules.is_empty()).then(|| json!(rules))
}

#[cfg(test)]
mod tests {
    use types::{AssetId, RequestId};

    use super::*;

    #[test]
    fn a_message_has_ids_and_nothing_of_a_person() {
        let mut record = Record::new(Event::Held, "press", "0123456789abcdef");
        record.time = "2026-11-29T12:00:00Z".to_owned();
        record.request_id = Some(RequestId::new());
        record.asset_id = Some(AssetId::new());
        record.detail = Some("the secret plan".to_owned());
        let place = Place { origin: "news.example/log", index: 7, leaf: Sha256::of(b"leaf") };
        let message = Message::of(&record, place, Some("politics")).unwrap();
        let body: Value = serde_json::from_str(&message.body).unwrap();
        assert_eq!(body["type"], "asset.held");
        assert_eq!(body["subject"], record.asset_id.unwrap().to_string());
        assert_eq!(body["source"], "//news.example/log");
        assert_eq!(body["data"]["receipt"]["index"], 7);
        assert_eq!(body["data"]["desk"], "politics");
        assert!(!message.body.contains("secret") && !message.body.contains("0123456789abcdef"));
        assert_eq!(Message::of(&record, place, Some("politics")), Some(message.clone()));
        assert_eq!(message.id.len(), 36);
        record.event = Event::Admitted;
        assert_eq!(Message::of(&record, place, None), None);
    }
}
