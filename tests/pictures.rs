//! Pictures in, pictures out: repair, filling, style, try-on, enlargement and variation through the line.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma, Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use serde_json::{Value, json};

use crate::newsroom::{Answer, Newsroom, Server};

/// A form with a file or a text in each field.
fn form(fields: &[(&str, &[u8])]) -> (Vec<u8>, String) {
    let boundary = "----a-boundary-that-no-file-contains";
    let mut body = Vec::new();
    for (name, content) in fields {
        let is_file = ["image", "mask", "style", "garment"].contains(name);
        let file = if is_file { "; filename=\"picture\"" } else { "" };
        let head = format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n"
        );
        body.extend([head.as_bytes(), content, b"\r\n"].concat());
    }
    body.extend(format!("--{boundary}--\r\n").as_bytes());
    (body, format!("multipart/form-data; boundary={boundary}"))
}

fn ask(server: &Server, key: &str, path: &str, fields: &[(&str, &[u8])]) -> Answer {
    let (body, kind) = form(fields);
    server.send(key, &format!("/v1/images/{path}"), &body, &kind)
}

fn png(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Something with edges, colours and fine structure, as photographs have.
fn scene(width: u32, height: u32, warmth: u8) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave = ((f64::from(x) * 0.11).sin() + (f64::from(y) * 0.07).cos()) * 30.0;
        let grain = f64::from((x * 37 + y * 91) % 17);
        let house = x > width / 3 && x < width / 2 && y > height / 2;
        let base = if house { 60.0 } else { 130.0 };
        let value = (base + wave + grain) as u8;
        Rgb([value.saturating_add(warmth), value, value.saturating_sub(warmth)])
    })
}

/// White in the middle.
fn middle(width: u32, height: u32) -> Vec<u8> {
    let inside = |x, y| x > width / 4 && x < width / 2 && y > height / 4 && y < height / 2;
    let mask = GrayImage::from_fn(width, height, |x, y| Luma([if inside(x, y) { 255 } else { 0 }]));
    let mut bytes = Cursor::new(Vec::new());
    mask.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// As the world passes pictures on: JPEG of quality 60, no metadata.
fn stripped(bytes: &[u8]) -> Vec<u8> {
    let picture = image::load_from_memory(bytes).unwrap().to_rgb8();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(Cursor::new(&mut jpeg), 60).encode_image(&picture).unwrap();
    jpeg
}

fn content(server: &Server, key: &str, answer: &Answer) -> (String, Vec<u8>) {
    assert_eq!(answer.status, 200, "{}", answer.json());
    let asset = answer.json()["imprimatur"]["asset_id"].as_str().unwrap().to_owned();
    let bytes = server.get(key, &format!("/v1/assets/{asset}/content")).bytes;
    (asset, bytes)
}

fn code(answer: &Answer) -> (u16, String, String) {
    let error = answer.json()["error"].clone();
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (answer.status, text("param"), text("message"))
}

/// The relationships of what the active manifest names as its ingredients, sorted.
fn ingredients(report: &Value) -> Vec<&str> {
    let tree = report["ingredients"].as_array().unwrap();
    let mut found: Vec<&str> =
        tree.iter().map(|row| row["relationship"].as_str().unwrap()).collect();
    found.sort_unstable();
    found
}

#[test]
fn every_task_comes_out_trusted_marked_and_with_what_it_was_made_of() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("editor", "ada");
    let server = newsroom.serve();
    let (photo, other) = (png(&scene(560, 420, 10)), png(&scene(300, 300, 60)));
    let mask = middle(560, 420);
    let url = ("response_format", b"url".as_slice());
    type Row<'a> = (&'a str, Vec<(&'a str, &'a [u8])>, &'a [&'a str], &'a str);
    let rows: [Row<'_>; 6] = [
        ("restore", vec![], &["parentOf"], "algorithmicallyEnhanced"),
        ("inpaint", vec![("mask", &mask)], &["inputTo", "parentOf"], "algorithmicallyEnhanced"),
        ("style", vec![("style", &other)], &["inputTo", "parentOf"], "algorithmicallyEnhanced"),
        (
            "try-on",
            vec![
                ("mask", &mask),
                ("garment", &other),
                ("garment_mask", &[]),
                ("consent", b"file 7"),
            ],
            &["inputTo", "inputTo", "inputTo", "parentOf"],
            "composite",
        ),
        ("upscale", vec![], &["parentOf"], "algorithmicallyEnhanced"),
        ("vary", vec![], &["parentOf"], "algorithmicallyEnhanced"),
    ];
    let garment_mask = middle(300, 300);
    for (task, more, relationships, source) in rows {
        let mut fields = vec![("image", photo.as_slice()), ("task", task.as_bytes()), url];
        fields.extend(more.iter().map(|(name, bytes)| match *name {
            "garment_mask" => (*name, garment_mask.as_slice()),
            _ => (*name, *bytes),
        }));
        let (asset, made) = content(&server, &key, &ask(&server, &key, "edits", &fields));
        let report = server.public_post("/v1/verify", &made).json();
        assert_eq!(report["verdict"], "trusted", "{task}: {report}");
        assert_eq!(ingredients(&report), relationships, "{task}: {report}");
        assert!(report.to_string().contains(source), "{task}: {report}");
        assert_eq!(report["ai_declared_active"], false, "{task}");
        let found = server.send(&key, "/v1/detect", &stripped(&made), "image/jpeg").json();
        assert_eq!(found["found"], true, "{task}: {found}");
        let entry = server.get(&key, &format!("/v1/assets/{asset}")).json();
        assert_eq!(found["id"], entry["mark"]["id"], "{task}: {found} {entry}");
    }
}

