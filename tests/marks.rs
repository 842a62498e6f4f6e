//! The mark alone: by whose key it is made, what is read of it, and what strangers hear.

use serde_json::{Value, json};

use crate::newsroom::Newsroom;

const ID: &str = "0123456789abcdef";

/// A picture of the starter model, with its key's mark and its asset.
fn picture(newsroom: &Newsroom, server: &crate::newsroom::Server, key: &str) -> Vec<u8> {
    let wish = json!({
        "model": "scenes-starter", "prompt": "a lighthouse on a clear day", "seed": 5,
        "response_format": "url",
    });
    let answer = server.post(key, "/v1/images/generations", &wish);
    assert_eq!(answer.status, 200, "{} in {}", answer.json(), newsroom.path(".").display());
    let asset = answer.json()["imprimatur"]["asset_id"].as_str().unwrap().to_owned();
    server.get(key, &format!("/v1/assets/{asset}/content")).bytes
}

/// A WAV file of so many seconds: a few voices and some noise.
pub(crate) fn sound(seconds: u32) -> Vec<u8> {
    const RATE: u32 = 44_100;
    let mut noise = 1_u64;
    let samples = (0..seconds * RATE).flat_map(|n| {
        let time = f64::from(n) / f64::from(RATE);
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let hiss = (noise >> 40) as f64 / f64::from(1 << 24) - 0.5;
        let voices: f64 = (1..=12)
            .map(|voice| {
                let pitch = 130.0 * f64::from(voice) * (1.0 + 0.02 * (time * 0.7).sin());
                (std::f64::consts::TAU * pitch * time).sin() / f64::from(voice)
            })
            .sum();
        let loudness = 0.6 + 0.4 * (time * 3.1).sin();
        let sample = (voices * loudness * 0.12 + hiss * 0.05) * f64::from(i16::MAX);
        (sample as i16).to_le_bytes()
    });
    let samples: Vec<u8> = samples.collect();
    let length = u32::try_from(samples.len()).unwrap();
    let fields: [&[u8]; 13] = [
        b"RIFF",
        &(36 + length).to_le_bytes(),
        b"WAVEfmt ",
        &16_u32.to_le_bytes(),
        &1_u16.to_le_bytes(),
        &1_u16.to_le_bytes(),
        &RATE.to_le_bytes(),
        &(2 * RATE).to_le_bytes(),
        &2_u16.to_le_bytes(),
        &16_u16.to_le_bytes(),
        b"data",
        &length.to_le_bytes(),
        &samples,
    ];
    fields.concat()
}

#[test]
fn marks_of_replaced_keys_are_read_and_a_tenant_can_have_its_own() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let first = picture(&newsroom, &newsroom.serve(), &key);
    newsroom.json(&["keys", "rotate", "--watermark"], 0);
    let rotated = newsroom.json(&["keys", "rotate", "--watermark", "--tenant", "press"], 0);
    assert_eq!(rotated["keys"], 3, "two in use, one that was replaced");
    let server = newsroom.serve();
    let second = picture(&newsroom, &server, &key);
    for bytes in [&first, &second] {
        let found = server.send(&key, "/v1/detect", bytes, "image/png").json();
        assert_eq!(found["found"], true, "{found}");
    }
    drop(server);
    // Without the tenant's key, its mark is no mark, and the installation's is still one.
    std::fs::remove_file(newsroom.path("keys/watermark/press/current.key")).unwrap();
    let server = newsroom.serve();
    let found = |bytes| server.send(&key, "/v1/detect", bytes, "image/png").json()["found"].clone();
    assert_eq!((found(&first), found(&second)), (json!(true), json!(false)));
}

