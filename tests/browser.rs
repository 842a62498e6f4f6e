//! The public pages in a browser, as readers meet them: Chromium, driven by playwright-core, with
//! axe-core. They run where the other outside tools do (`IMPRIMATUR_EXTERNAL=1`, `NODE_PATH` with
//! both packages). `IMPRIMATUR_SCREENSHOTS` names a folder for pictures of every page.

use std::{
    collections::BTreeMap,
    fs,
    io::Cursor,
    path::{Path, PathBuf},
    process::Command,
};

use image::{DynamicImage, ImageFormat, RgbImage, codecs::jpeg::JpegEncoder, imageops::FilterType};
use serde_json::{Value, json};
use types::Sha256;

use crate::{
    external::{said, wanted},
    newsroom::{Newsroom, RIVER, Server, chat},
};

/// What a hostile file says wherever it may say something.
const SCRIPT: &str = "<script>alert(2)</script>";
const NAME: &str = "<img src=x onerror=alert(3)>.png";

/// A published picture and text, and a folder of files that readers bring.
pub(crate) struct Stage {
    pub(crate) newsroom: Newsroom,
    pub(crate) server: Server,
    asset: String,
    mark: String,
    files: PathBuf,
}

pub(crate) fn node(script: &str, args: &[&str]) -> String {
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/external/browser").join(script);
    let output = Command::new("node").arg(script).args(args).output().unwrap();
    let told = said(&output);
    println!("{told}");
    assert!(output.status.success(), "{told}");
    told
}

fn published(server: &Server, author: &str, editor: &str, asset: &str) {
    let approve = json!({"decision": "approve", "reason": "accurate"});
    assert_eq!(server.post(editor, &format!("/v1/reviews/{asset}"), &approve).status, 200);
    let notice = json!({"url": "https://press.example/lighthouse"});
    let answer = server.post(editor, &format!("/v1/assets/{asset}/publish"), &notice);
    assert_eq!(answer.status, 200, "{}", answer.json());
    assert_eq!(
        server.get(author, &format!("/v1/assets/{asset}/publish")).json()["state"],
        "published"
    );
}

fn member(answer: &Value, name: &str) -> String {
    answer["imprimatur"][name].as_str().unwrap().to_owned()
}

impl Stage {
    pub(crate) fn new(settings: &str) -> Self {
        let newsroom = Newsroom::new();
        let file = newsroom.path("imprimatur.toml");
        let text = fs::read_to_string(&file).unwrap();
        // The browser asks from one address, many times a minute.
        let text =
            text.replace("anonymous_checks_per_minute = 30", "anonymous_checks_per_minute = 0");
        fs::write(&file, text.replace("anonymous_addresses = false", settings)).unwrap();
        let [author, editor] = ["ada", "grace"].map(|name| newsroom.key("editor", name));
        let files = newsroom.path("brought");
        fs::create_dir(&files).unwrap();
        hostile(&newsroom, &files);
        let server = newsroom.serve();
        let wish = json!({
            "model": "scenes-starter", "prompt": "a lighthouse on a clear day", "seed": 5,
            "response_format": "url",
        });
        let made = server.post(&author, "/v1/images/generations", &wish).json();
        let (asset, mark) = (member(&made, "asset_id"), member(&made, "mark_id"));
        published(&server, &author, &editor, &asset);
        let picture = server.get(&author, &format!("/v1/assets/{asset}/content")).bytes;
        pictures(&files, &picture);
        let written = server.post(&author, "/v1/chat/completions", &chat(RIVER)).json();
        let text = member(&written, "asset_id");
        published(&server, &author, &editor, &text);
        let article = server.get(&author, &format!("/v1/assets/{text}/content")).bytes;
        fs::write(files.join("article.txt"), article).unwrap();
        // Proofs come with the next checkpoint, at most ten seconds later.
        std::thread::sleep(std::time::Duration::from_secs(11));
        Self { newsroom, server, asset, mark, files }
    }

    pub(crate) fn files(&self) -> &str {
        self.files.to_str().unwrap()
    }
}

/// A picture with hostile metadata, and one that was made from a file with a hostile name.
pub(crate) fn hostile(newsroom: &Newsroom, files: &Path) {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(Cursor::new(&mut jpeg), 80).encode_image(&noise(9)).unwrap();
    let term = SCRIPT.replace('<', "&lt;").replace('>', "&gt;");
    let xmp = format!(
        "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF \
         xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' \
         xmlns:Iptc4xmpExt='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' \
         Iptc4xmpExt:DigitalSourceType='{term}'/></rdf:RDF></x:xmpmeta>"
    );
    let length = u16::try_from(xmp.len() + 2).unwrap().to_be_bytes();
    let segment = [[0xff, 0xe1].as_slice(), &length, xmp.as_bytes()].concat();
    let file = [&jpeg[..2], &segment, &jpeg[2..]].concat();
    fs::write(files.join("hostile.jpg"), file).unwrap();
    let (plain, made) = (files.join("plain.png"), files.join("hostile.png"));
    noise(8).save(&plain).unwrap();
    fs::copy(&plain, files.join(NAME)).unwrap();
    let [plain, made, from] =
        [plain, made, files.join(NAME)].map(|path| path.display().to_string());
    newsroom.json(&["sign", &plain, "-o", &made, "--ingredient", &from], 0);
}

