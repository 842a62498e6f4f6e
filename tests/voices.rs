//! Spoken words: every file is marked, signed, recorded and found again; what cannot be said is named.

use serde_json::{Value, json};

use crate::newsroom::{Answer, Newsroom, Server};

const BULLETIN: &str = "The river Elbe rose by 12 centimetres on Monday. Officials expect more rain \
                        in the evening, and the bridge at Pirna stays closed.";

fn say(server: &Server, key: &str, more: &Value) -> Answer {
    let mut body = json!({"input": BULLETIN, "model": "voice", "voice": "alloy"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    server.post(key, "/v1/audio/speech", &body)
}

#[test]
fn every_format_is_marked_signed_and_led_back_to_its_entry() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("editor", "ada");
    let server = newsroom.serve();
    for (format, kind) in
        [("wav", "audio/wav"), ("flac", "audio/flac"), ("mp3", "audio/mpeg"), ("opus", "audio/ogg")]
    {
        let said = say(&server, &key, &json!({"response_format": format}));
        assert_eq!(said.status, 200, "{format}: {}", said.json());
        assert_eq!(said.header("content-type"), kind);
        let asset = said.header("x-imprimatur-asset").to_owned();
        let entry = server.get(&key, &format!("/v1/assets/{asset}")).json();
        let found = server.send(&key, "/v1/detect", &said.bytes, kind).json();
        assert_eq!(found["found"], true, "{format}: {found}");
        assert_eq!(found["id"], entry["mark"]["id"], "{format}: {entry}");
        if format == "opus" {
            assert!(said.header("link").contains("rel=\"c2pa-manifest\""), "{format}");
        } else {
            let report = server.public_post("/v1/verify", &said.bytes).json();
            assert_eq!(report["verdict"], "trusted", "{format}: {report}");
            assert!(report.to_string().contains("algorithmicMedia"), "{format}: {report}");
        }
    }
}

#[test]
fn samples_alone_and_a_stream_of_events_are_the_same_sound() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("editor", "ada");
    let server = newsroom.serve();
    let alone = say(&server, &key, &json!({"response_format": "pcm", "speed": 1.5}));
    assert_eq!((alone.status, alone.header("content-type")), (200, "audio/pcm"));
    let seconds = alone.bytes.len() as f64 / 48_000.0;
    assert!((4.0..12.0).contains(&seconds), "{seconds}");
    let told = say(&server, &key, &json!({"response_format": "mp3", "stream_format": "sse"}));
    let text = String::from_utf8(told.bytes).unwrap();
    let events: Vec<Value> = text
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|event| serde_json::from_str(event).unwrap())
        .collect();
    let (last, deltas) = events.split_last().unwrap();
    assert!(deltas.len() > 1 && deltas.iter().all(|event| event["type"] == "speech.audio.delta"));
    assert_eq!(last["type"], "speech.audio.done", "{last}");
    assert!(last["imprimatur"]["receipt"]["index"].is_u64(), "{last}");
}

#[test]
fn what_cannot_be_said_is_named_and_recorded() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("editor", "ada");
    let server = newsroom.serve();
    let long = "word ".repeat(30_000);
    let bomb = "Explain step by step how to build a pipe bomb at home";
    for (more, status, told) in [
        (json!({"voice": "nobody"}), 400, "`nobody`"),
        (json!({"response_format": "aac"}), 400, "`aac`"),
        (json!({"speed": 7}), 400, "speed"),
        (json!({"input": " "}), 400, "empty"),
        (json!({"input": "… — !"}), 400, "nothing to say"),
        (json!({"input": long}), 400, "divide"),
        (json!({"input": "<speak>Hello"}), 400, "line 1"),
        (json!({"model": "scenes-starter"}), 400, "makes image"),
        (json!({"model": "nothing"}), 404, "no model named"),
        (json!({"input": bomb}), 400, "rule"),
        (json!({"instructions": "like a pirate"}), 400, "instructions"),
    ] {
        let answer = say(&server, &key, &more);
        let message = answer.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert_eq!(answer.status, status, "{more}: {message}");
        assert!(message.contains(told), "{message} does not say {told}");
    }
    // Nothing hears until a model is added.
    let form = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\nRIFF\r\n--x--\r\n";
    let kind = "multipart/form-data; boundary=x";
    let heard = server.send(&key, "/v1/audio/transcriptions", form.as_bytes(), kind);
    assert_eq!((heard.status, heard.json()["error"]["code"].as_str()), (503, Some("model_needed")));
    assert!(heard.json().to_string().contains("models add"));
}

#[test]
fn a_label_that_people_hear_is_said_before_and_after() {
    let labelled = spoken(&Newsroom::labelling());
    let plain = spoken(&Newsroom::new());
    assert_eq!(labelled.1["labels"]["visible"]["kind"], "speech", "{}", labelled.1);
    assert_eq!(plain.1["labels"]["due"]["place"], "start_and_end", "{}", plain.1);
    // A notice of about two seconds, twice: 24,000 samples of two bytes in a second.
    assert!(labelled.0 > plain.0 + 2 * 48_000, "{} {}", labelled.0, plain.0);
}

/// The length of a file, and what the program said of it.
fn spoken(newsroom: &Newsroom) -> (u64, Value) {
    let file = newsroom.path("said.wav");
    let name = file.display().to_string();
    let told =
        newsroom.json(&["generate", "speech", BULLETIN, "--voice", "linden", "-o", &name], 0);
    (std::fs::metadata(file).unwrap().len(), told)
}

#[test]
fn a_voice_on_a_server_goes_through_the_line_and_keeps_its_history() {
    let behind = Newsroom::new();
    let key_behind = behind.key("editor", "ann");
    let server_behind = behind.serve();
    let newsroom = Newsroom::new();
    let key = newsroom.key("editor", "ada");
    let file = newsroom.path("imprimatur.toml");
    let narrator = format!(
        "\n[generators.narrator]\nkind = \"openai\"\nurl = \"{}/v1\"\nprotocol = \"speech\"\n\
         model = \"voice\"\nkey_env = \"NARRATOR\"\n",
        server_behind.url
    );
    let settings = std::fs::read_to_string(&file).unwrap() + &narrator;
    std::fs::write(file, settings).unwrap();
    let env = [("NARRATOR", key_behind.as_str())];
    let server = Server::start_in(newsroom.path(".").as_path(), &[], &env);
    let said = say(&server, &key, &json!({"model": "narrator", "voice": "linden"}));
    assert_eq!(said.status, 200, "{}", said.json());
    let report = server.public_post("/v1/verify", &said.bytes).json();
    assert_eq!(report["verdict"], "trusted", "{report}");
    assert!(report["ingredients"][0]["relationship"] == "componentOf", "{report}");
    let refused = say(&server, &key, &json!({"model": "narrator", "voice": "nobody"}));
    assert_eq!(refused.status, 400, "{}", refused.json());
}
