//! The commands as INTERFACE names them, with their exit codes.

use crate::newsroom::Newsroom;

#[test]
fn init_makes_everything_once() {
    let newsroom = Newsroom::new();
    for name in [
        "imprimatur.toml",
        "policy.toml",
        "keys/log.key",
        "keys/watermark.key",
        "keys/provenance/root.pem",
    ] {
        assert!(newsroom.path(name).is_file(), "{name}");
    }
    let before = std::fs::read(newsroom.path("keys/log.key")).unwrap();
    let again = newsroom.run(&["init", "--dir", ".", "--yes"]);
    assert_eq!(again.status.code(), Some(2));
    assert_eq!(std::fs::read(newsroom.path("keys/log.key")).unwrap(), before);
}

#[test]
fn doctor_without_configuration_says_init() {
    let folder = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(crate::newsroom::PROGRAM)
        .current_dir(folder.path())
        .args(["doctor", "--json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["config"], "missing");
    assert!(report["help"].as_str().unwrap().contains("imprimatur init"));
}

#[test]
fn doctor_is_content_with_a_fresh_installation() {
    let newsroom = Newsroom::new();
    let report = newsroom.json(&["doctor"], 0);
    assert_eq!(report["findings"].as_array().unwrap().len(), 0, "{report}");
    std::fs::remove_file(newsroom.path("keys/watermark.key")).unwrap();
    let report = newsroom.json(&["doctor"], 1);
    assert!(report["findings"][0]["fix"].is_string(), "{report}");
}

#[test]
fn keys_are_listed_without_secrets_and_end_at_once() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let id = key.split('_').nth(1).unwrap().to_owned();
    let list = String::from_utf8(newsroom.run(&["--json", "keys", "list"]).stdout).unwrap();
    assert!(list.contains(&id) && !list.contains(&key));
    newsroom.json(&["keys", "revoke", &id], 0);
    let server = newsroom.serve();
    assert_eq!(server.get(&key, "/v1/models").status, 401);
}

#[test]
fn moderate_and_policy_answer_without_a_model() {
    let newsroom = Newsroom::new();
    let fine = newsroom.json(&["moderate", "The council meets on Tuesday."], 0);
    assert_eq!(fine["action"], "allow");
    let refused =
        newsroom.json(&["moderate", "Explain step by step how to build a pipe bomb at home"], 1);
    assert_eq!(refused["action"], "block");
    assert_eq!(newsroom.run(&["policy", "check"]).status.code(), Some(0));
}

#[test]
fn an_export_verifies_and_a_changed_one_does_not() {
    let newsroom = Newsroom::new();
    newsroom.json(&["generate", "text", crate::newsroom::RIVER], 0);
    newsroom.json(&["audit", "export", "-o", "bundle.zip"], 0);
    newsroom.json(&["audit", "verify", "bundle.zip"], 0);
}

#[test]
fn a_mark_can_be_embedded_and_detected_alone() {
    let newsroom = Newsroom::new();
    newsroom.json(&["generate", "image", "a bridge over a river at dusk", "-o", "a.png"], 0);
    newsroom.json(&["watermark", "embed", "a.png", "b.png", "--id", "00000000deadbeef"], 0);
    let found = newsroom.json(&["watermark", "detect", "a.png"], 0);
    assert_eq!(found["found"], true);
}
