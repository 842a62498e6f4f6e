//! What systems that publish take with an asset: file, sidecar, and what IPTC's formats say of it.

use std::process::Command;

use serde_json::{Value, json};
use types::Sha256;

use crate::{
    external::{said, wanted},
    newsroom::{Answer, Newsroom, RIVER, Server, chat},
};

const MADE: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

/// A picture; its id.
fn draw(server: &Server, key: &str) -> String {
    let wish = json!({"model": "scenes-starter", "prompt": "a <harbour> & a pier", "seed": 5});
    let answer = server.post(key, "/v1/images/generations", &wish);
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()["imprimatur"]["asset_id"].as_str().unwrap().to_owned()
}

/// What lies at an address of the package, with the digest that it states.
fn fetched(server: &Server, key: &str, part: &Value) -> Answer {
    let answer = server.get(key, part["href"].as_str().unwrap());
    assert_eq!(answer.status, 200, "{part}");
    let kind = answer.header("content-type").to_owned();
    assert!(kind.starts_with(part["content_type"].as_str().unwrap()), "{kind}: {part}");
    if let Some(sha256) = part["sha256"].as_str() {
        assert_eq!(Sha256::of(&answer.bytes).to_string(), sha256, "{part}");
    }
    answer
}

#[test]
fn a_publishing_system_takes_everything_from_one_answer() {
    let newsroom = Newsroom::new();
    let author = newsroom.key("editor", "ada");
    let rival = newsroom.key_of("rival", "editor", "eve");
    let server = newsroom.serve();
    let asset = draw(&server, &author);
    let at = format!("/v1/assets/{asset}/publish");
    let answer = server.get(&author, &at);
    let told = answer.json();
    assert_eq!((answer.status, &told["state"]), (200, &json!("released")), "{told}");
    let link = format!("</v1/assets/{asset}/manifest>; rel=\"c2pa-manifest\"");
    assert_eq!(answer.header("link"), link);
    let content = fetched(&server, &author, &told["content"]);
    assert_eq!(content.header("link"), link);
    fetched(&server, &author, &told["sidecar"]);
    let newsml = fetched(&server, &author, &told["newsml"]);
    let xmp = fetched(&server, &author, &told["xmp"]);
    let item = server.get(&author, &format!("/v1/assets/{asset}/ninjs")).json();
    assert_eq!(item, told["ninjs"]);
    assert_eq!(item["digitalSourceType"]["uri"], MADE, "{item}");
    assert_eq!(item["renditions"][0]["hash"]["value"], told["content"]["sha256"]);
    assert_eq!(item["pubStatus"], "withheld", "nobody has published it");
    for packet in [&newsml, &xmp] {
        let text = String::from_utf8(packet.bytes.clone()).unwrap();
        assert!(text.contains(MADE), "{text}");
    }
    assert_eq!(server.get(&rival, &at).status, 404, "another house's");
    for file in ["ninjs", "newsml", "xmp"] {
        assert_eq!(server.get(&rival, &format!("/v1/assets/{asset}/{file}")).status, 404);
    }

    // What is only text has its manifest beside it or in it, and the same package.
    let text = server.post(&author, "/v1/chat/completions", &chat(RIVER)).json();
    let text = text["imprimatur"]["asset_id"].as_str().unwrap();
    let told = server.get(&author, &format!("/v1/assets/{text}/publish")).json();
    assert_eq!(told["ninjs"]["type"], "text", "{told}");
    fetched(&server, &author, &told["content"]);

    if wanted("exiftool and Python's parser of XML") {
        let item = newsroom.path("picture.xml");
        std::fs::write(&item, &newsml.bytes).unwrap();
        let parse = "import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])";
        let output = Command::new("python3").args(["-c", parse]).arg(item).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        let (file, beside) = (newsroom.path("picture.png"), newsroom.path("picture.xmp"));
        std::fs::write(&file, &content.bytes).unwrap();
        std::fs::write(&beside, &xmp.bytes).unwrap();
        for path in [file, beside] {
            let output = Command::new("exiftool").arg("-DigitalSourceType").arg(path).output();
            assert!(said(output.as_ref().unwrap()).contains("trainedAlgorithmicMedia"));
        }
    }
}

/// A photograph that somebody has brought is not declared to be anything.
#[test]
fn nothing_is_said_of_what_nobody_has_told_us() {
    let newsroom = Newsroom::new();
    let photo = image::RgbImage::from_fn(96, 96, |x, y| image::Rgb([x as u8, y as u8, 90]));
    photo.save(newsroom.path("photo.png")).unwrap();
    let plain = newsroom.json(&["sign", "photo.png", "-o", "plain.png"], 0);
    let stated = ["sign", "photo.png", "-o", "stated.png", "--source-type", "digitalCapture"];
    let stated = newsroom.json(&stated, 0);
    let key = newsroom.key_of("local", "editor", "ivy");
    let server = newsroom.serve();
    let item = |made: &Value| {
        let id = made["asset"]["id"].as_str().unwrap();
        server.get(&key, &format!("/v1/assets/{id}/ninjs")).json()
    };
    assert_eq!(item(&plain)["digitalSourceType"], Value::Null, "{}", item(&plain));
    let uri = item(&stated)["digitalSourceType"]["uri"].clone();
    assert!(uri.as_str().unwrap().ends_with("/digitalCapture"), "{uri}");
}
