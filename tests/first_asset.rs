//! From nothing to a signed file that others judge: a developer's first minutes.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use serde_json::json;

use crate::{
    browser::state,
    clients,
    console_stories::judged,
    external::{said, wanted},
    newsroom::Newsroom,
};

#[test]
fn a_fresh_installation_has_a_chain_that_others_accept_and_is_made_once() {
    let newsroom = Newsroom::new();
    let mode = fs::metadata(newsroom.path("keys/log.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = fs::read_to_string(newsroom.path("imprimatur.toml")).unwrap();
    assert!(text.lines().filter(|line| line.starts_with('#')).count() > 20, "it explains itself");
    let before = state(&newsroom.path("."));
    let again = newsroom.run(&["init", "--dir", ".", "--yes"]);
    assert_eq!(again.status.code(), Some(2));
    assert_eq!(state(&newsroom.path(".")), before, "nothing has changed");
}

#[test]
fn the_first_files_are_signed_told_of_and_judged_by_others() {
    if !wanted("c2pa-python and Pillow") {
        return;
    }
    let newsroom = Newsroom::new();
    let brief = "Two-sentence brief on the river level in Bergen";
    let text = newsroom.json(&["generate", "text", brief, "-o", "brief.txt"], 0);
    let prompt = "a harbour at dawn with a zeppelin";
    let picture = newsroom.json(&["generate", "image", prompt, "-o", "harbour.png"], 0);
    for made in [&text, &picture] {
        for at in ["/request_id", "/decision/action", "/asset/manifest_label", "/asset/sha256"] {
            assert!(made.pointer(at).is_some_and(serde_json::Value::is_string), "{at}: {made}");
        }
        assert!(made["receipt"]["index"].is_u64(), "{made}");
    }
    assert!(picture["asset"]["mark"]["id"].is_string(), "{picture}");
    assert!(picture["warnings"].to_string().contains("zeppelin"), "{picture}");
    let (width, height) = image::image_dimensions(newsroom.path("harbour.png")).unwrap();
    assert!(width >= 512 && height >= 512, "{width} × {height}");

    let reports = newsroom.lines(&["verify", "harbour.png", "brief.txt"]);
    assert_eq!(reports.len(), 2);
    for report in &reports {
        assert_eq!(
            (&report["verdict"], &report["signer"]["list"], &report["ai_declared_active"]),
            (&json!("trusted"), &json!("own"), &json!(true)),
            "{report}"
        );
    }

    // With our root others trust the files; without it they do not know the signer, and find no other fault.
    let path = |name: &str| newsroom.path(name).display().to_string();
    let files = [path("keys/provenance/root.pem"), path("harbour.png"), path("brief.txt")];
    for report in judged(&files.each_ref().map(String::as_str)) {
        assert_eq!(report["anchored"], json!({"state": "trusted", "codes": []}), "{report}");
        let unknown = json!({"state": "valid", "codes": ["signingCredential.untrusted"]});
        assert_eq!(report["stranger"], unknown, "{report}");
    }

    // Saved by another program it has no credentials, and its mark leads back.
    let save = "import sys; from PIL import Image; Image.open(sys.argv[1]).convert('RGB').save(sys.argv[2], quality=75)";
    let output = Command::new(clients::python())
        .args(["-c", save])
        .args([path("harbour.png"), path("saved.jpg")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let report = newsroom.json(&["verify", "saved.jpg"], 3);
    assert_eq!(report["verdict"], "none", "{report}");
    assert_eq!(report["recovered"]["manifest_label"], picture["asset"]["manifest_label"]);
}
