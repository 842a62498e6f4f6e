//! A rule that a person of standards takes back for one request: who may, and what is on record.

use serde_json::{Value, json};

use crate::newsroom::{Newsroom, RIVER, Server, chat};

const PACK: &str = r#"
id = "desk"
version = "1"
[[rule]]
id = "river-names"
version = 1
category = "defamation"
scope = { hook = "input" }
when = { terms = ["Elbe"] }
action = "block"
message = { en = "Rivers are not named." }
may_override = ["standards"]
[[rule]]
id = "river-towns"
version = 1
category = "pii"
scope = { hook = "output" }
when = { terms = ["Dresden"] }
action = "redact"
message = { en = "Towns are left out." }
may_override = ["standards"]
[[rule]]
id = "never"
version = 1
category = "sexual/minors"
when = { terms = ["unspeakable"] }
action = "block"
message = { en = "Never." }
"#;

/// A chat that takes rules back.
fn asking(rules: &[&str], reason: &str) -> Value {
    let mut body = chat(RIVER);
    body["imprimatur"] = json!({"override": {"rules": rules, "reason": reason}});
    body
}

/// The status and what an answer says: its words, or its code.
fn said(server: &Server, key: &str, body: &Value) -> (u16, String) {
    let answer = server.post(key, "/v1/chat/completions", body);
    let json = answer.json();
    let told = if answer.status == 200 {
        &json["choices"][0]["message"]["content"]
    } else {
        &json["error"]["code"]
    };
    (answer.status, told.as_str().unwrap().to_owned())
}

#[test]
fn only_the_role_that_a_rule_names_takes_it_back_and_says_why() {
    let newsroom = Newsroom::new();
    std::fs::write(newsroom.path("policy.toml"), PACK).unwrap();
    let [journalist, standards, auditor] =
        ["journalist", "standards", "auditor"].map(|role| newsroom.key(role, role));
    let server = newsroom.serve();
    let blocked = (400, "content_policy_violation".to_owned());
    let forbidden = (403, "forbidden".to_owned());
    let why = "the agency's name for it";

    assert!(RIVER.contains("Elbe") && RIVER.contains("Dresden"));
    assert_eq!(said(&server, &standards, &chat(RIVER)), blocked);
    assert_eq!(said(&server, &journalist, &asking(&["river-names"], why)), forbidden);
    for rule in ["never", "no-such-rule"] {
        assert_eq!(said(&server, &standards, &asking(&[rule], why)), forbidden, "{rule}");
    }
    for (rules, reason) in [(&[][..], why), (&["river-names"], " "), (&["x"; 9], why)] {
        let (status, _) = said(&server, &standards, &asking(rules, reason));
        assert_eq!(status, 400, "{rules:?} {reason}");
    }

    let (status, text) = said(&server, &standards, &asking(&["river-names"], why));
    assert_eq!((status, text.contains("Dresden")), (200, false), "{text}");
    let both = asking(&["river-names", "river-towns"], why);
    let (status, text) = said(&server, &standards, &both);
    assert_eq!((status, text.contains("Dresden")), (200, true), "{text}");
    let mut streamed = both;
    streamed["stream"] = json!(true);
    let answer = server.post(&standards, "/v1/chat/completions", &streamed);
    let events = String::from_utf8_lossy(&answer.bytes).into_owned();
    assert!(events.contains("\"stop\"") && !events.contains("content_filter"), "{events}");

    on_record(&server, &auditor, why);
}

fn on_record(server: &Server, auditor: &str, why: &str) {
    let entries = server.get(auditor, "/v1/audit/entries?limit=100").json();
    let records = entries["data"].as_array().unwrap().iter().map(|entry| &entry["record"]);
    let records: Vec<&Value> = records.collect();
    let has = |record: &Value, hook: &str, check: &str, outcome: &str| {
        let run = json!({"check": check, "outcome": outcome});
        record[hook]["checks"].as_array().is_some_and(|checks| checks.contains(&run))
    };
    let released = records.iter().filter(|record| record["event"] == "released");
    let released: Vec<&&Value> = released.collect();
    assert_eq!(released.len(), 3, "{records:?}");
    for record in &released {
        assert!(has(record, "input", "override.river-names", "block"), "{record}");
        assert!(has(record, "input", "override.reason", why), "{record}");
        assert_eq!(record["input"]["action"], "flag");
    }
    let shown = released.iter();
    let shown = shown.filter(|record| has(record, "output", "override.river-towns", "redact"));
    assert_eq!(shown.count(), 2);
    let refused = records.iter().filter(|record| record["detail"] == "override");
    assert_eq!(refused.count(), 3, "a wrong role or rule is on record");
}
