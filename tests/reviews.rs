//! A held asset is marked and signed but leaves only after somebody else's approval.

use serde_json::json;

use crate::newsroom::{Newsroom, RIVER, chat};

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
