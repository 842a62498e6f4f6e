//! The pages in a browser, one story for each of those who rely on them: editors who decide, whoever
//! brings a model, and readers with large letters or a screen reader. Where Chromium is wanted.

use std::fs;

use provenance::{Authority, Credentials, DigitalSourceType, SigningRequest};
use serde_json::{Value, json};

use crate::{
    browser::{Stage, node},
    external::{python, said, wanted},
    newsroom::{Newsroom, Server},
    sign_in::create,
    upstream::{Upstream, well},
};

const PACK: &str = r#"
id = "test"
version = "1"
[[rule]]
id = "ports"
version = 1
category = "defamation"
scope = { hook = "input" }
when = { terms = ["harbour"] }
action = "review"
message = { en = "An editor looks at this first.", zh = "须经编辑审阅。" }
tests = [{ text = "the harbour office", expect = "review", hook = "input" }]
"#;
#[test]
fn what_an_editor_rejects_never_leaves_and_two_editors_make_one_decision() {
    if !wanted("Chromium") {
        return;
    }
    let newsroom = Newsroom::new();
    fs::write(newsroom.path("policy.toml"), PACK).unwrap();
    let links: serde_json::Map<String, Value> =
        [("ada", "editor"), ("grace", "standards"), ("helena", "editor")]
            .iter()
            .map(|(name, role)| ((*name).to_owned(), json!(create(&newsroom, name, role))))
            .collect();
    let server = newsroom.serve();
    let links = Value::Object(links).to_string();
    node("queue.mjs", &[&server.url, &server.public_url(), &links]);
    assert_eq!(server.terminate(), Some(0));
    newsroom.json(&["audit", "verify"], 0);
}

/// What c2pa-python says of files, with the first one as anchor and without.
pub(crate) fn judged(files: &[&str]) -> Vec<Value> {
    let output = python("judge_c2pa.py", files, &[]);
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_model_that_was_brought_and_a_server_behind_are_named_and_asked() {
    if !wanted("Chromium") {
        return;
    }
    let upstream = Upstream::start(well);
    let newsroom = Newsroom::new();
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../generators/tests/golden/llama");
    let added = newsroom.json(&["models", "add", golden, "--name", "our-llama"], 0);
    let link = create(&newsroom, "mary", "journalist");
    let server = Server::start_with(&newsroom.path("."), &["--upstream", &upstream.url]);
    let told = json!({"own": "our-llama", "digest": added["sha256"], "behind": "press/one"});
    node("models.mjs", &[&server.url, &link, &told.to_string()]);
}

#[test]
fn a_reader_with_large_letters_or_a_screen_reader_learns_the_same() {
    if !wanted("Chromium") {
        return;
    }
    let stage = Stage::new("anonymous_addresses = false");
    let authority = Authority::load(&stage.newsroom.path("keys/provenance")).unwrap();
    let request = SigningRequest::new("note.txt", DigitalSourceType::TrainedAlgorithmicMedia);
    let words = "The gauge at the old bridge stood at 412 centimetres on Monday morning.";
    let carrying = Credentials::new(authority).unwrap().sign_text(&request, words).unwrap();
    fs::write(stage.newsroom.path("brought/carrying.txt"), carrying.bytes).unwrap();
    node("close_up.mjs", &[&stage.server.public_url(), stage.files()]);
}
