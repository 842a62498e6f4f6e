//! What agencies send: a folder is signed, and nothing that came with its files is lost or made up.

use std::fs;

use image::RgbImage;
use serde_json::{Value, json};

use crate::{console_stories::judged, external::wanted, newsroom::Newsroom};

#[test]
fn a_folder_that_is_signed_keeps_what_came_with_its_files() {
    if !wanted("c2pa-python") {
        return;
    }
    let (newsroom, agency) = (Newsroom::new(), Newsroom::new());
    let plain = RgbImage::from_fn(320, 240, |x, y| image::Rgb([x as u8, y as u8, (x ^ y) as u8]));
    fs::create_dir(newsroom.path("wire")).unwrap();
    plain.save(newsroom.path("wire/bare.png")).unwrap();
    plain.save(agency.path("bare.png")).unwrap();
    let theirs = newsroom.path("wire/theirs.png").display().to_string();
    agency.json(&["sign", "bare.png", "-o", &theirs, "--source-type", "digitalCapture"], 0);
    let before = newsroom.json(&["verify", "wire/theirs.png"], 3);
    assert_eq!(before["verdict"], "untrusted_signer", "{before}");

    assert_eq!(newsroom.lines(&["sign", "wire", "-o", "signed"]).len(), 2);
    let reports = newsroom.lines(&["verify", "signed"]);
    assert_eq!(reports.len(), 2);
    for report in &reports {
        assert_eq!(report["verdict"], "trusted", "{report}");
        let theirs = report["file"].as_str().unwrap().ends_with("theirs.png");
        let said = if theirs { &before["labels"]["source_type"] } else { &Value::Null };
        assert_eq!(&report["labels"]["source_type"], said, "nothing else was said: {report}");
        assert_eq!(report["ai_declared_anywhere"], false, "{report}");
        assert_eq!(report["mark"]["id"], Value::Null, "{report}");
    }
    let path = |name: &str| newsroom.path(name).display().to_string();
    let files = [path("keys/provenance/root.pem"), path("signed/theirs.png")];
    let judged = judged(&files.each_ref().map(String::as_str));
    assert_eq!(judged[0]["anchored"]["state"], "trusted", "{judged:?}");
    let parent = json!([{"relationship": "parentOf", "manifest": before["manifest_label"]}]);
    assert_eq!(judged[0]["ingredients"], parent, "{judged:?}");
}
