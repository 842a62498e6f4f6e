//! Servers behind this one: their texts pass the whole line, carry no statistical mark and say so;
//! when they fail, the answer is true and there is one terminal record.

use std::{
    net::TcpListener as StdListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use crate::newsroom::{Answer, Newsroom, Server, chat};

pub(crate) const TEXT: &str =
    "The Elbe at Dresden rises to 412 centimetres; the harbour office closes two quays.";

/// A server that answers every request by `answer`.
pub(crate) struct Upstream {
    pub(crate) url: String,
    pub(crate) asked: Arc<AtomicUsize>,
    _runtime: tokio::runtime::Runtime,
}

pub(crate) type Answering = fn(&Value) -> Response;

impl Upstream {
    pub(crate) fn start(answer: Answering) -> Self {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build().unwrap();
        let listener = StdListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let answering = move |Json(body): Json<Value>| async move {
            counted.fetch_add(1, Ordering::SeqCst);
            answer(&body)
        };
        let list = || async { Json(json!({"data": [{"id": "press/one"}, {"id": "two"}]})) };
        let routes = Router::new()
            .route("/v1/models", get(list))
            .route("/v1/chat/completions", post(answering.clone()))
            .route("/v1/images/generations", post(answering));
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, routes).await
        });
        Self { url, asked, _runtime: runtime }
    }

    fn newsroom(&self, more: &str) -> Newsroom {
        let url = &self.url;
        Newsroom::with(&format!(
            "\n[generators.wire]\nkind = \"openai\"\nurl = \"{url}\"\nmodel = \"m\"\n{more}"
        ))
    }
}

/// Answers as OpenAI's servers do.
pub(crate) fn well(body: &Value) -> Response {
    saying(TEXT, body)
}

fn saying(words: &str, body: &Value) -> Response {
    let usage = json!({"prompt_tokens": 11, "completion_tokens": 17, "total_tokens": 28});
    if body["stream"] != true {
        let message = json!({"role": "assistant", "content": words});
        let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
        return Json(json!({"object": "chat.completion", "choices": [choice], "usage": usage}))
            .into_response();
    }
    let piece = |delta: Value, finish: Value| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
        format!("data: {}\n\n", json!({"choices": [choice]}))
    };
    let mut events: String = words
        .split_inclusive(' ')
        .map(|word| piece(json!({"content": word}), Value::Null))
        .collect();
    events += &piece(json!({}), json!("stop"));
    events += &format!("data: {}\n\ndata: [DONE]\n\n", json!({"choices": [], "usage": usage}));
    ([("content-type", "text/event-stream")], events).into_response()
}

fn ask(server: &Server, key: &str, stream: bool) -> Answer {
    let mut request = chat("What does the river do?");
    request["model"] = json!("wire");
    request["stream"] = json!(stream);
    request["stream_options"] = json!({"include_usage": true});
    server.post(key, "/v1/chat/completions", &request)
}

fn events(answer: &Answer) -> Vec<Value> {
    let text = std::str::from_utf8(&answer.bytes).unwrap();
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.filter(|data| *data != "[DONE]").map(|data| serde_json::from_str(data).unwrap()).collect()
}

#[test]
fn a_text_of_a_server_passes_the_line_and_says_that_it_carries_no_mark() {
    let upstream = Upstream::start(well);
    let newsroom = upstream.newsroom("");
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let whole = ask(&server, &key, false).json();
    assert_eq!(whole["choices"][0]["message"]["content"], TEXT, "{whole}");
    assert_eq!(whole["usage"]["total_tokens"], 28);
    let member = &whole["imprimatur"];
    assert_eq!(member["mark"]["kind"], "not_markable", "{member}");
    assert!(member["mark"]["reason"].as_str().unwrap().starts_with("sampler of an upstream"));
    assert!(member["warnings"].to_string().contains("sampler of an upstream"), "{member}");

    let streamed = ask(&server, &key, true);
    let events = events(&streamed);
    let pieces = events.iter().filter_map(|event| event["choices"][0]["delta"]["content"].as_str());
    assert_eq!(pieces.collect::<String>(), TEXT);
    assert_eq!(events.last().unwrap()["usage"]["completion_tokens"], 17);
    let last = events.iter().find(|event| event["imprimatur"].is_object()).unwrap();
    assert_eq!(last["imprimatur"]["mark"]["kind"], "not_markable");

    // The manifest beside it says the same, and the words lead back to it.
    let asset = member["asset_id"].as_str().unwrap();
    let manifest = server.get(&key, &format!("/v1/assets/{asset}/manifest")).bytes;
    let said = String::from_utf8_lossy(&manifest);
    assert!(said.contains("sampler of an upstream"), "the manifest repeats why");
    assert!(!said.contains("model-sha256"), "nobody here has seen the model's files");
    assert_eq!(server.terminate(), Some(0));
    let records = newsroom.lines(&["audit", "find", "--asset", asset]);
    let mut found = records.iter().map(|found| &found["record"]);
    let released = found.find(|record| record["event"] == "released").unwrap();
    assert!(released.to_string().contains("sampler of an upstream"), "{released}");
    assert!(
        released["content"]["text_fingerprint"].is_object()
            || released["content"]["text_fingerprint"].is_string(),
        "{released}"
    );

    let report = newsroom.lines(&["audit", "report", "--regime", "internal"]);
    let mark =
        report.iter().map(ToString::to_string).find(|row| row.contains("2 texts of servers"));
    assert!(mark.is_some(), "{report:?}");
    let doctor = newsroom.run(&["doctor"]);
    let noted = String::from_utf8_lossy(&doctor.stderr).into_owned();
    assert!(noted.contains("`wire`") && noted.contains("no statistical mark"), "{noted}");
}