/// What becomes of the published picture in the world, and pictures that are not ours.
fn pictures(files: &Path, published: &[u8]) {
    let write = |name: &str, bytes: &[u8]| fs::write(files.join(name), bytes).unwrap();
    write("published.png", published);
    let picture = image::load_from_memory(published).unwrap();
    let (width, height) = (picture.width(), picture.height());
    let jpeg = |picture: &DynamicImage, quality: u8| {
        let mut bytes = Vec::new();
        let encoder = JpegEncoder::new_with_quality(Cursor::new(&mut bytes), quality);
        picture.to_rgb8().write_with_encoder(encoder).unwrap();
        bytes
    };
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).unwrap();
    write("stripped.png", &png.into_inner());
    write("q60.jpg", &jpeg(&picture, 60));
    let half = picture.resize_exact(width / 2, height / 2, FilterType::Triangle);
    write("half.jpg", &jpeg(&half, 80));
    let cut = picture.crop_imm(width / 20, height / 20, width * 9 / 10, height * 9 / 10);
    write("cropped.jpg", &jpeg(&cut, 85));
    // One bit in the middle of the pixels.
    let mut altered = published.to_vec();
    let at = altered.windows(4).position(|four| four == b"IDAT").unwrap() + 400;
    altered[at] ^= 1;
    write("altered.png", &altered);
    for seed in 1..=3 {
        noise(seed).save(files.join(format!("noise-{seed}.png"))).unwrap();
    }
}

/// A picture of nothing, different for each seed.
fn noise(seed: u32) -> RgbImage {
    RgbImage::from_fn(512, 384, |x, y| {
        let wave = |k: u32| ((x * k + y * (seed + k)) as f32 / (20.0 + seed as f32)).sin();
        let hash = (x ^ (y << 3)).wrapping_mul(2_654_435_761 ^ seed) >> 27;
        image::Rgb([3, 5, 7].map(|k| (128.0 + 80.0 * wave(k)) as u8 ^ hash as u8))
    })
}

/// Names and digests of all files of a folder, without what the test itself puts there.
pub(crate) fn state(folder: &Path) -> BTreeMap<String, Sha256> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                let bytes = fs::read(entry.path()).unwrap();
                found.insert(entry.path().display().to_string(), Sha256::of(&bytes));
            }
        }
    }
    found
}

#[test]
fn a_reader_learns_where_a_file_comes_from_and_leaves_nothing_behind() {
    if !wanted("Chromium") {
        return;
    }
    let stage = Stage::new("anonymous_addresses = false");
    node("reader.mjs", &[&stage.server.public_url(), stage.files(), &stage.asset]);
}

#[test]
fn a_checked_file_leaves_nothing_on_the_disk() {
    let stage = Stage::new("anonymous_addresses = false");
    // The last checkpoint is written soon after the last record.
    let (mut before, mut same) = (state(&stage.newsroom.path(".")), 0);
    while same < 15 {
        std::thread::sleep(std::time::Duration::from_millis(200));
        let now = state(&stage.newsroom.path("."));
        same = if now == before { same + 1 } else { 0 };
        before = now;
    }
    for name in ["published.png", "half.jpg", "hostile.jpg", "hostile.png"] {
        let bytes = fs::read(stage.files.join(name)).unwrap();
        let answer = stage.server.public_form("/verify", "file", name, &bytes);
        assert_eq!(answer.status, 200);
        let html = String::from_utf8(answer.bytes.clone()).unwrap();
        assert!(html.contains("id=\"verdict\""), "{html}");
        assert!(!html.contains(SCRIPT) && !html.contains(NAME), "{name} is markup");
        assert!(!answer.headers.contains_key("set-cookie"));
    }
    assert_eq!(state(&stage.newsroom.path(".")), before);
}

#[test]
fn every_public_page_is_open_to_everybody() {
    if !wanted("Chromium and axe-core") {
        return;
    }
    let stage = Stage::new("anonymous_addresses = false");
    node("looks.mjs", &[&stage.server.public_url(), stage.files(), &stage.asset, &stage.mark]);
}

#[test]
fn addresses_that_are_not_public_are_refused_with_a_sentence() {
    if !wanted("Chromium") {
        return;
    }
    let stage = Stage::new("anonymous_addresses = true");
    node("addresses.mjs", &[&stage.server.public_url()]);
}

/// A complaint is ciphertext on the disk, and editors of other houses do not read it.
#[test]
fn a_complaint_gives_a_ticket_and_waits_for_an_editor() {
    let newsroom = Newsroom::new();
    let editor = newsroom.key("editor", "grace");
    let journalist = newsroom.key("journalist", "mary");
    let server = newsroom.serve();
    let words = "The caption names the wrong harbour, says a reader of page three.";
    let body = json!({"about": "content", "asset": "page 3", "text": words, "contact": "reader@example.org"});
    let answer = server.public_post_json("/v1/complaints", &body);
    assert_eq!(answer.status, 201, "{}", answer.json());
    let ticket = answer.json()["ticket"].as_str().unwrap().to_owned();
    let listed = server.get(&editor, "/v1/complaints").json();
    assert_eq!(listed["data"][0]["ticket"], ticket.as_str(), "{listed}");
    assert_eq!(listed["data"][0]["text"], words);
    assert_eq!(server.get(&journalist, "/v1/complaints").status, 403);
    assert_eq!(server.get("", "/v1/complaints").status, 401);
    for (wrong, param) in [
        (json!({"about": "content", "text": ""}), "text"),
        (json!({"about": "nothing", "text": "a"}), "about"),
        (json!({"about": "content", "text": "x".repeat(1001)}), "text"),
    ] {
        let answer = server.public_post_json("/v1/complaints", &wrong);
        assert_eq!((answer.status, answer.json()["error"]["param"].clone()), (400, json!(param)));
    }
    assert_eq!(server.terminate(), Some(0));
    for (path, _) in state(&newsroom.path(".")) {
        let bytes = fs::read(&path).unwrap();
        for secret in [words, "reader@example.org"] {
            let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "{path} has it in clear");
        }
    }
}