#[test]
fn strangers_hear_little_of_a_mark_and_not_often() {
    let newsroom = Newsroom::new();
    let config = newsroom.path("imprimatur.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let limited = text.replace("checks_per_minute = 30", "checks_per_minute = 3");
    assert_ne!(limited, text);
    std::fs::write(&config, limited).unwrap();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let picture = picture(&newsroom, &server, &key);
    let known = server.send(&key, "/v1/detect", &picture, "image/png").json();
    assert!(known["confidence"]["bit_errors"].is_u64(), "{known}");
    assert!(known["confidence"]["p_value"].as_f64().unwrap() < 1e-20, "{known}");
    let coarse = server.send("", "/v1/detect", &picture, "image/png").json();
    assert_eq!((&coarse["found"], &coarse["id"]), (&known["found"], &known["id"]));
    assert_eq!(coarse["confidence"], json!({"p_value": 1e-6}), "a bound and nothing more");
    let mut stripped = image::load_from_memory(&picture).unwrap().to_rgb8();
    stripped.put_pixel(0, 0, image::Rgb([0, 0, 0]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    stripped.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let report = server.send("", "/v1/verify", bytes.get_ref(), "image/png").json();
    assert_eq!(report["mark"]["confidence"], json!({"p_value": 1e-6}), "{report}");
    assert_eq!(server.public_post("/v1/detect", b"A text.").status, 200);
    let refused = server.public_post("/v1/detect", b"A text.");
    assert_eq!(refused.status, 429, "one address has one share of both listeners");
    assert!(refused.header("retry-after").parse::<u32>().unwrap() <= 20);
    assert_eq!(refused.json()["error"]["code"], "rate_limit_exceeded");
    assert_eq!(server.send(&key, "/v1/detect", &picture, "image/png").status, 200);
}

#[test]
fn a_sound_is_marked_and_its_marked_part_found() {
    let newsroom = Newsroom::new();
    std::fs::write(newsroom.path("plain.wav"), sound(20)).unwrap();
    let embed = |input: &str, output: &str, exit: i32| {
        newsroom.run(&["watermark", "embed", input, output, "--id", ID]).status.code() == Some(exit)
    };
    assert!(embed("plain.wav", "marked.wav", 0));
    let detect = |name: &str, exit: i32| newsroom.json(&["watermark", "detect", name], exit);
    assert_eq!(detect("plain.wav", 1)["found"], false);
    let found = detect("marked.wav", 0);
    assert_eq!((found["id"].as_str(), &found["found"]), (Some(ID), &json!(true)));
    assert_eq!(found["algorithm"], "org.imprimatur.audio.1");
    assert!(found["confidence"]["p_value"].as_f64().unwrap() < 1e-6, "{found}");
    let heard = |name: &str| found["parts"][0][name].as_u64().unwrap();
    assert!(heard("from_ms") < 5_000 && heard("to_ms") > 15_000, "{found}");
    std::fs::write(newsroom.path("short.wav"), sound(1)).unwrap();
    assert!(embed("short.wav", "no.wav", 4), "too short to carry a mark");
    let short: Value = detect("short.wav", 1);
    assert_eq!((&short["found"], &short["decidable"]), (&json!(false), &json!(false)));
}

/// A video of so many frames with another system's mark: shapes that drift over a soft ground.
fn video(frames: u32) -> Vec<u8> {
    let key = watermark::WatermarkKey::new([9; 32]);
    let id = types::MarkId::from(7);
    let mut writer = watermark::video::Writer::new(&key, id, 640, 360, 25.0).unwrap();
    for frame in 0..frames {
        let drift = f64::from(frame) * 1.3;
        let pixels = (0..360_u32).flat_map(|y| {
            (0..640_u32).flat_map(move |x| {
                let (x, y) = (f64::from(x) + drift, f64::from(y));
                let ground = 90.0 + 40.0 * (x / 90.0).sin() * (y / 60.0).cos();
                let grain = 18.0 * ((x * 0.9).sin() * (y * 0.7 + x * 0.2).cos());
                let shape =
                    if (x as u32 / 70 + y as u32 / 55).is_multiple_of(3) { 45.0 } else { 0.0 };
                [0.9, 1.0, 1.1]
                    .map(|tint| ((ground + grain + shape) * tint).clamp(0.0, 255.0) as u8)
            })
        });
        writer.push(&pixels.collect::<Vec<u8>>()).unwrap();
    }
    writer.finish().unwrap()
}

#[test]
fn a_video_is_marked_and_found_by_its_mark() {
    let newsroom = Newsroom::new();
    std::fs::write(newsroom.path("plain.mp4"), video(50)).unwrap();
    let args = ["watermark", "embed", "plain.mp4", "marked.mp4", "--id", ID];
    assert_eq!(newsroom.json(&args, 0)["algorithm"], "org.imprimatur.video.1");
    assert_eq!(newsroom.json(&["watermark", "detect", "plain.mp4"], 1)["found"], false);
    let found = newsroom.json(&["watermark", "detect", "marked.mp4"], 0);
    assert_eq!((found["id"].as_str(), &found["found"]), (Some(ID), &json!(true)), "{found}");
    assert!(found["parts"][0]["to_ms"].as_u64().unwrap() <= 2_000, "{found}");
    std::fs::write(newsroom.path("cut.mp4"), &video(2)[..300]).unwrap();
    let cut = newsroom.run(&["watermark", "detect", "cut.mp4"]);
    assert_eq!(cut.status.code(), Some(4), "unreadable, not absent");
}

#[test]
fn a_written_text_takes_an_id_that_nobody_sees() {
    let newsroom = Newsroom::new();
    let sentence = "The council of Dresden has voted for the new bridge over the Elbe. ";
    std::fs::write(newsroom.path("plain.txt"), sentence.repeat(8)).unwrap();
    let args = ["watermark", "embed", "plain.txt", "marked.txt", "--id", ID];
    assert_eq!(newsroom.json(&args, 0)["algorithm"], "org.imprimatur.text.characters.1");
    let found = newsroom.json(&["watermark", "detect", "marked.txt"], 0);
    assert_eq!(found["id"].as_str(), Some(ID), "{found}");
    let marked = std::fs::read_to_string(newsroom.path("marked.txt")).unwrap();
    assert_eq!(watermark::text::characters::strip(&marked), sentence.repeat(8));
    let short = ["watermark", "embed", "short.txt", "no.txt", "--id", ID];
    std::fs::write(newsroom.path("short.txt"), sentence).unwrap();
    assert_eq!(newsroom.run(&short).status.code(), Some(4), "too few words");
}

/// The header tells of some hours of sound: it is signed all the same, and says why it has no mark.
#[test]
fn a_sound_that_is_too_long_for_a_mark_is_signed_without_one() {
    let newsroom = Newsroom::new();
    let mut flac = include_bytes!("../watermark/provenance/tests/samples/sound.flac").to_vec();
    // The last 36 bits of these 8 bytes are the number of samples (RFC 9639, section 8.2).
    let field: &mut [u8; 8] = (&mut flac[18..26]).try_into().unwrap();
    let shape = u64::from_be_bytes(*field) >> 36 << 36;
    *field = (shape | 1 << 29).to_be_bytes();
    std::fs::write(newsroom.path("long.flac"), flac).unwrap();
    let signed = newsroom.json(&["sign", "long.flac", "-o", "signed.flac", "--mark"], 0);
    assert_eq!(signed["asset"]["mark"]["reason"], "the sound is too long to be marked", "{signed}");
    assert_eq!(newsroom.json(&["verify", "signed.flac"], 0)["verdict"], "trusted");
}
