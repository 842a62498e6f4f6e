//! The server's own life: what each listener shows, and how it ends.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::newsroom::{Newsroom, PROGRAM, RIVER, chat};

#[test]
fn the_public_listener_shows_only_what_strangers_may_use() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    for path in ["/log/checkpoint", "/log/vkey", "/log/tile/0/000.p/1"] {
        assert_eq!(server.public(path).status, 200, "{path}");
    }
    let hidden = ["/v1/models", "/v1/audit/entries", "/metrics", "/openapi.json", "/v1/reviews"];
    for path in hidden {
        assert_eq!(server.public(path).status, 404, "{path}");
        assert_ne!(server.get(&key, path).status, 404, "{path}");
    }
    assert_eq!(server.public("/log/tile/entries/000.p/1").status, 401, "entries are for auditors");
}

#[test]
fn the_document_names_every_endpoint() {
    let newsroom = Newsroom::new();
    let server = newsroom.serve();
    let document = server.get("", "/openapi.json").json();
    let paths = document["paths"].as_object().unwrap();
    for path in [
        "/v1/chat/completions",
        "/v1/images/generations",
        "/v1/moderations",
        "/v1/models",
        "/v1/verify",
        "/v1/detect",
        "/v1/assets/{id}",
        "/v1/reviews",
        "/log/checkpoint",
        "/healthz",
        "/readyz",
        "/metrics",
    ] {
        assert!(paths.contains_key(path), "{path} in {:?}", paths.keys());
    }
    let answer = server.send("", "/healthz", b"", "text/plain");
    assert_eq!(
        (answer.status, answer.json()["error"]["code"].as_str()),
        (405, Some("method_not_allowed"))
    );
    assert_eq!(server.get("", "/healthz").header("x-content-type-options"), "nosniff");
}

#[test]
fn the_end_is_orderly_and_the_last_checkpoint_covers_everything() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    assert_eq!(server.post(&key, "/v1/chat/completions", &chat(RIVER)).status, 200);
    assert_eq!(server.terminate(), Some(0), "SIGTERM is no failure");
    let report = newsroom.json(&["audit", "verify"], 0);
    assert_eq!(report["entries"], report["checkpoint_size"]);
}

#[test]
fn whoever_is_told_that_it_serves_may_end_it_at_once() {
    let newsroom = Newsroom::new();
    for round in 0..3 {
        let server = newsroom.serve();
        server.hang_up();
        assert_eq!(server.terminate(), Some(0), "start {round}");
    }
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let newsroom = Newsroom::new();
    let _server = newsroom.serve();
    let second = newsroom.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&second.stderr).contains("in use"));
    // What needs no lock works all the same.
    newsroom.json(&["audit", "verify"], 0);
    newsroom.json(&["doctor"], 0);
}

#[test]
fn the_demonstration_keeps_every_promise() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    let mut process = Command::new(PROGRAM)
        .current_dir(folder.path())
        .args(["--json", "--data-dir"])
        .arg(&kept)
        .args(["demo", "--exit"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(process.wait().unwrap().success(), "{line}");
    let report: Value = serde_json::from_str(&line).unwrap();
    assert!(report.as_object().unwrap().values().all(|kept| kept == true), "{report}");
    assert!(kept.join("picture.png").is_file() && kept.join("brief.txt.c2pa").is_file());
}
