//! Time-stamps of claim signatures by an authority elsewhere.

use std::fs;

use provenance::Authority;
use serde_json::json;

use crate::{
    attestation::{FAILING, FLIPPED, HONEST, MUTE, STALE, Tsa},
    newsroom::{Newsroom, RIVER},
};

/// A newsroom whose time-stamps come from an authority of its own on loopback.
async fn stamped() -> (Newsroom, Tsa) {
    let newsroom = Newsroom::new();
    let folder = newsroom.path("tsa");
    fs::create_dir(&folder).unwrap();
    Authority::create(&folder, "Clock").unwrap();
    let tsa = Tsa::serve(&folder).await;
    newsroom.set("[provenance]", &format!("tsa_url = \"{}\"", tsa.url));
    (newsroom, tsa)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_signed_with_a_time_stamp_that_does_not_check_out() {
    let (newsroom, tsa) = stamped().await;
    newsroom.set("[provenance]", "tsa_trust = \"tsa/root.pem\"");
    let wrong = [
        (FAILING, "answered 500"),
        (STALE, "another request"),
        (FLIPPED, "does not check out"),
        (MUTE, "did not grant"),
    ];
    for (mood, expected) in wrong {
        tsa.become_(mood);
        let refused = newsroom.run(&["generate", "text", RIVER, "-o", "a.txt"]);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && said.contains(expected), "{mood}: {said}");
        assert!(!newsroom.path("a.txt").exists());
        assert_eq!(newsroom.last_record()["event"], json!("failed"));
    }
    tsa.become_(HONEST);
    newsroom.signed("a.txt");
    assert!(newsroom.last_record()["c2pa"]["unstamped"].is_null());
    let report = newsroom.json(&["verify", "a.txt", "--trust", "tsa/root.pem"], 0);
    let stamp = json!({"trusted": true, "authority": "Clock Time-Stamp Authority"});
    assert_eq!(report["time_stamp"], stamp);

    let file = newsroom.path("imprimatur.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("tsa/root.pem", "keys/provenance/root.pem")).unwrap();
    let refused = newsroom.run(&["generate", "text", RIVER, "-o", "b.txt"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("no trusted certificate"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_time_stamps_are_optional_record_and_answer_say_that_there_is_none() {
    let (newsroom, tsa) = stamped().await;
    let file = newsroom.path("imprimatur.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("time_stamp = \"required\"", "time_stamp = \"optional\""))
        .unwrap();
    tsa.become_(FAILING);
    let answer = newsroom.signed("a.txt");
    assert!(answer["warnings"].to_string().contains("without a time-stamp"), "{answer}");
    assert_eq!(newsroom.last_record()["c2pa"]["unstamped"], json!(true));
    let report = newsroom.json(&["verify", "a.txt"], 0);
    assert_eq!(report["time_stamp"], json!(null));
    tsa.become_(HONEST);
    let answer = newsroom.signed("b.txt");
    assert!(!answer["warnings"].to_string().contains("time-stamp"), "{answer}");
}
