//! Bad input gets a clear answer in OpenAI's shape, and leaves nothing half-written.

use serde_json::{Value, json};

use crate::newsroom::{Answer, Newsroom, RIVER, Server, chat};

fn expect(answer: &Answer, status: u16, code: &str, param: Option<&str>) {
    let body = answer.json();
    assert_eq!(answer.status, status, "{body}");
    let error = &body["error"];
    assert_eq!(error["code"], code, "{body}");
    assert_eq!(error["param"], param.map_or(Value::Null, |param| json!(param)), "{body}");
    assert!(error["message"].as_str().unwrap().len() > 15 && error["type"].is_string(), "{body}");
}

fn post(server: &Server, key: &str, body: &[u8]) -> Answer {
    server.send(key, "/v1/chat/completions", body, "application/json")
}

#[test]
fn every_kind_of_bad_request_is_explained() {
    let newsroom = Newsroom::with("\n[server.limits_are_not_a_section]\n");
    let refused = newsroom.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(2), "an unknown section stops the program");

    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let auditor = newsroom.key("auditor", "carl");
    let server = newsroom.serve();

    expect(&post(&server, "", b"{}"), 401, "invalid_api_key", None);
    expect(&post(&server, "imp_wrong_key", b"{}"), 401, "invalid_api_key", None);
    expect(&post(&server, &auditor, chat(RIVER).to_string().as_bytes()), 403, "forbidden", None);
    expect(&post(&server, &key, b"{\"model\": "), 400, "invalid_body", None);
    expect(&post(&server, &key, b"\xff\xfe"), 400, "invalid_body", None);
    expect(&post(&server, &key, b"{\"messages\": []}"), 400, "invalid_value", Some("model"));

    let mut request = chat(RIVER);
    request["model"] = json!("gpt-nonexistent");
    expect(
        &server.post(&key, "/v1/chat/completions", &request),
        404,
        "model_not_found",
        Some("model"),
    );
    request = chat("   ");
    expect(
        &server.post(&key, "/v1/chat/completions", &request),
        400,
        "invalid_value",
        Some("messages"),
    );
    request = chat(RIVER);
    request["temperature"] = json!(7);
    expect(
        &server.post(&key, "/v1/chat/completions", &request),
        400,
        "invalid_value",
        Some("temperature"),
    );

    let picture = json!({"prompt": "a harbour", "size": "huge"});
    expect(
        &server.post(&key, "/v1/images/generations", &picture),
        400,
        "invalid_value",
        Some("size"),
    );
    let wrong = json!({"prompt": "a harbour", "model": "newsdesk-starter"});
    expect(
        &server.post(&key, "/v1/images/generations", &wrong),
        400,
        "invalid_value",
        Some("model"),
    );

    assert_eq!(server.get(&key, "/v1/nothing").status, 404);
    assert_eq!(server.get(&key, "/v1/assets/not-an-id").status, 400);
    assert_eq!(server.counter("imprimatur_generator_calls_total"), 0);
    drop(server);
    // Whoever has a key leaves a record of what was asked in vain, with a code and no content.
    let tail =
        String::from_utf8(newsroom.run(&["--json", "audit", "tail", "-n", "50"]).stdout).unwrap();
    let refused: Vec<&str> =
        tail.lines().filter(|line| line.contains("\"event\":\"refused\"")).collect();
    assert_eq!(refused.len(), 8, "{tail}");
    assert!(refused.iter().any(|line| line.contains("\"detail\":\"unknown_model\"")), "{tail}");
    assert!(!tail.contains("gpt-nonexistent") && !tail.contains("harbour"), "{tail}");
}

#[test]
fn an_oversize_body_is_refused_before_it_is_read() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let file = newsroom.path("imprimatur.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("33554432", "10000")).unwrap();
    let server = newsroom.serve();
    let body = chat(&"x".repeat(20_000)).to_string();
    expect(&post(&server, &key, body.as_bytes()), 413, "body_too_large", None);
}

#[test]
fn a_truncated_model_file_fails_closed_with_one_terminal_record() {
    let newsroom = Newsroom::with("\n[generators.broken]\nkind = \"llama\"\npath = \"broken\"\n");
    let folder = newsroom.path("broken");
    std::fs::create_dir(&folder).unwrap();
    let starter = concat!(env!("CARGO_MANIFEST_DIR"), "/../generators/starter/text");
    for name in ["config.json", "imprimatur.json", "tokenizer.json"] {
        std::fs::copy(format!("{starter}/{name}"), folder.join(name)).unwrap();
    }
    let weights = std::fs::read(format!("{starter}/model.safetensors")).unwrap();
    std::fs::write(folder.join("model.safetensors"), &weights[..weights.len() / 2]).unwrap();
    let checked = newsroom.run(&["models", "check", "broken"]);
    assert_eq!(checked.status.code(), Some(1));

    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let mut request = chat(RIVER);
    request["model"] = json!("broken");
    let answer = server.post(&key, "/v1/chat/completions", &request);
    assert_eq!(answer.status, 503, "{}", answer.json());
    drop(server);
    let tail = String::from_utf8(newsroom.run(&["--json", "audit", "tail"]).stdout).unwrap();
    assert_eq!(tail.matches("\"event\":\"failed\"").count(), 1, "{tail}");
}

#[test]
fn an_unreadable_picture_is_no_verdict_but_an_answer() {
    let newsroom = Newsroom::new();
    std::fs::write(newsroom.path("broken.png"), b"\x89PNG\r\n\x1a\nnothing more").unwrap();
    let report = newsroom.json(&["verify", "broken.png"], 4);
    assert_eq!(report["verdict"], "unreadable");
    let output = newsroom.run(&["watermark", "detect", "broken.png"]);
    assert_eq!(output.status.code(), Some(4));
}
