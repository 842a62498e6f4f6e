//! A stream decides like a whole answer and ends with its receipt.

use serde_json::{Value, json};

use crate::newsroom::{Newsroom, RIVER, chat};

fn events(bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.filter(|data| *data != "[DONE]").map(|data| serde_json::from_str(data).unwrap()).collect()
}

#[test]
fn a_stream_says_what_the_whole_answer_says() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let mut request = chat(RIVER);
    let whole = server.post(&key, "/v1/chat/completions", &request).json();

    request["stream"] = json!(true);
    request["stream_options"] = json!({"include_usage": true});
    let answer = server.post(&key, "/v1/chat/completions", &request);
    assert!(answer.header("content-type").starts_with("text/event-stream"));
    let admitted: u64 = answer.header("x-imprimatur-receipt").parse().unwrap();
    assert!(answer.bytes.ends_with(b"data: [DONE]\n\n"));

    let events = events(&answer.bytes);
    let text: String =
        events.iter().filter_map(|e| e["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(text, whole["choices"][0]["message"]["content"].as_str().unwrap());
    let last = events.iter().find(|e| e["imprimatur"].is_object()).unwrap();
    assert!(last["imprimatur"]["receipt"]["index"].as_u64().unwrap() > admitted);
    assert!(events.last().unwrap()["usage"]["completion_tokens"].as_u64().unwrap() > 0);
}

#[test]
fn an_output_rule_stops_a_stream_before_the_blocked_words() {
    let newsroom = Newsroom::new();
    // A rule on outputs only: the model writes the river's name, which is then withheld.
    let pack = r#"
id = "test"
version = "1"
[[rule]]
id = "no-river"
version = 1
category = "defamation"
scope = { hook = "output" }
when = { terms = ["Elbe"] }
action = "block"
message = { en = "The river must not be named.", zh = "不得提及该河流。" }
tests = [{ text = "The Elbe rose.", expect = "block", hook = "output" }]
"#;
    std::fs::write(newsroom.path("policy.toml"), pack).unwrap();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let mut request = chat(RIVER);
    assert_eq!(
        server.post(&key, "/v1/chat/completions", &request).json()["error"]["code"],
        "content_policy_violation"
    );

    request["stream"] = json!(true);
    let answer = server.post(&key, "/v1/chat/completions", &request);
    assert_eq!(answer.status, 200);
    assert!(!String::from_utf8_lossy(&answer.bytes).contains("Elb"), "nothing held back is sent");
    let events = events(&answer.bytes);
    assert!(events.iter().any(|event| event["choices"][0]["finish_reason"] == "content_filter"));
    assert!(events.iter().any(|event| event["error"]["code"] == "content_policy_violation"));
}
