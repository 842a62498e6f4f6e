//! Every endpoint by which something made can leave.

use std::{thread, time::Duration};

use serde_json::{Value, json};

use super::client::{Client, Reader, Seen};

/// One way to ask.
pub(super) struct Row {
    /// As the table names it.
    pub(super) name: &'static str,
    /// Answers events.
    pub(super) is_stream: bool,
    /// Answers before the work is done.
    pub(super) is_job: bool,
    /// The rules can read what is made.
    pub(super) has_words: bool,
    /// Asks; the words are the person's.
    pub(super) call: fn(&Client, &str) -> Seen,
}

const fn row(name: &'static str, call: fn(&Client, &str) -> Seen) -> Row {
    Row { name, is_stream: false, is_job: false, has_words: true, call }
}

const fn stream(name: &'static str, call: fn(&Client, &str) -> Seen) -> Row {
    Row { is_stream: true, ..row(name, call) }
}

const fn drawn(name: &'static str, call: fn(&Client, &str) -> Seen) -> Row {
    Row { has_words: false, ..row(name, call) }
}

const fn job(name: &'static str, call: fn(&Client, &str) -> Seen) -> Row {
    Row { is_job: true, ..row(name, call) }
}

/// Texts.
pub(super) const TEXTS: &[Row] = &[
    row("`/v1/chat/completions`", |client, words| {
        client.post("/v1/chat/completions", &chat(words, false))
    }),
    stream("`/v1/chat/completions`, stream", |client, words| {
        client.post("/v1/chat/completions", &chat(words, true))
    }),
    row("`/v1/completions`", |client, words| {
        client.post("/v1/completions", &json!({"model": "writes", "prompt": words}))
    }),
    stream("`/v1/completions`, stream", |client, words| {
        let body = json!({"model": "writes", "prompt": words, "stream": true});
        client.post("/v1/completions", &body)
    }),
    row("`/v1/responses`", |client, words| {
        client.post("/v1/responses", &json!({"model": "writes", "input": words}))
    }),
    stream("`/v1/responses`, stream", |client, words| {
        client.post("/v1/responses", &json!({"model": "writes", "input": words, "stream": true}))
    }),
    row("`/v1/assist/suggest`", |client, words| {
        client.post("/v1/assist/suggest", &json!({"text": words, "model": "writes"}))
    }),
];

/// Pictures.
pub(super) const PICTURES: &[Row] = &[
    drawn("`/v1/images/generations`", |client, words| {
        let body = json!({"model": "draws", "prompt": words, "size": "256x256"});
        client.post("/v1/images/generations", &body)
    }),
    drawn("`/v1/images/edits`", |client, words| {
        let (image, mask) = (photo(), mask());
        let fields: [(&str, &[u8]); 4] = [
            ("@image", &image),
            ("@mask", &mask),
            ("prompt", words.as_bytes()),
            ("model", b"fills"),
        ];
        client.form("/v1/images/edits", &fields)
    }),
    drawn("`/v1/images/variations`", |client, _| {
        client.form("/v1/images/variations", &[("@image", &photo()), ("model", b"varies")])
    }),
];

/// Sounds.
pub(super) const SOUNDS: &[Row] = &[
    row("`/v1/audio/speech`", |client, words| {
        let body = json!({"model": "speaks", "input": words, "response_format": "wav"});
        client.post("/v1/audio/speech", &body)
    }),
    stream("`/v1/audio/speech`, `sse`", |client, words| {
        let body = json!({"model": "speaks", "input": words, "response_format": "wav",
            "stream_format": "sse"});
        client.post("/v1/audio/speech", &body)
    }),
    row("`/v1/audio/transcriptions`", |client, words| {
        let fields: [(&str, &[u8]); 3] =
            [("@file", &sound()), ("model", b"hears"), ("prompt", words.as_bytes())];
        client.form("/v1/audio/transcriptions", &fields)
    }),
    row("`/v1/audio/translations`", |client, words| {
        let fields: [(&str, &[u8]); 3] =
            [("@file", &sound()), ("model", b"hears"), ("prompt", words.as_bytes())];
        client.form("/v1/audio/translations", &fields)
    }),
];

/// What takes long, and what lives on.
pub(super) const WORKS: &[Row] = &[
    job("`/v1/videos`", |client, words| {
        let body = json!({"prompt": words, "task": "effects", "size": "320x180", "seconds": "1",
            "model": "film", "captions": false});
        let begun = client.post("/v1/videos", &body);
        ended(client, begun, "/v1/videos", "/content")
    }),
    row("`/v1/sessions`", |client, words| {
        client.post("/v1/sessions", &json!({"kind": "scene", "prompt": words, "seed": 1}))
    }),
];

/// What a job comes to, with all that was read on the way.
fn ended(client: &Client, begun: Seen, path: &str, file: &str) -> Seen {
    let id = begun.json()["id"].as_str().map(str::to_owned);
    let Some(id) = id.filter(|_| client.reader != Reader::Leaves) else { return begun };
    for _ in 0..600 {
        let told = client.get(&format!("{path}/{id}"));
        let state = told.json()["status"].as_str().unwrap_or_default().to_owned();
        if state == "completed" || state == "failed" {
            let mut all = client.get(&format!("{path}/{id}{file}"));
            if all.status == 404 {
                // What became of it stands in the job.
                all.status = status_of(&told.json());
            }
            all.bytes.extend(&told.bytes);
            return all;
        }
        thread::sleep(Duration::from_millis(30));
    }
    panic!("the job does not end");
}

fn status_of(job: &Value) -> u16 {
    match job["error"]["code"].as_str() {
        Some("content_policy_violation") => 400,
        _ => 503,
    }
}

fn chat(words: &str, stream: bool) -> Value {
    let messages = json!([{"role": "user", "content": words}]);
    json!({"model": "writes", "messages": messages, "stream": stream})
}

/// As large as what the test's model draws.
const SIDE: u32 = 256;

/// A picture.
fn photo() -> Vec<u8> {
    let picture = image::RgbImage::from_fn(SIDE, SIDE, |x, y| {
        image::Rgb([(x / 2 + 60) as u8, (y / 2 + 60) as u8, 90])
    });
    png(&picture.into())
}

/// The left half is to be made anew.
fn mask() -> Vec<u8> {
    let picture = image::RgbaImage::from_fn(SIDE, SIDE, |x, _| {
        image::Rgba([0, 0, 0, if x < SIDE / 2 { 0 } else { 255 }])
    });
    png(&picture.into())
}

fn png(picture: &image::DynamicImage) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

/// A second of a tone.
fn sound() -> Vec<u8> {
    let rate = 16_000_u32;
    let samples = (0..rate).map(|place| ((f64::from(place) * 0.1).sin() * 9000.0) as i16);
    let data: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let size = data.len() as u32;
    let head: Vec<Vec<u8>> = vec![
        b"RIFF".to_vec(),
        (36 + size).to_le_bytes().to_vec(),
        b"WAVEfmt ".to_vec(),
        16_u32.to_le_bytes().to_vec(),
        1_u16.to_le_bytes().to_vec(),
        1_u16.to_le_bytes().to_vec(),
        rate.to_le_bytes().to_vec(),
        (rate * 2).to_le_bytes().to_vec(),
        2_u16.to_le_bytes().to_vec(),
        16_u16.to_le_bytes().to_vec(),
        b"data".to_vec(),
        size.to_le_bytes().to_vec(),
    ];
    [head.concat(), data].concat()
}
