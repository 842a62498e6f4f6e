//! From draft to reader: approval, publication, correction, withdrawal, and what strangers may know.

use std::io::Cursor;

use image::{ImageFormat, codecs::jpeg::JpegEncoder, imageops::FilterType};
use serde_json::{Value, json};
use watermark::label::measure;

use crate::newsroom::{Answer, Newsroom, RIVER, Server, chat};

/// A picture that was released to its author: asset, mark and bytes.
struct Picture {
    asset: String,
    mark: String,
    bytes: Vec<u8>,
}

fn draw(server: &Server, key: &str) -> Picture {
    let wish = json!({
        "model": "scenes-starter", "prompt": "a lighthouse on a clear day", "seed": 5,
        "response_format": "url",
    });
    let answer = server.post(key, "/v1/images/generations", &wish);
    assert_eq!(answer.status, 200, "{}", answer.json());
    let member = answer.json()["imprimatur"].clone();
    let [asset, mark] =
        ["asset_id", "mark_id"].map(|name| member[name].as_str().unwrap().to_owned());
    let bytes = server.get(key, &format!("/v1/assets/{asset}/content")).bytes;
    Picture { asset, mark, bytes }
}

/// As the world passes pictures on: half the size, JPEG, no metadata.
fn stripped(bytes: &[u8]) -> Vec<u8> {
    let picture = image::load_from_memory(bytes).unwrap();
    let (width, height) = (picture.width() / 2, picture.height() / 2);
    let half = picture.resize_exact(width, height, FilterType::Triangle).to_rgb8();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(Cursor::new(&mut jpeg), 80).encode_image(&half).unwrap();
    jpeg
}

fn shows_label(file: &[u8]) -> bool {
    measure::picture(file, &["AI"]).unwrap().is_some()
}

