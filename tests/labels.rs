//! Labels that people see: when the line writes them, when it says that they are due, and what the
//! record says.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::newsroom::{Newsroom, RIVER, Server, chat};

const CODE: &str = "001191110102MA01TEST0X10001";
const SHOWN: &str = r#"
visible = "on"
texts = "on"
allow_unlabelled = true
producer_code = "001191110102MA01TEST0X10001"
"#;

/// A newsroom whose labels are written before anything leaves.
fn newsroom(regimes: &str) -> Newsroom {
    let newsroom = Newsroom::new();
    let file = newsroom.path("imprimatur.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let kept = text.lines().filter(|line| {
        !["visible = ", "texts = ", "regimes = ", "allow_unlabelled = "]
            .iter()
            .any(|key| line.starts_with(key))
    });
    let text: String = kept.map(|line| format!("{line}\n")).collect();
    let settings = format!("[labels]\nregimes = {regimes}\n{SHOWN}");
    std::fs::write(&file, text.replace("[labels]\n", &settings)).unwrap();
    newsroom
}

fn picture(server: &Server, key: &str, extra: &Value) -> Value {
    let mut request = json!({"prompt": "a harbour at dawn", "seed": 3});
    request["imprimatur"] = extra.clone();
    let answer = server.post(key, "/v1/images/generations", &request);
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
    answer.json()["data"][0].clone()
}

