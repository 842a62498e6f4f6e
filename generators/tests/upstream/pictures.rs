//! Pictures of servers of OpenAI's protocol.

use generators::{GeneratorError, Upstream, openai::Settings};
use types::{Modality, Task};

use crate::routes::{PNG, PNG_BASE64, Reply, Routes, Way, draw, fault, job};

fn model(server: &Routes, name: &str) -> Upstream {
    let connection = server.connection();
    let settings = Settings {
        modality: Modality::Image,
        model: Some(name.to_owned()),
        waits: connection.waits,
        ..Settings::new(format!("{}/v1", server.url))
    };
    Upstream::new("m", settings).unwrap()
}

fn made() -> Reply {
    Reply::Json(format!(r#"{{"data":[{{"b64_json":"{PNG_BASE64}"}}]}}"#))
}

#[tokio::test]
async fn each_task_has_its_request() {
    let server = Routes::start(|_| made()).await;
    let model = model(&server, "m");
    for task in [Task::Create, Task::Inpaint, Task::Vary] {
        assert_eq!(draw(&model, job(task, "a quay")).await.0.unwrap(), PNG, "{task}");
    }
    assert_eq!(draw(&model, job(Task::Vary, "")).await.0.unwrap(), PNG);
    assert_eq!(server.asked("POST /v1/images/generations").len(), 1);
    let edits = server.asked("POST /v1/images/edits");
    let has = |text: &str, name: &str| text.contains(&format!("name=\"{name}\""));
    let parts = |text: &str| {
        ["image", "mask", "prompt", "n", "response_format", "size"].map(|name| has(text, name))
    };
    assert_eq!(parts(&edits[0].text()), [true, true, true, true, true, false]);
    assert_eq!(parts(&edits[1].text()), [true, false, true, true, true, false]);
    assert!(edits[0].head.contains("content-type: multipart/form-data; boundary="));
    assert!(edits[0].text().contains("\r\n\r\na quay\r\n"));
    let varied = server.asked("POST /v1/images/variations");
    assert_eq!(parts(&varied[0].text()), [true, false, false, true, true, false]);
}

#[tokio::test]
async fn what_the_protocol_has_not_is_refused_here() {
    let server = Routes::start(|_| made()).await;
    let model = model(&server, "gpt-image-1");
    let (refused, _) = draw(&model, job(Task::TryOn, "a coat")).await;
    assert!(matches!(refused, Err(GeneratorError::Parameter { parameter: "task", .. })));
    assert_eq!(draw(&model, job(Task::Inpaint, "")).await.0, Err(GeneratorError::PromptEmpty));
    let mut without = job(Task::Inpaint, "a quay");
    without.pictures.mask = None;
    let (refused, _) = draw(&model, without).await;
    assert!(matches!(refused, Err(GeneratorError::Parameter { parameter: "mask", .. })));
    assert!(server.asked("").is_empty());
    // Some models know base64 only, and refuse to be asked for it.
    draw(&model, job(Task::Inpaint, "a quay")).await.0.unwrap();
    assert!(!server.asked("POST")[0].text().contains("response_format"));
}

#[tokio::test]
async fn an_address_is_followed_on_the_same_server_only() {
    let other = Routes::start(|_| Reply::Bytes(PNG.to_vec())).await;
    let elsewhere = format!("{}/made/1.png", other.url);
    let cases = [
        ("/made/1.png?sig=a%2Fb".to_owned(), Ok(PNG.to_vec())),
        (elsewhere, Err("upstream_malformed")),
        ("file:///etc/passwd".to_owned(), Err("upstream_malformed")),
        ("/page".to_owned(), Err("upstream_malformed")),
        ("/moved".to_owned(), Err("upstream_redirected")),
        ("/stall".to_owned(), Err("upstream_timed_out")),
        ("/large".to_owned(), Err("upstream_too_large")),
        (format!("data:image/png;base64,{PNG_BASE64}"), Ok(PNG.to_vec())),
    ];
    for (address, expected) in cases {
        let body = serde_json::json!({"data": [{"url": address}]}).to_string();
        let server = Routes::start(move |asked| match asked.line.as_str() {
            "GET /made/1.png?sig=a%2Fb" => Reply::Bytes(PNG.to_vec()),
            "GET /page" => Reply::Bytes(b"<html>the secret plan".to_vec()),
            "GET /moved" => Reply::Status("302 Found"),
            "GET /large" => Reply::Bytes(vec![0; 97 << 20]),
            "GET /stall" => Reply::Stall,
            _ => Reply::Json(body.clone()),
        })
        .await;
        let (file, _) = draw(&model(&server, "m"), job(Task::Create, "a quay")).await;
        match expected {
            Ok(bytes) => assert_eq!(file.unwrap(), bytes, "{address}"),
            Err(code) => assert_eq!(fault(&file), code, "{address}"),
        }
    }
    assert!(other.asked("").is_empty(), "nothing is asked of another server");
}

#[tokio::test]
async fn every_bad_answer_has_its_name() {
    let cases: [(Way, &str); 5] = [
        (|| Reply::Json("{\"data\":[{\"b64_js".to_owned()), "upstream_malformed"),
        (|| Reply::Json("{\"data\":[]}".to_owned()), "upstream_malformed"),
        // Not a picture but `the secret plan`.
        (
            || Reply::Json("{\"data\":[{\"b64_json\":\"dGhlIHNlY3JldCBwbGFu\"}]}".to_owned()),
            "upstream_malformed",
        ),
        (|| Reply::Stall, "upstream_timed_out"),
        (|| Reply::Status("500 Internal Server Error"), "upstream_failed"),
    ];
    for (reply, expected) in cases {
        let server = Routes::start(move |_| reply()).await;
        let (file, _) = draw(&model(&server, "m"), job(Task::Vary, "a quay")).await;
        assert_eq!(fault(&file), expected);
    }
}