#[test]
fn what_openai_clients_send_is_understood() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("editor", "ada");
    let server = newsroom.serve();
    let photo = png(&scene(320, 240, 20));
    // A hole in the picture says where to change it; without one it is varied.
    let mut holed = image::load_from_memory(&photo).unwrap().to_rgba8();
    for (x, y, pixel) in holed.enumerate_pixels_mut() {
        pixel.0[3] = if (100..180).contains(&x) && (60..120).contains(&y) { 0 } else { 255 };
    }
    let mut bytes = Cursor::new(Vec::new());
    holed.write_to(&mut bytes, ImageFormat::Png).unwrap();
    let holed = bytes.into_inner();
    let prompt = ("prompt", b"a lawn".as_slice());
    let filled = ask(&server, &key, "edits", &[("image", &holed), prompt]).json();
    let warned = filled["imprimatur"]["warnings"].to_string();
    assert!(warned.contains("prompt was not read"), "{filled}");
    let varied = ask(&server, &key, "variations", &[("image", &photo), ("n", b"2")]).json();
    let pictures = varied["data"].as_array().unwrap();
    assert_eq!(pictures.len(), 2);
    assert_ne!(pictures[0]["b64_json"], pictures[1]["b64_json"]);
}

#[test]
fn nobody_is_dressed_without_their_consent_and_what_was_asked_is_on_record() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("editor", "ada");
    let server = newsroom.serve();
    let (person, garment) = (png(&scene(200, 200, 10)), png(&scene(120, 120, 70)));
    let mask = middle(200, 200);
    let fields = [
        ("image", person.as_slice()),
        ("mask", &mask),
        ("garment", &garment),
        ("task", b"try-on"),
        ("consent", b" "),
    ];
    let answer = ask(&server, &key, "edits", &fields);
    assert_eq!(answer.json()["error"]["code"], "likeness_consent", "{}", answer.json());
    let [image, mask, garment, task, _] = fields;
    let agreed =
        [image, mask, garment, task, ("consent", b"model release 7, Ada Byron".as_slice())];
    let _ = ask(&server, &key, "edits", &agreed);
    drop(server);
    let records = newsroom.lines(&["audit", "tail", "-n", "20"]);
    let told = records.iter().map(Value::to_string).collect::<String>();
    assert!(told.contains("likeness_consent") && !told.contains("Byron"), "{told}");
    let mut inputs = records.iter().filter(|record| record.to_string().contains("\"inputs\""));
    let (first, second) = (sha256(&person), sha256(&garment_file(&agreed)));
    let last = inputs.next_back().unwrap().to_string();
    assert!(
        last.contains(&first) && last.contains(&second) && last.contains("\"consent\""),
        "{last}"
    );
}

fn garment_file(fields: &[(&str, &[u8])]) -> Vec<u8> {
    fields.iter().find(|(name, _)| *name == "garment").unwrap().1.to_vec()
}

fn sha256(bytes: &[u8]) -> String {
    types::Sha256::of(bytes).to_string()
}

#[test]
fn pictures_that_cannot_be_used_are_named() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("editor", "ada");
    let server = newsroom.serve();
    let photo = png(&scene(64, 48, 0));
    let (small, mask) = (middle(48, 48), middle(64, 48));
    type Row<'a> = (Vec<(&'a str, &'a [u8])>, &'a str, &'a str);
    let rows: [Row<'_>; 7] = [
        (vec![("image", &photo), ("mask", &small)], "mask", "64x48"),
        (vec![("mask", &mask), ("prompt", b"x")], "image", "missing"),
        (vec![("image", &photo[..60])], "image", "cannot be read"),
        (vec![("image", &photo), ("task", b"paint")], "task", "known are"),
        (vec![("image", &photo), ("task", b"style")], "style", "missing"),
        (vec![("image", &photo), ("task", b"upscale"), ("factor", b"9")], "factor", "2, 3 or 4"),
        (vec![("image", &photo), ("brush", b"1")], "brush", "no field"),
    ];
    for (fields, param, said) in rows {
        let (status, at, message) = code(&ask(&server, &key, "edits", &fields));
        assert_eq!((status, at.as_str()), (400, param), "{message}");
        assert!(message.contains(said), "{message}");
    }
    // A model that only draws does not repair.
    let fields = [("image", photo.as_slice()), ("task", b"restore"), ("model", b"scenes-starter")];
    let (status, at, message) = code(&ask(&server, &key, "edits", &fields));
    assert_eq!((status, at.as_str()), (400, "model"), "{message}");
    let empty = json!({"prompt": "a harbour", "negative_prompt": "boats", "guidance_scale": 99});
    let (status, at, _) = code(&server.post(&key, "/v1/images/generations", &empty));
    assert_eq!((status, at.as_str()), (400, "guidance_scale"));
}

