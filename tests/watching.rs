//! Files of another program are signed as they come, once, and what cannot be signed says why.

use std::{fs, path::Path, time::Duration};

use serde_json::{Value, json};

use crate::newsroom::Newsroom;

const SECTION: &str = r#"
[watch.comfyui]
folder = "made"
output = "signed"
tenant = "press"
desk = "pictures"
source_type = "trainedAlgorithmicMedia"
mark = true
settle_seconds = 1
"#;

fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..300 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{what} does not come");
}

fn picture(path: &Path, shade: u8) {
    let pixels = image::RgbImage::from_fn(640, 480, |x, y| {
        let wave = (f64::from(x) / 9.0).sin() * (f64::from(y) / 7.0).cos();
        image::Rgb([(128.0 + 90.0 * wave) as u8, shade, (x ^ y) as u8])
    });
    pixels.save(path).unwrap();
}

#[test]
fn a_folder_of_another_program_is_signed_as_it_fills() {
    let newsroom = Newsroom::with(SECTION);
    let key = newsroom.key("editor", "ada");
    let server = newsroom.serve();
    let at = |name: &str| newsroom.path(name);
    fs::create_dir_all(at("made/monday")).unwrap();
    picture(&at("made/monday/harbour.png"), 40);
    fs::write(at("made/broken.png"), b"\x89PNG\r\n\x1a\nno picture").unwrap();
    fs::write(at("made/.tmp.png"), b"still being written").unwrap();
    until("the signed picture", || at("signed/monday/harbour.png").exists());
    until("the reason", || at("signed/broken.png.error.txt").exists());
    let original = fs::read(at("made/monday/harbour.png")).unwrap();
    assert_ne!(fs::read(at("signed/monday/harbour.png")).unwrap(), original);
    let assets = |server: &crate::newsroom::Server| -> Vec<Value> {
        let listed = server.get(&key, "/v1/assets").json();
        listed["data"].as_array().unwrap().clone()
    };
    assert_eq!(assets(&server).len(), 1);
    // The same bytes under another name, and the same file after a new start: once.
    fs::copy(at("made/monday/harbour.png"), at("made/copy.png")).unwrap();
    picture(&at("made/second.png"), 90);
    until("the second picture", || at("signed/second.png").exists());
    assert_eq!(server.terminate(), Some(0));
    let server = newsroom.serve();
    picture(&at("made/third.png"), 140);
    until("the third picture", || at("signed/third.png").exists());
    let all = assets(&server);
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|asset| asset["mark"]["id"].is_string()), "{all:?}");
    assert!(!at("signed/.tmp.png").exists() && !at("signed/copy.png").exists());
    assert_eq!(server.terminate(), Some(0));
    let report = newsroom.json(&["verify", "signed/monday/harbour.png"], 0);
    assert_eq!(
        (&report["verdict"], &report["ai_declared_active"]),
        (&json!("trusted"), &json!(true))
    );
}

#[test]
fn what_would_go_round_in_circles_is_refused_at_start() {
    for (from, to, word) in [
        ("output = \"signed\"", "output = \"made/signed\"", "must not lie in"),
        ("trainedAlgorithmicMedia", "painted", "no digital source type"),
        ("tenant = \"press\"\n", "", "tenant"),
    ] {
        let newsroom = Newsroom::new();
        let file = newsroom.path("imprimatur.toml");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text + &SECTION.replace(from, to)).unwrap();
        let output = newsroom.run(&["serve", "--listen", "127.0.0.1:0"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(word), "{said}");
    }
}