#[test]
fn rules_hold_for_the_words_of_a_server() {
    let upstream = Upstream::start(well);
    let newsroom = upstream.newsroom("");
    let pack = r#"
id = "test"
version = "1"
[[rule]]
id = "no-quays"
version = 1
category = "defamation"
scope = { hook = "output" }
when = { terms = ["quays"] }
action = "block"
message = { en = "Quays must not be named.", zh = "不得提及码头。" }
tests = [{ text = "Two quays.", expect = "block", hook = "output" }]
"#;
    std::fs::write(newsroom.path("policy.toml"), pack).unwrap();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    assert_eq!(ask(&server, &key, false).json()["error"]["code"], "content_policy_violation");
    let streamed = ask(&server, &key, true);
    let events = events(&streamed);
    let pieces = events.iter().filter_map(|event| event["choices"][0]["delta"]["content"].as_str());
    assert!(!pieces.collect::<String>().contains("qua"), "nothing held back is sent");
}

const QUOTING: &str = "The mayor said: \"We will never ever close the old bridge.\"";

#[test]
fn words_that_nobody_gave_are_not_put_into_a_mouth() {
    let upstream = Upstream::start(|body| saying(QUOTING, body));
    let newsroom = upstream.newsroom("\n[policy.quotes]\naction = \"review\"\n");
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let asked = |prompt: &str, stream: bool| {
        let mut request = chat(prompt);
        (request["model"], request["stream"]) = (json!("wire"), json!(stream));
        server.post(&key, "/v1/chat/completions", &request)
    };
    let sourced = "From the minutes: We will never ever close the old bridge. Write a brief.";
    assert_eq!(asked(sourced, false).status, 200);
    let held = asked("Write what the mayor says about the bridge.", false);
    assert_eq!(held.json()["error"]["code"], "held_for_review", "{}", held.json());
    let streamed = asked("Write what the mayor says about the bridge.", true);
    assert!(!String::from_utf8_lossy(&streamed.bytes).contains("bridge"), "it waits for a person");
    assert_eq!(server.terminate(), Some(0));
    let records = newsroom.lines(&["audit", "find", "--rule", "unsourced-quote"]);
    assert_eq!(records.len(), 2, "{records:?}");
    let finding = &records[0]["record"]["output"]["findings"][0];
    assert_eq!(
        (&finding["category"], &finding["action"]),
        (&json!("fabricated_quote"), &json!("review"))
    );
    let span = finding["spans"][0].clone();
    assert_eq!((span["start"].as_u64(), span["end"].as_u64()), (Some(17), Some(57)), "{finding}");
}

