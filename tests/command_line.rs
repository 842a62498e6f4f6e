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

#[test]
fn the_configuration_in_force_is_shown_with_where_it_comes_from_and_without_secrets() {
    let newsroom = Newsroom::new();
    let file = newsroom.path("imprimatur.toml");
    let text = std::fs::read_to_string(&file).unwrap().replace("\ndaily = 0\n", "\ndaily = 7\n");
    std::fs::write(&file, &text).unwrap();
    newsroom.json(&["config", "check"], 0);
    let output = std::process::Command::new(crate::newsroom::PROGRAM)
        .current_dir(newsroom.path("."))
        .env("IMPRIMATUR__REVIEW__FOUR_EYES", "false")
        .env("IMPRIMATUR__PROVENANCE__PASSPHRASE", "hunter2")
        .args(["config", "show", "--origin"])
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(!shown.contains("hunter2"));
    let line = |key: &str| shown.lines().find(|line| line.starts_with(key)).unwrap();
    assert!(line("review.four_eyes = false").ends_with("# IMPRIMATUR__REVIEW__FOUR_EYES"));
    let place = text.lines().position(|line| line == "daily = 7").unwrap() + 1;
    assert!(line("audit.examination.daily = 7").ends_with(&format!("imprimatur.toml:{place}")));
    assert!(line("audit.quorum_overdue_s").contains("imprimatur.toml:"));
    assert!(line("watermark.unmarkable = \"release\"").contains("# "));
    // What is shown is a configuration again.
    std::fs::write(newsroom.path("again.toml"), &shown).unwrap();
    newsroom.json(&["-C", "again.toml", "--data-dir", ".", "config", "check"], 0);

    std::fs::write(newsroom.path("policy.toml"), "id = 1").unwrap();
    let broken = newsroom.run(&["config", "check"]);
    assert_eq!(broken.status.code(), Some(2));
    std::fs::write(&file, "[sever]\n").unwrap();
    let broken = newsroom.run(&["--color", "always", "config", "check"]);
    let said = String::from_utf8_lossy(&broken.stderr).into_owned();
    assert_eq!(broken.status.code(), Some(2));
    assert!(said.contains("did you mean `server`?") && said.starts_with("\u{1b}["), "{said}");
}

#[test]
fn what_requests_cost_is_measured_beside_the_disk_and_nothing_is_left() {
    let newsroom = Newsroom::new();
    let before = std::fs::read_dir(newsroom.path(".")).unwrap().count();
    let rows = newsroom.lines(&["bench", "--seconds", "1", "--clients", "4"]);
    let what: Vec<_> = rows.iter().map(|row| row["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["disk alone", "rules alone", "whole line", "whole line"]);
    for row in &rows {
        assert!(row["count"].as_u64() > Some(0) && row["per_s"].as_f64() > Some(0.0), "{row}");
        assert!(row["p50_ms"].as_f64() <= row["p99_ms"].as_f64(), "{row}");
    }
    assert_eq!(std::fs::read_dir(newsroom.path(".")).unwrap().count(), before);
}

#[test]
fn manual_pages_are_written_into_the_folder_that_is_named() {
    let newsroom = Newsroom::new();
    let made = newsroom.json(&["man", "pages"], 0);
    assert!(made["pages"].as_u64() > Some(30), "{made}");
    assert!(newsroom.path("pages/imprimatur-verify.1").is_file());
}