fn code(answer: &Answer) -> (u16, String) {
    let body = answer.json();
    (answer.status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
}

fn labels(answer: &Answer) -> Vec<String> {
    let matches = answer.json()["matches"].as_array().unwrap().clone();
    matches.iter().map(|row| row["manifestId"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn only_what_an_editor_approved_goes_before_the_public_and_strangers_are_led_to_it() {
    let newsroom = Newsroom::new();
    let author = newsroom.key("editor", "ada");
    let editor = newsroom.key("editor", "grace");
    let journalist = newsroom.key("journalist", "mary");
    let rival = newsroom.key_of("rival", "editor", "eve");
    let server = newsroom.serve();
    let Picture { asset, mark, bytes } = draw(&server, &author);
    let copy = stripped(&bytes);

    let publish = |key: &str| {
        let body = json!({"url": "https://press.example/lighthouse"});
        server.post(key, &format!("/v1/assets/{asset}/publish"), &body)
    };
    let approve = json!({"decision": "approve", "reason": "accurate"});
    let refused = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(code(&publish(&editor)), refused(409, "not_approved"));
    assert_eq!(code(&publish(&journalist)), refused(403, "forbidden"));
    assert_eq!(code(&publish(&rival)), refused(404, "asset_not_found"));

    // Before publication a stranger finds nothing, and its own tenant does.
    let by_mark =
        format!("/sbr/v1/matches/byBinding?alg=org.imprimatur.image.1&value={}", base64(&mark));
    assert!(labels(&server.public(&by_mark)).is_empty());
    assert_eq!(labels(&server.get(&author, &by_mark)).len(), 1);
    let landing = server.public(&format!("/c/{mark}")).json();
    assert_eq!(landing["statement"], "Made with Example Newsroom's system; not published by us.");
    assert!(landing.get("asset_id").is_none() && landing.get("manifest_url").is_none());

    assert_eq!(server.post(&editor, &format!("/v1/reviews/{asset}"), &approve).status, 200);
    let published = publish(&editor);
    assert_eq!(published.status, 200, "{}", published.json());
    assert_eq!(code(&publish(&editor)), refused(409, "already_published"));

    // Now the published file says so itself, and a stripped copy leads to its manifest.
    let content = server.get(&author, &format!("/v1/assets/{asset}/content")).bytes;
    assert!(content != bytes, "the published file carries an update manifest");
    let report = server.public_post("/v1/verify", &content).json();
    assert_eq!(report["publication"]["state"], "published", "{report}");
    assert_eq!(report["verdict"], "trusted", "{report}");
    assert_eq!(report["ai_declared_active"], true, "{report}");
    // It shows the label that was due, and says how it came there.
    assert!(shows_label(&content) && !shows_label(&bytes));
    assert!(contains(&content, b"c2pa.addedText"));
    assert_eq!(report["publication"]["url"], "https://press.example/lighthouse");
    let found = labels(&server.public_post("/sbr/v1/matches/byContent", &copy));
    assert_eq!(found, [report["manifest_label"].as_str().unwrap()]);
    assert_eq!(labels(&server.public(&by_mark)), found);
    for query in ["", "?returnActiveManifest=true"] {
        let store = server.public(&format!("/sbr/v1/manifests/{}{query}", found[0]));
        assert_eq!((store.status, store.header("content-type")), (200, "application/c2pa"));
        assert!(contains(&store.bytes, found[0].as_bytes()));
    }
    let landing = server.public(&format!("/c/{mark}")).json();
    assert_eq!(landing["publication"]["state"], "published");
    assert_eq!(landing["asset_id"], asset.as_str());

    // A correction and a withdrawal are told to whoever has the file.
    let amend = |what: &str, url: Option<&str>| {
        server.post(&editor, &format!("/v1/assets/{asset}/{what}"), &json!({"url": url}))
    };
    assert_eq!(code(&amend("correct", None)), refused(400, "invalid_value"));
    assert_eq!(
        code(&amend("withdraw", Some("javascript:alert(1)"))),
        refused(400, "invalid_value")
    );
    assert_eq!(amend("correct", Some("https://press.example/correction")).status, 200);
    assert_eq!(amend("withdraw", Some("https://press.example/notice")).status, 200);
    assert_eq!(
        code(&amend("correct", Some("https://press.example/again"))),
        refused(409, "withdrawn")
    );
    for file in [&content, &copy] {
        let publication = server.public_post("/v1/verify", file).json()["publication"].clone();
        assert_eq!(publication["state"], "withdrawn", "{publication}");
        assert_eq!(publication["notice_url"], "https://press.example/notice");
    }
    drop(server);
    newsroom.json(&["audit", "verify"], 0);
    assert_reported_as_labelled(&newsroom);
}

/// Asserts that the one record of a publication says that the label is there.
fn assert_reported_as_labelled(newsroom: &Newsroom) {
    let report = newsroom.json(&["audit", "report", "--regime", "eu-art50"], 0);
    let checks = report["checks"].as_array().unwrap();
    let shown = checks.iter().find(|check| check["id"] == "EU-50.4-img").unwrap();
    assert_eq!((&shown["outcome"], &shown["passed"]), (&json!("pass"), &json!(1)), "{shown}");
}

#[test]
fn unpublished_work_does_not_hide_what_was_published_and_looks_the_same() {
    let newsroom = Newsroom::new();
    let author = newsroom.key("editor", "ada");
    let editor = newsroom.key("editor", "grace");
    let server = newsroom.serve();
    let (draft, chosen) = (draw(&server, &author), draw(&server, &author));
    let copy = stripped(&draft.bytes);
    let report = server.public_post("/v1/verify", &copy).json();
    assert_eq!(report["publication"]["state"], "unpublished", "{report}");
    assert!(report.get("asset_id").is_none_or(Value::is_null), "{report}");

    let approve = json!({"decision": "approve", "reason": "accurate"});
    let review = server.post(&editor, &format!("/v1/reviews/{}", chosen.asset), &approve);
    assert_eq!(review.status, 200, "{}", review.json());
    let url = json!({"url": "https://press.example/lighthouse"});
    let published = server.post(&editor, &format!("/v1/assets/{}/publish", chosen.asset), &url);
    assert_eq!(published.status, 200, "{}", published.json());

    // The copy carries the mark of the draft; strangers hear of the published twin alone.
    let report = server.public_post("/v1/verify", &copy).json();
    assert_eq!(report["asset_id"], chosen.asset.as_str(), "{report}");
    assert_eq!(report["recovered"]["how"], "fingerprint", "{report}");
    assert_eq!(report["recovered"]["certainty"], "possible", "{report}");
    assert_eq!(labels(&server.public_post("/sbr/v1/matches/byContent", &copy)).len(), 1);
    let report = server.send(&author, "/v1/verify", &copy, "image/jpeg").json();
    assert_eq!(report["asset_id"], draft.asset.as_str(), "its own newsroom knows better: {report}");
}

#[test]
fn a_rendition_names_its_parent_and_a_foreign_picture_is_none() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("editor", "ada");
    let server = newsroom.serve();
    let Picture { asset, mark, bytes } = draw(&server, &key);
    let small = stripped(&bytes);
    let made = rendition(&server, &key, &asset, &small);
    assert_eq!(made.status, 200, "{}", made.json());
    let made = made.json();
    assert_eq!(made["imprimatur"]["mark_id"], mark.as_str(), "it carries the mark already");
    let content = server.get(&key, made["url"].as_str().unwrap()).bytes;
    let report = server.send(&key, "/v1/verify", &content, "image/jpeg").json();
    assert_eq!(report["verdict"], "trusted", "{report}");
    assert_eq!(report["asset_id"], made["id"], "it is an asset of its own");
    assert_eq!(
        (&report["ai_declared_anywhere"], &report["ingredient_warning"]),
        (&json!(true), &json!(false))
    );

    let mut foreign = Cursor::new(Vec::new());
    let noise = image::RgbImage::from_fn(256, 256, |x, y| {
        image::Rgb([(x * 7 + y * y) as u8, (x * y) as u8, (y * 13 + x * x) as u8])
    });
    noise.write_to(&mut foreign, ImageFormat::Png).unwrap();
    let refused = rendition(&server, &key, &asset, foreign.get_ref());
    assert_eq!(code(&refused), (422, "not_a_rendition".to_owned()));
    let stranger = newsroom_key(&newsroom, server);
    let server = newsroom.serve();
    assert_eq!(rendition(&server, &stranger, &asset, &small).status, 404);
}

#[test]
fn files_that_were_not_made_here_get_credentials_and_nothing_is_assumed_of_them() {
    let newsroom = Newsroom::new();
    let mut photo = Cursor::new(Vec::new());
    let pixels =
        image::RgbImage::from_fn(512, 512, |x, y| image::Rgb([x as u8, y as u8, (x ^ y) as u8]));
    pixels.write_to(&mut photo, ImageFormat::Png).unwrap();
    std::fs::create_dir(newsroom.path("archive")).unwrap();
    std::fs::write(newsroom.path("archive/photo.png"), photo.get_ref()).unwrap();
    std::fs::write(newsroom.path("archive/note.txt"), "The council met on Monday.").unwrap();
    let signed = newsroom.lines(&["sign", "archive", "-o", "signed"]);
    assert_eq!(signed.len(), 2, "{signed:?}");
    for row in &signed {
        assert_eq!(row["asset"]["mark"]["reason"], "no mark was asked for");
    }
    let reports = newsroom.lines(&["verify", "signed"]);
    let verdicts: Vec<&str> = reports.iter().map(|row| row["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["trusted", "trusted"]);
    for report in &reports {
        assert_eq!(
            (&report["ai_declared_anywhere"], &report["labels"]["source_type"]),
            (&json!(false), &Value::Null)
        );
    }
    // Signed again as a photograph, with its history and a mark.
    let args = [
        "sign",
        "signed/photo.png",
        "-o",
        "photo.png",
        "--source-type",
        "digitalCapture",
        "--mark",
    ];
    let marked = newsroom.json(&args, 0);
    assert!(marked["asset"]["mark"]["id"].is_string(), "{marked}");
    let report = newsroom.json(&["verify", "photo.png"], 0);
    assert_eq!(
        report["labels"]["source_type"],
        "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    );
    let unknown = newsroom.run(&["sign", "photo.png", "-o", "x.png", "--source-type", "photo"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(!newsroom.path("x.png").exists());
}

#[test]
fn a_rejected_text_is_never_published() {
    let newsroom = Newsroom::new();
    let author = newsroom.key("journalist", "ada");
    let editor = newsroom.key("editor", "grace");
    let server = newsroom.serve();
    let made = server.post(&author, "/v1/chat/completions", &chat(RIVER)).json();
    let asset = made["imprimatur"]["asset_id"].as_str().unwrap();
    let reject = json!({"decision": "reject", "reason": "misleading"});
    assert_eq!(server.post(&editor, &format!("/v1/reviews/{asset}"), &reject).status, 200);
    let answer = server.post(&editor, &format!("/v1/assets/{asset}/publish"), &json!({}));
    assert_eq!(code(&answer), (409, "not_approved".to_owned()));
    let state = server.get(&author, &format!("/v1/assets/{asset}/publish")).json();
    assert_eq!(state["state"], "rejected");
}

pub(crate) fn rendition(server: &Server, key: &str, parent: &str, file: &[u8]) -> Answer {
    let boundary = "----a-boundary-that-no-file-contains";
    let head = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"parent\"\r\n\r\n{parent}\r\n--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"small\"\r\n\r\n"
    );
    let body = [head.as_bytes(), file, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
    let kind = format!("multipart/form-data; boundary={boundary}");
    server.send(key, "/v1/renditions", &body, &kind)
}

/// A key can be made only while no server holds the log.
fn newsroom_key(newsroom: &Newsroom, server: Server) -> String {
    drop(server);
    newsroom.key_of("rival", "editor", "eve")
}

/// The value of a mark id in a URL: its eight bytes in base64, percent-encoded.
fn base64(id: &str) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let id = u64::from_str_radix(id, 16).unwrap();
    let padded = u128::from(id) << 2;
    (0..11)
        .rev()
        .map(|at| char::from(SIGNS[usize::try_from(padded >> (6 * at) & 63).unwrap()]))
        .collect()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