#[test]
fn known_pictures_are_stopped_on_their_way_in_and_out() {
    let newsroom = Newsroom::with(
        "\n[[policy.picture_lists]]\npath = \"known.txt\"\ncategory = \"violence/graphic\"\naction = \"block\"\n",
    );
    std::fs::write(newsroom.path("known.txt"), "# none yet\n").unwrap();
    std::fs::write(newsroom.path("photo.png"), png(&scene(320, 240, 10))).unwrap();
    let judged = newsroom.json(&["moderate", "photo.png"], 0);
    let print = judged["fingerprint"].as_str().unwrap().to_owned();
    newsroom.json(
        &["generate", "image", "--task", "upscale", "--input", "photo.png", "-o", "a.png"],
        0,
    );

    std::fs::write(newsroom.path("known.txt"), format!("{print} seized in May\n")).unwrap();
    assert_eq!(newsroom.json(&["moderate", "photo.png"], 1)["action"], "block");
    // A smaller JPEG of it is the same picture.
    let copy = stripped(&std::fs::read(newsroom.path("photo.png")).unwrap());
    std::fs::write(newsroom.path("copy.jpg"), copy).unwrap();
    let refused = newsroom
        .json(&["generate", "image", "--task", "vary", "--input", "copy.jpg", "-o", "b.png"], 1);
    assert_eq!(refused["outcome"], "refused", "{refused}");
    assert_eq!(refused["decision"]["findings"][0]["rule"], "picture-list/known");

    // What a model draws is looked at, too.
    newsroom.json(&["generate", "image", "a harbour at dawn", "--seed", "3", "-o", "h.png"], 0);
    let drawn =
        newsroom.json(&["moderate", "h.png"], 0)["fingerprint"].as_str().unwrap().to_owned();
    std::fs::write(newsroom.path("known.txt"), drawn).unwrap();
    let again = ["generate", "image", "a harbour at dawn", "--seed", "3", "-o", "h2.png"];
    assert_eq!(newsroom.json(&again, 1)["outcome"], "refused");
    assert!(!newsroom.path("h2.png").exists());
    std::fs::write(newsroom.path("known.txt"), "no fingerprint\n").unwrap();
    let output = newsroom.run(&["generate", "image", "a harbour at dawn"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("line 1 of the picture list"), "{said}");
}

#[test]
fn the_command_line_does_the_same_and_a_derived_picture_stays_declared() {
    let newsroom = Newsroom::new();
    std::fs::write(newsroom.path("photo.png"), png(&scene(256, 192, 10))).unwrap();
    std::fs::write(newsroom.path("mask.png"), middle(256, 192)).unwrap();
    let filled = ["generate", "image", "--input", "photo.png", "--mask", "mask.png", "-o", "a.png"];
    let report = newsroom.json(&filled, 0);
    assert_eq!(report["outcome"], "released", "{report}");
    assert_eq!(report["labels"].get("due"), None, "a repaired photo owes no label: {report}");
    assert_eq!(newsroom.json(&["verify", "a.png"], 0)["ai_declared_active"], false);

    // What a model drew stays declared when rules enlarge it, and owes its label still.
    newsroom.json(&["generate", "image", "a harbour at dawn", "--seed", "3", "-o", "h.png"], 0);
    let larger = [
        "generate", "image", "--task", "upscale", "--input", "h.png", "--factor", "2", "-o",
        "l.png",
    ];
    let report = newsroom.json(&larger, 0);
    assert!(report["labels"].get("due").is_some(), "{report}");
    let verified = newsroom.json(&["verify", "l.png"], 0);
    assert_eq!(verified["ai_declared_anywhere"], true, "{verified}");
    let size = image::image_dimensions(newsroom.path("l.png")).unwrap();
    assert_eq!(size, (1024, 1024));

    // The mark of the picture that it was made of is there still, and no other blurs it.
    let copy = stripped(&std::fs::read(newsroom.path("l.png")).unwrap());
    std::fs::write(newsroom.path("copy.jpg"), copy).unwrap();
    let found = newsroom.json(&["watermark", "detect", "copy.jpg"], 0);
    assert_eq!(found["id"], report["asset"]["mark"]["id"], "{found} {report}");

    let output = newsroom.run(&["generate", "image", "--task", "restore"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("`source` is missing"), "{said}");
}
