//! Sounds are written down and texts translated: by tiny networks whose numbers are random, so that what
//! is tested is the line and not the words.

use serde_json::{Value, json};

use crate::newsroom::{Newsroom, Server};

const BULLETIN: &str = "The river rose on Monday. Officials expect more rain in the evening.";

/// A newsroom with a recogniser and a translator.
fn newsroom() -> Newsroom {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../generators/tests/golden");
    Newsroom::with(&format!(
        "[generators.ears]\nkind = \"whisper\"\npath = \"{golden}/whisper\"\n\
         [generators.words]\nkind = \"marian\"\npath = \"{golden}/marian\"\n"
    ))
}

fn form(fields: &[(&str, &[u8])]) -> (Vec<u8>, &'static str) {
    let mut body = Vec::new();
    for (name, content) in fields {
        let file = if *name == "file" { "; filename=\"said.wav\"" } else { "" };
        let head = format!(
            "--a-boundary\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n"
        );
        body.extend([head.as_bytes(), content, b"\r\n"].concat());
    }
    body.extend(b"--a-boundary--\r\n");
    (body, "multipart/form-data; boundary=a-boundary")
}

fn spoken(server: &Server, key: &str) -> Vec<u8> {
    let body = json!({"input": BULLETIN, "response_format": "wav"});
    server.post(key, "/v1/audio/speech", &body).bytes
}

#[test]
fn a_transcript_comes_in_every_form_and_names_its_sound() {
    let newsroom = newsroom();
    let key = newsroom.key("editor", "ada");
    let server = newsroom.serve();
    let sound = spoken(&server, &key);
    let ask = |path: &str, more: &[(&str, &[u8])]| {
        let (body, kind) =
            form(&[&[("file", sound.as_slice()), ("model", b"whisper-1")], more].concat());
        server.send(&key, path, &body, kind)
    };
    let plain = ask("/v1/audio/transcriptions", &[]);
    assert_eq!(plain.status, 200, "{}", plain.json());
    let told = plain.json();
    assert!(told["text"].is_string(), "{told}");
    assert!(
        told["imprimatur"]["mark"]["reason"].as_str().unwrap().contains("transcript"),
        "{told}"
    );
    // What people said owes no label that a machine wrote it.
    assert!(told["imprimatur"]["labels"]["due"].is_null(), "{told}");
    let manifest = told["imprimatur"]["manifest_url"].as_str().unwrap();
    let manifest = server.get(&key, manifest).bytes;
    assert!(manifest.windows(5).any(|bytes| bytes == b"sound"));

    let verbose = ask(
        "/v1/audio/transcriptions",
        &[
            ("response_format", b"verbose_json"),
            ("timestamp_granularities[]", b"segment"),
            ("language", b"en"),
        ],
    );
    let told = verbose.json();
    assert_eq!((verbose.status, &told["task"]), (200, &json!("transcribe")), "{told}");
    assert!(told["segments"].is_array() && told["duration"].as_f64().unwrap() > 2.0, "{told}");
    for (format, kind) in
        [("srt", "application/x-subrip"), ("vtt", "text/vtt"), ("text", "text/plain")]
    {
        let answer = ask("/v1/audio/transcriptions", &[("response_format", format.as_bytes())]);
        assert_eq!(answer.status, 200, "{format}");
        assert!(answer.header("content-type").starts_with(kind), "{format}");
    }
    let english = ask("/v1/audio/translations", &[("response_format", b"verbose_json")]);
    assert_eq!(english.json()["task"], "translate", "{}", english.json());

    for (name, value, param) in [
        ("response_format", "xml", "response_format"),
        ("temperature", "7", "temperature"),
        ("timestamp_granularities[]", "letter", "timestamp_granularities"),
        ("key", "x", "key"),
    ] {
        let answer = ask("/v1/audio/transcriptions", &[(name, value.as_bytes())]);
        assert_eq!((answer.status, answer.json()["error"]["param"].as_str()), (400, Some(param)));
    }
    let (body, kind) = form(&[("file", b"no sound at all")]);
    let broken = server.send(&key, "/v1/audio/transcriptions", &body, kind);
    assert_eq!(broken.status, 400, "{}", broken.json());
}

#[test]
fn a_sound_is_translated_step_by_step_and_said_again() {
    let newsroom = newsroom();
    newsroom.json(&["generate", "speech", BULLETIN, "-o", "said.wav"], 0);
    let heard = newsroom.json(&["transcribe", "said.wav"], 0);
    assert!(heard["transcript"]["segments"].is_array(), "{heard}");
    let text = newsroom.json(&["translate", BULLETIN, "--to", "zh"], 0);
    assert_eq!((&text["outcome"], &text["heard"]), (&json!("released"), &Value::Null), "{text}");
    assert!(text["asset"]["mark"]["reason"].as_str().unwrap().contains("translation"), "{text}");

    let missing = Newsroom::new().run(&["translate", BULLETIN, "--to", "zh"]);
    let said = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(!missing.status.success() && said.contains("models add"), "{said}");
}
