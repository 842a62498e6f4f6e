//! What a publishing system does to a picture, and what is left: its sizes are signed again with their
//! parent, and those that nobody signed lead back by their mark.

use std::{fs, process::Command, thread};

use image::{Rgb, RgbImage};
use serde_json::{Value, json};

use crate::{
    clients::{self, script},
    console_stories::judged,
    external::{said, wanted_at_length},
    newsroom::{Answer, Newsroom, Server, chat},
    publication::rendition,
};

/// How many assets are published at once.
const AT_ONCE: usize = 20;

/// A picture as large as cameras make them: a coast under a sky, with a grain.
fn photo() -> RgbImage {
    RgbImage::from_fn(3000, 2000, |x, y| {
        let coast = 1200.0 + 160.0 * (x as f32 / 300.0).sin() + 50.0 * (x as f32 / 60.0).cos();
        let grain = ((x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 27) as f32;
        let wave = 12.0 * (y as f32 / 9.0 + x as f32 / 70.0).sin();
        let light = y as f32 / 20.0;
        let sky = [110.0 + light, 150.0 + light, 235.0 - light / 2.0];
        let sea = [30.0 + wave, 80.0 + wave, 110.0 + wave];
        let colour = if (y as f32) < coast { sky } else { sea };
        Rgb(colour.map(|value| (value + grain).clamp(0.0, 255.0) as u8))
    })
}

/// The sizes that a publishing system makes of a file.
fn sizes(newsroom: &Newsroom, file: &str) -> Vec<String> {
    let output = Command::new(clients::python())
        .arg(script("wordpress.py"))
        .args([newsroom.path(file), newsroom.path(".")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn published(server: &Server, key: &str, asset: &str) -> Answer {
    let approve = json!({"decision": "approve", "reason": "accurate"});
    assert_eq!(server.post(key, &format!("/v1/reviews/{asset}"), &approve).status, 200);
    let url = json!({"url": "https://press.example/coast"});
    server.post_once(key, asset, &format!("/v1/assets/{asset}/publish"), &url)
}

#[test]
fn the_sizes_of_a_publishing_system_keep_their_parent_or_lead_back_to_it() {
    if !wanted_at_length("c2pa-python and Pillow") {
        return;
    }
    let newsroom = Newsroom::new();
    photo().save(newsroom.path("photo.png")).unwrap();
    let signed = newsroom.json(&["sign", "photo.png", "-o", "signed.png", "--mark"], 0);
    let asset = signed["asset"]["id"].as_str().unwrap();
    let key = newsroom.key_of("local", "editor", "ivy");
    let server = newsroom.serve();
    let answer = published(&server, &key, asset);
    assert_eq!(answer.status, 200, "{}", answer.json());
    let content = server.get(&key, &format!("/v1/assets/{asset}/content")).bytes;
    fs::write(newsroom.path("published.png"), &content).unwrap();
    let parent = server.public_post("/v1/verify", &content).json()["manifest_label"].clone();

    let names = sizes(&newsroom, "published.png");
    assert_eq!(names, ["scaled.jpg", "large.jpg", "medium.jpg", "thumbnail.jpg"]);
    let mut files = vec![newsroom.path("keys/provenance/root.pem").display().to_string()];
    for name in &names {
        let bare = fs::read(newsroom.path(name)).unwrap();
        let found = server.public_post("/v1/verify", &bare).json();
        assert_eq!(found["verdict"], "none", "{name}: {found}");
        let made = rendition(&server, &key, asset, &bare);
        // A small square from the middle may show too little: it leads nowhere, never elsewhere, and is
        // not signed as what it cannot be seen to be.
        if name == "thumbnail.jpg" && found["asset_id"].is_null() {
            assert_eq!(
                (made.status, &made.json()["error"]["code"]),
                (422, &json!("not_a_rendition"))
            );
            continue;
        }
        assert_eq!(found["asset_id"], asset, "{name}: {found}");
        assert_eq!(made.status, 200, "{name}: {}", made.json());
        let content = server.get(&key, made.json()["url"].as_str().unwrap()).bytes;
        let file = newsroom.path(&format!("signed-{name}"));
        fs::write(&file, content).unwrap();
        files.push(file.display().to_string());
    }
    let judged = judged(&files.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(judged.len() >= 3, "{judged:?}");
    for report in &judged {
        assert_eq!(report["anchored"], json!({"state": "trusted", "codes": []}), "{report}");
        let expected = json!([{"relationship": "parentOf", "manifest": parent}]);
        assert_eq!(report["ingredients"], expected, "{report}");
    }
}

#[test]
fn of_many_publications_at_once_each_has_its_manifest_and_one_record() {
    let newsroom = Newsroom::new();
    let author = newsroom.key("journalist", "ada");
    let editor = newsroom.key("editor", "grace");
    let server = newsroom.serve();
    let text = |seed: usize| {
        let mut request = chat(crate::newsroom::RIVER);
        request["seed"] = json!(seed);
        let made = server.post(&author, "/v1/chat/completions", &request).json();
        made["imprimatur"]["asset_id"].as_str().unwrap().to_owned()
    };
    let assets: Vec<String> = (0..AT_ONCE).map(text).collect();
    let once: Vec<Answer> = thread::scope(|scope| {
        let (server, editor) = (&server, &editor);
        let publishing: Vec<_> = assets
            .iter()
            .map(|asset| scope.spawn(move || published(server, editor, asset)))
            .collect();
        publishing.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let label = |asset: &String| {
        let content = server.get(&author, &format!("/v1/assets/{asset}/publish")).json();
        assert_eq!(content["state"], "published", "{content}");
        server.get(&author, &format!("/v1/assets/{asset}/manifest")).bytes
    };
    let mut manifests: Vec<Vec<u8>> = assets.iter().map(label).collect();
    manifests.sort();
    manifests.dedup();
    assert_eq!(manifests.len(), AT_ONCE);

    // Whoever did not hear the answer asks again, and nothing is published twice.
    for (asset, first) in assets.iter().zip(&once) {
        assert_eq!(first.status, 200, "{}", first.json());
        let url = json!({"url": "https://press.example/coast"});
        let path = format!("/v1/assets/{asset}/publish");
        let again = server.post_once(&editor, asset, &path, &url);
        assert_eq!((again.status, &again.bytes), (200, &first.bytes));
        assert_eq!(again.header("idempotent-replayed"), "true");
    }
    assert_eq!(server.terminate(), Some(0));
    let records = newsroom.lines(&["audit", "find", "--event", "published", "-n", "100"]);
    let mut named: Vec<&Value> = records.iter().map(|row| &row["record"]["asset_id"]).collect();
    named.sort_by_key(|id| id.to_string());
    named.dedup();
    assert_eq!((records.len(), named.len()), (AT_ONCE, AT_ONCE));
    newsroom.json(&["audit", "verify"], 0);
}
