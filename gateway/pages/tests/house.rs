//! Rules that every template, script and vendored file keeps.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what a test did not expect ends it, also in its helpers"
)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha384};

const LINES_MAX: usize = 150;
const SCRIPT_LINES_MAX: usize = 400;
const JS_GZIP_BYTES_MAX: usize = 60 << 10;

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn templates() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![top().join("templates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                let text = fs::read_to_string(entry.path()).unwrap();
                found.push((entry.path().display().to_string(), text));
            }
        }
    }
    assert!(found.len() > 3);
    found
}

/// The tags of a template, each as one string.
fn tags(text: &str) -> impl Iterator<Item = &str> {
    text.split('<').skip(1).filter(|tag| tag.starts_with(|c: char| c.is_ascii_alphabetic()))
}

#[test]
fn vendored_files_are_what_others_wrote() {
    let folder = top().join("assets/vendor");
    let list = fs::read_to_string(folder.join("vendored.toml")).unwrap();
    let values = |key: &str| -> Vec<String> {
        let lines = list.lines().filter_map(|line| line.split_once(" = "));
        let values = lines.filter(|(name, _)| *name == key);
        values.map(|(_, value)| value.trim_matches('"').to_owned()).collect()
    };
    let (names, hashes) = (values("name"), values("sha384"));
    assert_eq!(names.len(), hashes.len());
    for (name, expected) in names.iter().zip(&hashes) {
        let hash = Sha384::digest(fs::read(folder.join(name)).unwrap());
        assert_eq!(&base64(&hash), expected, "{name}");
    }
    let scripts = fs::read_dir(&folder).unwrap().flatten().map(|entry| entry.file_name());
    let scripts = scripts.filter(|name| name.to_string_lossy().ends_with(".js")).count();
    assert_eq!(scripts, names.len(), "each vendored script is in the list");
    assert_eq!(values("licence").len(), names.len());
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    assert_eq!(bytes.len() % 3, 0);
    let four = |three: &[u8]| {
        let n = three.iter().fold(0_usize, |n, byte| (n << 8) | usize::from(*byte));
        [18, 12, 6, 0].map(|shift| char::from(ALPHABET[(n >> shift) & 63]))
    };
    bytes.chunks(3).flat_map(four).collect()
}

#[test]
fn nothing_goes_out_without_being_escaped() {
    for (path, text) in templates() {
        for word in ["|safe", "| safe", "escape(\"none\")", "autoescape"] {
            assert!(!text.contains(word), "{path} has `{word}`");
        }
    }
    // `filters::Safe` in code would be the same.
    let mut folders = vec![top().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                let text = fs::read_to_string(entry.path()).unwrap();
                assert!(!text.contains("filters::Safe"), "{}", entry.path().display());
            }
        }
    }
}

#[test]
fn templates_hold_no_style_no_script_and_no_handler_of_their_own() {
    for (path, text) in templates() {
        assert!(text.lines().count() <= LINES_MAX, "{path} is too long: split it");
        for tag in tags(&text) {
            let tag = tag.split('>').next().unwrap_or_default().replace('\n', " ");
            for word in [" style=", " onclick=", " onload=", " onerror=", " hx-on", "javascript:"] {
                assert!(!tag.contains(word), "{path}: <{tag}>");
            }
            assert!(!tag.starts_with("script") || tag.contains("nonce="), "{path}: <{tag}>");
            assert!(!tag.starts_with("style"), "{path}: <{tag}>");
            let acts = tag.split(' ').any(|word| word.starts_with("hx-"));
            assert!(!acts || text.contains("hx-nonce=\"{{ f.nonce }}\""), "{path}: <{tag}>");
            let elsewhere = tag.contains("=\"http") || tag.contains("=\"//");
            assert!(
                !elsewhere || tag.starts_with("a ") || tag.contains("xmlns"),
                "{path}: <{tag}>"
            );
        }
    }
}

#[test]
fn scripts_are_small() {
    let own = pages::assets::named("app.js").unwrap();
    let lines = String::from_utf8_lossy(own.bytes()).lines().count();
    assert!(lines <= SCRIPT_LINES_MAX, "{lines}");
    let scripts = pages::assets::all().filter(|asset| asset.path().ends_with(".js"));
    let packed: usize = scripts.map(|asset| asset.gzip().len()).sum();
    assert!(packed > 1000 && packed <= JS_GZIP_BYTES_MAX, "{packed}");
}

#[test]
fn a_name_stands_for_its_bytes() {
    for asset in pages::assets::all() {
        assert_eq!(pages::assets::at(asset.path()).unwrap().bytes(), asset.bytes());
        assert!(asset.path().starts_with(pages::assets::BELOW));
        assert!(asset.gzip().len() < asset.bytes().len() && asset.gzip().starts_with(b"\x1f\x8b"));
    }
    assert!(pages::assets::at("/assets/app.css").is_none());
}
