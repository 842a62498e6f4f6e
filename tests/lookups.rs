//! An auditor finds records by whatever is known of them.

use serde_json::{Value, json};

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

fn found(server: &Server, key: &str, query: &str) -> Vec<(u64, String)> {
    let answer = server.get(key, &format!("/v1/audit/entries?{query}"));
    assert_eq!(answer.status, 200, "{query}: {}", answer.json());
    rows(&answer.json()["data"])
}

fn rows(data: &Value) -> Vec<(u64, String)> {
    let row = |row: &Value| {
        let event = row["record"]["event"].as_str().unwrap().to_owned();
        (row["index"].as_u64().unwrap(), event)
    };
    data.as_array().unwrap().iter().map(row).collect()
}

fn events(rows: &[(u64, String)]) -> Vec<&str> {
    rows.iter().map(|row| row.1.as_str()).collect()
}

#[test]
fn records_are_found_by_whatever_is_known_and_only_by_their_tenant() {
    let newsroom = Newsroom::new();
    std::fs::write(newsroom.path("policy.toml"), PACK).unwrap();
    let author = newsroom.key("journalist", "ada");
    let editor = newsroom.key("editor", "grace");
    let auditor = newsroom.key("auditor", "otto");
    let rival = newsroom.key_of("rival", "auditor", "eve");
    let server = newsroom.serve();
    let answer = server.post(&author, "/v1/chat/completions", &chat(RIVER));
    let (asset, request) = (answer.header("x-imprimatur-asset"), answer.header("x-request-id"));
    let approve = json!({"decision": "approve", "reason": "accurate"});
    server.post(&editor, &format!("/v1/reviews/{asset}"), &approve);
    let about = server.get(&author, &format!("/v1/assets/{asset}")).json();
    let (sha256, label) = (about["sha256"].as_str().unwrap(), about["manifest_label"].as_str());
    let content = server.get(&author, &format!("/v1/assets/{asset}/content"));
    let text = String::from_utf8(content.bytes).unwrap();
    // Known callers are on record, strangers are not.
    for key in [author.as_str(), ""] {
        assert_eq!(server.post(key, "/v1/verify", &json!({"text": text})).status, 200);
    }

    let records = server.get(&auditor, &format!("/v1/audit/entries?request={request}")).json();
    let model = records["data"][0]["record"]["generator"]["model"].as_str().unwrap().to_owned();
    let whole = ["admitted", "held", "approved", "verified"];
    let cases: [(String, &[&str]); 11] = [
        (format!("request={request}"), &whole[..3]),
        (format!("asset={asset}"), &whole[1..]),
        (format!("sha256={sha256}"), &["held", "verified"]),
        (format!("manifest={}", label.unwrap()), &["held"]),
        ("subject=ada&event=admitted".into(), &["admitted"]),
        ("rule=river-desk".into(), &["held"]),
        (format!("model={model}"), &["admitted", "held"]),
        ("reviewer=grace".into(), &["approved"]),
        (format!("asset={asset}&reviewer=ada"), &[]),
        (format!("asset={asset}&since=2020-01-01&until=2020-01-02"), &[]),
        (format!("asset={asset}&order=newest&n=2"), &["verified", "approved"]),
    ];
    for (query, expected) in &cases {
        assert_eq!(events(&found(&server, &auditor, query)), *expected, "{query}");
        let theirs = found(&server, &rival, query);
        assert!(theirs.is_empty(), "{query} shows {theirs:?} to another tenant");
    }
    assert_eq!(server.get(&author, "/v1/audit/entries").status, 403, "auditors only");
    let error = server.get(&auditor, "/v1/audit/entries?mark=x").json();
    assert_eq!(error["error"]["param"], "mark");
}

#[test]
fn pages_neither_repeat_nor_skip_while_the_log_grows() {
    let newsroom = Newsroom::new();
    let auditor = newsroom.key("auditor", "otto");
    let author = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let moderate = || server.post(&author, "/v1/verify", &json!({"text": "Some text."}));
    (0..9).for_each(|_| drop(moderate()));
    let all = found(&server, &auditor, "event=verified&order=newest");
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let query = format!("/v1/audit/entries?event=verified&order=newest&n=2{cursor}");
        let page = server.get(&auditor, &query).json();
        seen.extend(rows(&page["data"]));
        moderate();
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, all);
    let foreign = server.get(&auditor, &format!("/v1/audit/entries?event=held{cursor}"));
    assert_eq!((foreign.status, &foreign.json()["error"]["param"]), (400, &json!("cursor")));
}

#[test]
fn the_command_line_finds_the_same_and_says_when_there_is_nothing() {
    let newsroom = Newsroom::new();
    let made = newsroom.json(&["generate", "text", RIVER, "-o", "brief.txt"], 0);
    newsroom.run(&["verify", "brief.txt"]);
    let id = made["asset"]["id"].as_str().unwrap();
    let sha256 = made["asset"]["sha256"].as_str().unwrap();
    let events = |args: &[&str]| -> Vec<String> {
        let lines = newsroom.lines(&[&["audit", "find"], args].concat());
        lines.iter().map(|line| line["record"]["event"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(events(&["--asset", id]), ["released"]);
    assert_eq!(events(&["--sha256", sha256]), ["released", "verified"]);
    assert_eq!(events(&["--order", "newest", "-n", "1"]), ["verified"]);
    let table = newsroom.run(&["audit", "find", "--asset", id]);
    assert_eq!(table.status.code(), Some(0));
    assert!(String::from_utf8(table.stdout).unwrap().contains(id));
    let nothing = newsroom.run(&["audit", "find", "--event", "rejected"]);
    assert_eq!(nothing.status.code(), Some(1));
    assert_eq!(newsroom.run(&["audit", "find", "--reviewer", "x"]).status.code(), Some(2));
}

#[test]
fn a_change_of_rules_is_on_record_with_both_versions() {
    let newsroom = Newsroom::new();
    let pack = |version: u32| PACK.replace("version = \"1\"", &format!("version = \"{version}\""));
    // The first one replaces the pack that `init` has brought into force.
    for version in [1, 2, 2, 3] {
        std::fs::write(newsroom.path("policy.toml"), pack(version)).unwrap();
        newsroom.run(&["generate", "text", RIVER, "-o", "brief.txt"]);
    }
    assert_eq!(newsroom.lines(&["audit", "find", "--event", "policy_loaded"]).len(), 1);
    let changes = newsroom.lines(&["audit", "find", "--event", "policy_changed"]);
    let details: Vec<&str> =
        changes.iter().map(|change| change["record"]["detail"].as_str().unwrap()).collect();
    assert_eq!(details.len(), 3, "{details:?}");
    for (detail, (before, after)) in details.iter().skip(1).zip([(1, 2), (2, 3)]) {
        let (old, new) = detail.split_once(" → ").unwrap();
        assert!(old.starts_with(&format!("test {before} sha256:")), "{detail}");
        assert!(new.starts_with(&format!("test {after} sha256:")), "{detail}");
    }
}