#[test]
fn by_default_the_answer_says_which_label_is_due() {
    let newsroom = Newsroom::new();
    let made =
        newsroom.json(&["generate", "image", "a harbour at dawn", "-o", "p.png", "--seed", "3"], 0);
    let due = &made["labels"]["due"];
    assert_eq!((&due["text"], &due["place"]), (&json!("AI"), &json!("top-right")), "{made}");
    assert_eq!(made["labels"]["visible"], Value::Null);

    let found = newsroom.json(&["label", "p.png", "--regime", "eu-art50"], 1);
    assert_eq!(found["missed"], json!(["no label was found"]));
    newsroom.json(&["label", "p.png", "shown.png", "--regime", "eu-art50"], 0);
    let found = newsroom.json(&["label", "shown.png", "--regime", "eu-art50"], 0);
    assert_eq!(found["found"]["place"], "top-right");
    // Too little for China: the word for "generated" is missing.
    newsroom.json(&["label", "shown.png", "--regime", "cn-gb45438"], 1);
    let wrong = newsroom.run(&["label", "p.png", "q.png", "--regime", "eu-art51"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("ny-fair"));
}

#[test]
fn a_picture_leaves_with_its_label_and_mark_and_credentials_over_both() {
    let newsroom = newsroom(r#"["eu-art50", "cn-gb45438"]"#);
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let made = picture(&server, &key, &Value::Null);
    let labels = &made["imprimatur"]["labels"];
    let expected = json!({"kind": "corner", "text": "AI生成", "place": "top-right"});
    assert_eq!(labels["visible"], expected);
    assert_eq!(labels["due"], Value::Null);

    let bytes = STANDARD.decode(made["b64_json"].as_str().unwrap()).unwrap();
    std::fs::write(newsroom.path("picture.png"), &bytes).unwrap();
    let found = newsroom.json(&["label", "picture.png", "--regime", "cn-gb45438"], 0);
    assert!(found["found"]["height_percent"].as_f64().unwrap() >= 5.0, "{found}");
    let report = newsroom.json(&["verify", "picture.png", "--recover"], 0);
    assert_eq!((&report["verdict"], &report["mark"]["found"]), (&json!("trusted"), &json!(true)));

    let index = made["imprimatur"]["receipt"]["index"].as_u64().unwrap();
    drop(server);
    let record = entry(&newsroom, index);
    assert_eq!(record["labels"]["visible"], expected, "{record}");
    assert_eq!(record["labels"]["regimes"], json!(["eu-art50", "cn-gb45438"]));
    assert_eq!(record["labels"]["implicit"], CODE);
    let object = provenance::metadata::read(&bytes).aigc.unwrap();
    assert_eq!((&object["Label"], &object["ContentProducer"]), (&json!("1"), &json!(CODE)));
    assert_eq!(object["ProduceID"], record["asset_id"]);
}

/// The record at an index of the log.
fn entry(newsroom: &Newsroom, index: u64) -> Value {
    let lines = newsroom.lines(&["audit", "tail"]);
    let found = lines.into_iter().find(|line| line["index"] == index);
    found.unwrap_or_else(|| panic!("no entry {index}"))["record"].clone()
}

#[test]
fn a_stream_begins_with_the_line_and_says_what_the_whole_answer_says() {
    let newsroom = newsroom(r#"["eu-art50"]"#);
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let mut request = chat(RIVER);
    let whole = server.post(&key, "/v1/chat/completions", &request).json();
    let text = whole["choices"][0]["message"]["content"].as_str().unwrap().to_owned();
    assert!(text.starts_with("AI-generated\n\n") && text.contains("Elbe"), "{text}");

    request["stream"] = json!(true);
    let answer = server.post(&key, "/v1/chat/completions", &request);
    let stream = String::from_utf8(answer.bytes.clone()).unwrap();
    let data = stream.lines().filter_map(|line| line.strip_prefix("data: "));
    let events: Vec<Value> = data.filter_map(|data| serde_json::from_str(data).ok()).collect();
    let pieces: Vec<&str> = events
        .iter()
        .filter_map(|event| event["choices"][0]["delta"]["content"].as_str())
        .filter(|piece| !piece.is_empty())
        .collect();
    assert_eq!(pieces[0], "AI-generated\n\n");
    assert_eq!(pieces.concat(), text);
    let id = events.iter().find_map(|event| event["imprimatur"]["asset_id"].as_str()).unwrap();
    let stored = server.get(&key, &format!("/v1/assets/{id}/content"));
    assert_eq!(
        String::from_utf8(stored.bytes).unwrap(),
        text,
        "what was streamed is what is signed"
    );
}

#[test]
fn who_asks_for_no_label_needs_permission_and_leaves_a_trace() {
    let asked = json!({"unlabelled": {"reason": "layout", "recipient": "Agency Ltd"}});
    let strict = Newsroom::new();
    let key = strict.key("journalist", "ada");
    let server = strict.serve();
    let mut request = chat(RIVER);
    request["imprimatur"] = asked.clone();
    let refused = server.post(&key, "/v1/chat/completions", &request);
    assert_eq!(refused.status, 403, "{}", String::from_utf8_lossy(&refused.bytes));
    assert_eq!(refused.json()["error"]["param"], "imprimatur.unlabelled");
    drop(server);

    let newsroom = newsroom(r#"["cn-gb45438"]"#);
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let made = picture(&server, &key, &asked);
    let labels = &made["imprimatur"]["labels"];
    assert_eq!(
        (&labels["visible"], &labels["unlabelled"]["reason"]),
        (&Value::Null, &json!("layout"))
    );
    assert!(!labels.to_string().contains("Agency"), "the log holds no names");
    request["imprimatur"] = json!({"unlabelled": {"reason": "", "recipient": "Agency Ltd"}});
    assert_eq!(server.post(&key, "/v1/chat/completions", &request).status, 400);
}

#[test]
fn unknown_regimes_and_made_up_codes_are_refused_at_start() {
    for (settings, words) in
        [("regimes = [\"eu-art5\"]", "cn-gb45438"), ("producer_code = \"123\"", "producer_code")]
    {
        let newsroom = Newsroom::new();
        let file = newsroom.path("imprimatur.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        let text = text.replace("regimes = [\"eu-art50\"]\n", "");
        std::fs::write(&file, text.replace("[labels]\n", &format!("[labels]\n{settings}\n")))
            .unwrap();
        let output = newsroom.run(&["models", "list"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(words), "{said}");
    }
}
