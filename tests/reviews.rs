//! A held asset is marked and signed but leaves only after somebody else's approval.

use serde_json::json;

use crate::newsroom::{Newsroom, RIVER, Server, chat};

const PACK: &str = r#"
id = "test"
version = "1"
[[rule]]
id = "river-desk"
version = 1
category = "defamation"
scope = { hook = "output" }
when = { terms = ["Elbe"] }
action = "review"
message = { en = "An editor looks at this first.", zh = "须经编辑审阅。" }
tests = [{ text = "The Elbe rose.", expect = "review", hook = "output" }]
"#;

#[test]
fn approval_by_another_editor_releases_and_rejection_does_not() {
    let newsroom = Newsroom::new();
    std::fs::write(newsroom.path("policy.toml"), PACK).unwrap();
    let author = newsroom.key("editor", "ada");
    let other = newsroom.key("editor", "grace");
    let server = newsroom.serve();

    let held = |seed: u64| {
        let mut request = chat(RIVER);
        request["seed"] = json!(seed);
        let answer = server.post(&author, "/v1/chat/completions", &request);
        assert_eq!(
            (answer.status, answer.json()["error"]["code"].as_str()),
            (403, Some("held_for_review"))
        );
        answer.header("x-imprimatur-asset").to_owned()
    };
    let (first, second) = (held(1), held(2));
    assert_eq!(server.get(&author, &format!("/v1/assets/{first}/content")).status, 403);
    drop(server);

    let waiting = String::from_utf8(newsroom.run(&["--json", "reviews", "list"]).stdout).unwrap();
    assert_eq!(waiting.lines().count(), 2, "{waiting}");
    let own = newsroom.run(&["reviews", "approve", &first, "--key", &author]);
    assert_eq!(own.status.code(), Some(1), "nobody approves what they asked for");
    newsroom.json(&["reviews", "approve", &first, "--key", &other, "--reason", "accurate"], 0);
    newsroom.json(&["reviews", "reject", &second, "--key", &other, "--reason", "misleading"], 0);
    let twice = newsroom.run(&["reviews", "reject", &first, "--key", &other]);
    assert_eq!(twice.status.code(), Some(1), "one decision for each asset");

    let server = newsroom.serve();
    let content = server.get(&author, &format!("/v1/assets/{first}/content"));
    assert_eq!(content.status, 200);
    assert!(String::from_utf8(content.bytes).unwrap().contains("Elbe"));
    assert_eq!(server.get(&author, &format!("/v1/assets/{second}/content")).status, 403);
}

fn held(server: &Server, key: &str, seed: u64) -> String {
    let mut request = chat(RIVER);
    request["seed"] = json!(seed);
    let answer = server.post(key, "/v1/chat/completions", &request);
    assert_eq!(answer.status, 403, "{}", answer.json());
    answer.header("x-imprimatur-asset").to_owned()
}

#[test]
fn editors_decide_over_http_but_not_about_their_own() {
    let newsroom = Newsroom::new();
    std::fs::write(newsroom.path("policy.toml"), PACK).unwrap();
    let author = newsroom.key("editor", "ada");
    let other = newsroom.key("editor", "grace");
    let journalist = newsroom.key("journalist", "mary");
    let stranger = newsroom.key_of("rival", "editor", "eve");
    let server = newsroom.serve();
    let (first, second) = (held(&server, &author, 1), held(&server, &author, 2));
    let waiting = |key: &str| {
        let list = server.get(key, "/v1/reviews").json();
        let rows = list["data"].as_array().unwrap().iter();
        rows.map(|row| row["asset_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(waiting(&other), [first.clone(), second.clone()], "oldest first");
    assert!(waiting(&stranger).is_empty());
    assert_eq!(server.get(&journalist, "/v1/reviews").status, 403);

    let decide = |key: &str, asset: &str, decision: &str| {
        let body = json!({"decision": decision, "reason": "accurate"});
        server.post(key, &format!("/v1/reviews/{asset}"), &body)
    };
    let code = |answer: crate::newsroom::Answer| {
        (answer.status, answer.json()["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    let refused = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(code(decide(&author, &first, "approve")), refused(403, "forbidden"), "four eyes");
    assert_eq!(code(decide(&journalist, &first, "approve")), refused(403, "forbidden"));
    assert_eq!(code(decide(&stranger, &first, "approve")), refused(404, "review_not_found"));
    assert_eq!(decide(&other, &first, "approve").status, 200);
    assert_eq!(decide(&other, &second, "reject").status, 200);
    assert_eq!(code(decide(&other, &first, "reject")), refused(409, "already_decided"));
    assert!(waiting(&other).is_empty());
    let content = |asset: &str| server.get(&author, &format!("/v1/assets/{asset}/content")).status;
    assert_eq!((content(&first), content(&second)), (200, 403));

    // A decision that is sent again is answered again.
    let third = held(&server, &author, 3);
    let (path, body) = (format!("/v1/reviews/{third}"), json!({"decision": "approve"}));
    let once = server.post_once(&other, "k", &path, &body);
    let again = server.post_once(&other, "k", &path, &body);
    assert_eq!((once.status, again.status), (200, 200), "{}", again.json());
    assert_eq!(again.bytes, once.bytes);
    assert_eq!(again.header("idempotent-replayed"), "true");
}
