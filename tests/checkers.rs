//! A guard model on a server of OpenAI's moderation protocol is asked beside the rules.

use std::{net::TcpListener, time::Duration};

use axum::{Json, Router, http::StatusCode, response::IntoResponse as _, routing::post};
use serde_json::{Value, json};

use crate::newsroom::{Newsroom, RIVER, chat};

/// A server that flags granite, is late about slate, and answers nonsense about marble.
fn guard() -> (String, tokio::runtime::Runtime) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let judge = async |Json(body): Json<Value>| {
        let text = body["input"].to_string();
        if text.contains("slate") {
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
        if text.contains("marble") {
            return (StatusCode::OK, "<html>").into_response();
        }
        let flagged = text.contains("granite");
        let result = json!({
            "flagged": flagged, "categories": {"hate": flagged},
            "category_scores": {"hate": if flagged { 0.9 } else { 0.01 }},
        });
        Json(json!({"id": "modr-1", "model": "guard", "results": [result]})).into_response()
    };
    let routes = Router::new().route("/v1/moderations", post(judge));
    runtime.spawn(async move {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        axum::serve(listener, routes).await
    });
    (url, runtime)
}

#[test]
fn a_second_opinion_counts_and_its_absence_refuses() {
    let (url, _runtime) = guard();
    let section = format!("\n[policy.checkers.guard]\nurl = \"{url}\"\nseconds_max = 2\n");
    let newsroom = Newsroom::with(&section);
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let moderated = |text: &str| server.post(&key, "/v1/moderations", &json!({"input": text}));

    let plain = moderated("The council meets on Tuesday.").json();
    assert_eq!(plain["results"][0]["flagged"], false, "{plain}");
    let ran = |answer: &Value| {
        let checks = answer["results"][0]["checks"].as_array().unwrap();
        checks.iter().any(|check| check["check"] == "guard" && check["outcome"] == "ran")
    };
    assert!(ran(&plain), "{plain}");
    let flagged = moderated("The granite is grey.").json();
    let result = &flagged["results"][0];
    assert_eq!((&result["action"], &result["rules"]), (&json!("block"), &json!(["guard/hate"])));
    assert_eq!(result["categories"]["hate"], true, "{flagged}");
    for text in ["The slate is grey.", "The marble is grey."] {
        let answer = moderated(text);
        assert_eq!(answer.status, 503, "{}", answer.json());
        assert_eq!(answer.json()["error"]["code"], "failing_closed");
    }

    assert_eq!(server.post(&key, "/v1/chat/completions", &chat(RIVER)).status, 200);
    for (text, status) in [("granite", 400), ("slate", 503), ("marble", 503)] {
        let answer = server.post(&key, "/v1/chat/completions", &chat(&format!("Write on {text}")));
        assert_eq!(answer.status, status, "{}", answer.json());
    }
    assert_eq!(server.terminate(), Some(0));
    let told = format!("{:?}", newsroom.lines(&["audit", "tail", "-n", "20"]));
    for outcome in ["timed_out", "failed", "guard/hate"] {
        assert!(told.contains(outcome), "{outcome} in {told}");
    }
}