/// What a server does, and the status and code of the answer to a whole and to a streamed request.
#[test]
fn a_server_that_fails_gets_a_true_status_and_one_record() {
    let cases: [(Answering, u16, &str); 6] = [
        (|body| saying("", body), 422, "empty_output"),
        (|_| StatusCode::INTERNAL_SERVER_ERROR.into_response(), 502, "upstream_failed"),
        (|_| "no JSON".into_response(), 502, "upstream_malformed"),
        (
            |_| (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "9")]).into_response(),
            503,
            "upstream_busy",
        ),
        (
            |_| {
                (StatusCode::BAD_REQUEST, Json(json!({"error": {"code": "too_long"}})))
                    .into_response()
            },
            400,
            "upstream_refused",
        ),
        (
            |_| {
                std::thread::sleep(std::time::Duration::from_millis(1500));
                "late".into_response()
            },
            504,
            "upstream_timed_out",
        ),
    ];
    for (answering, status, code) in cases {
        let upstream = Upstream::start(answering);
        let newsroom = upstream.newsroom("total_seconds_max = 1\nretries_max = 0\n");
        let key = newsroom.key("journalist", "ada");
        let server = newsroom.serve();
        let whole = ask(&server, &key, false);
        assert_eq!((whole.status, whole.json()["error"]["code"].as_str()), (status, Some(code)));
        if status == 503 {
            assert_eq!(whole.header("retry-after"), "9");
        }
        let streamed = ask(&server, &key, true);
        let code = match status {
            503 => "upstream_resting",
            // A stream without a text is asked for elsewhere, where there is another server.
            422 => "upstream_malformed",
            _ => code,
        };
        let error = events(&streamed)
            .iter()
            .find_map(|event| event["error"]["code"].as_str().map(str::to_owned));
        assert_eq!(error.as_deref(), Some(code));
        assert_eq!(server.terminate(), Some(0));
        let failed = newsroom.lines(&["audit", "find", "--event", "failed"]);
        assert_eq!(failed.len(), 2, "{code}: {failed:?}");
        assert_eq!(newsroom.lines(&["audit", "find", "--event", "interrupted"]).len(), 0);
        assert_eq!(newsroom.lines(&["audit", "find", "--event", "admitted"]).len(), 2);
    }
}

#[test]
fn mirrors_stand_in_for_each_other_and_the_record_names_the_one_that_ran() {
    let upstream = Upstream::start(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    let newsroom = upstream.newsroom(
        "retries_max = 0\n[generators.both]\nkind = \"mirrors\"\nof = [\"wire\", \"newsdesk-starter\"]\n",
    );
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let mut request = chat(crate::newsroom::RIVER);
    request["model"] = json!("both");
    for stream in [false, true] {
        request["stream"] = json!(stream);
        let answer = server.post(&key, "/v1/chat/completions", &request);
        assert!(String::from_utf8_lossy(&answer.bytes).contains("412"));
    }
    assert_eq!(upstream.asked.load(Ordering::SeqCst), 2);
    assert_eq!(server.terminate(), Some(0));
    let released = newsroom.lines(&["audit", "find", "--event", "released"]);
    assert_eq!(released.len(), 2);
    for found in &released {
        let model = &found["record"]["generator"]["model"];
        assert!(model.is_string() && model != "both", "{found}");
    }
}

#[test]
fn serve_upstream_is_enough() {
    let upstream = Upstream::start(well);
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let server = Server::start_with(newsroom.path(".").as_path(), &["--upstream", &upstream.url]);
    let models = server.get(&key, "/v1/models").json();
    let names: Vec<&str> = models["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|model| model["id"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "default",
            "film",
            "newsdesk-starter",
            "press/one",
            "retouch",
            "scenes-starter",
            "two",
            "voice"
        ]
    );
    let mut request = chat("What does the river do?");
    for model in ["default", "press/one", "two"] {
        request["model"] = json!(model);
        let answer = server.post(&key, "/v1/chat/completions", &request).json();
        assert_eq!(answer["choices"][0]["message"]["content"], TEXT, "{model}: {answer}");
    }
    drop(server);
    let output = newsroom.run(&["serve", "--upstream", "http://127.0.0.1:1/v1"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("cannot be reached"), "{said}");
}

#[test]
fn a_picture_of_a_server_is_marked_and_signed_and_its_credentials_are_kept() {
    let maker = Newsroom::new();
    maker.json(&["generate", "image", "a harbour at dawn", "-o", "harbour.png"], 0);
    let file = std::env::temp_dir().join(format!("upstream-{}.png", std::process::id()));
    std::fs::copy(maker.path("harbour.png"), &file).unwrap();
    let upstream = Upstream::start(|_| {
        let file = std::env::temp_dir().join(format!("upstream-{}.png", std::process::id()));
        let encoded = base64::Engine::encode(
            &base64::engine::general_purpose::STANDARD,
            std::fs::read(file).unwrap(),
        );
        Json(json!({"data": [{"b64_json": encoded}]})).into_response()
    });
    let newsroom = upstream.newsroom("modality = \"image\"\n");
    let output =
        newsroom.json(&["generate", "image", "a harbour", "--model", "wire", "-o", "ours.png"], 0);
    std::fs::remove_file(&file).unwrap();
    assert!(output["asset"]["mark"]["id"].is_string(), "{output}");
    let verified = newsroom.json(&["verify", "ours.png"], 0);
    assert_eq!(verified["verdict"], "trusted", "{verified}");
    let report = verified.to_string();
    assert!(report.contains("from the server"), "{report}");
}
