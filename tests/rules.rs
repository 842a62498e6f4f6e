//! Other rules before they come into force: compared, tried on what was asked, and signed by who answers for them.

use std::fs;

use rcgen::{KeyPair, PKCS_ED25519};
use serde_json::Value;

use crate::newsroom::{Newsroom, RIVER, chat};

/// A pack that refuses prompts with one word.
pub(crate) fn pack(version: u32, word: &str) -> String {
    format!(
        r#"
id = "desk"
version = "{version}"
[[rule]]
id = "one-word"
version = {version}
category = "defamation"
scope = {{ hook = "input" }}
when = {{ terms = ["{word}"] }}
action = "block"
message = {{ en = "This word is not said.", zh = "不得使用该词。" }}
tests = [{{ text = "{word}", expect = "block", hook = "input" }}]
"#
    )
}

#[test]
fn a_candidate_is_tried_on_what_was_asked_and_nobody_sees_a_word() {
    let newsroom = Newsroom::new();
    fs::write(newsroom.path("policy.toml"), pack(1, "forbidden")).unwrap();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    assert_eq!(server.post(&key, "/v1/chat/completions", &chat(RIVER)).status, 200);
    let refused = server.post(&key, "/v1/chat/completions", &chat("Say the forbidden thing."));
    assert_eq!(refused.status, 400);
    assert_eq!(server.terminate(), Some(0));

    // The candidate refuses what was answered, and lets through what was refused.
    fs::write(newsroom.path("candidate.toml"), pack(2, "Dresden")).unwrap();
    let differ = newsroom.json(&["policy", "diff", "candidate.toml"], 1);
    assert!(differ["changes"][0].as_str().unwrap().contains("one-word"), "{differ}");
    newsroom.json(&["policy", "diff", "policy.toml"], 0);
    let replay = |exit| newsroom.json(&["policy", "replay", "candidate.toml"], exit);
    let tried = replay(1);
    assert_eq!((&tried["judged"], &tried["without_words"]), (&3.into(), &0.into()), "{tried}");
    let told = |one: &Value| {
        let text = |name: &str| one[name].as_str().unwrap().to_owned();
        (text("hook"), text("now"), text("candidate"), one["added"] == one["gone"])
    };
    let otherwise: Vec<_> = tried["otherwise"].as_array().unwrap().iter().map(told).collect();
    let asked = |now: &str, candidate: &str| ("asked".into(), now.into(), candidate.into(), false);
    assert_eq!(otherwise, [asked("allow", "block"), asked("block", "allow")]);
    let nothing = ["policy", "replay", "candidate.toml", "--until", "2026-01-01"];
    assert_eq!(newsroom.json(&nothing, 0)["judged"], 0);

    // It is on record by which rules, and no word of what was asked is.
    let records = newsroom.lines(&["audit", "find", "--event", "policy_replayed"]);
    let detail = records[0]["record"]["detail"].as_str().unwrap();
    assert!(detail.starts_with("desk 2 sha256:") && detail.ends_with("judged 3, otherwise 2"));
    assert_eq!(records.len(), 2);
    assert!(!tried.to_string().contains("thing") && !detail.contains("thing"));

    // What was erased is not judged any more.
    newsroom.json(&["audit", "erase", "ada"], 0);
    let tried = replay(0);
    assert_eq!((&tried["judged"], &tried["without_words"]), (&1.into(), &2.into()), "{tried}");
}

#[test]
fn where_signers_are_named_only_a_signed_pack_comes_into_force() {
    let newsroom = Newsroom::new();
    let file = newsroom.path("imprimatur.toml");
    let config = fs::read_to_string(&file).unwrap();
    let signers = "pack = \"policy.toml\"\nsigners = [\"editor.pub.pem\"]";
    fs::write(&file, config.replace("pack = \"policy.toml\"", signers)).unwrap();
    let [editor, stranger] = ["editor", "stranger"].map(|name| {
        let pair = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        fs::write(newsroom.path(&format!("{name}.pem")), pair.serialize_pem()).unwrap();
        fs::write(newsroom.path(&format!("{name}.pub.pem")), pair.public_key_pem()).unwrap();
        format!("{name}.pem")
    });
    let pack_is = |text: &str| fs::write(newsroom.path("policy.toml"), text).unwrap();
    let said = |exit: i32| {
        let output = newsroom.run(&["moderate", "forbidden"]);
        assert_eq!(output.status.code(), Some(exit), "{output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let sign = |key: &str| newsroom.json(&["policy", "sign", "policy.toml", "--key", key], 0);

    pack_is(&pack(1, "forbidden"));
    assert!(said(2).contains("policy.toml.sig"), "no signature");
    sign(&stranger);
    assert!(said(2).contains("no trusted key signed"), "somebody else's");
    sign(&editor);
    said(1);
    // Layout is not meaning; a rule is.
    pack_is(&format!("# for the summer{}", pack(1, "forbidden")));
    said(1);
    pack_is(&pack(1, "forbidding"));
    assert!(said(2).contains("no trusted key signed"), "changed after it was signed");
}
