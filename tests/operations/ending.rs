//! SIGTERM: it is said, open streams finish or get an end, nothing is lost.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
    routing::post,
};
use futures::StreamExt as _;
use serde_json::json;

use crate::newsroom::{Newsroom, Server, chat};

/// A server of OpenAI's protocol that writes a sentence every 50 ms.
pub(super) struct Writer {
    pub(super) url: String,
    pub(super) traceparents: std::sync::Arc<std::sync::Mutex<Vec<String>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Writer {
    pub(super) fn start(sentences: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.worker_threads(1).enable_all().build().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let traceparents = std::sync::Arc::<std::sync::Mutex<Vec<String>>>::default();
        let heard = std::sync::Arc::clone(&traceparents);
        let write = move |headers: HeaderMap| async move {
            let parent = headers.get("traceparent").map(|value| value.to_str().unwrap().to_owned());
            heard.lock().unwrap().extend(parent);
            written(sentences)
        };
        let routes = Router::new().route("/v1/chat/completions", post(write));
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, routes).await
        });
        Self { url, traceparents, _runtime: runtime }
    }

    /// A newsroom with this model, and other settings of the server.
    pub(super) fn newsroom(&self, delay: u64, max: u64) -> Newsroom {
        let newsroom = Newsroom::with(&format!(
            "\n[generators.writer]\nkind = \"openai\"\nurl = \"{}\"\nmodel = \"w\"\n",
            self.url
        ));
        let file = newsroom.path("imprimatur.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        let text = text
            .replace("drain_seconds_delay = 0", &format!("drain_seconds_delay = {delay}"))
            .replace("drain_seconds_max = 30", &format!("drain_seconds_max = {max}"));
        std::fs::write(file, text).unwrap();
        newsroom
    }
}

fn written(sentences: usize) -> Response {
    let event = |text: &str, reason: serde_json::Value| {
        let choice = json!({"index": 0, "delta": {"content": text}, "finish_reason": reason});
        let chunk = json!({"id": "1", "object": "chat.completion.chunk", "choices": [choice]});
        Ok::<_, std::io::Error>(format!("data: {chunk}\n\n"))
    };
    let text = futures::stream::iter(0..sentences).then(move |number| async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        event(&format!("Bridge {number} is open. "), json!(null))
    });
    let last = [event("", json!("stop")), Ok("data: [DONE]\n\n".to_owned())];
    let body = Body::from_stream(text.chain(futures::stream::iter(last)));
    ([("content-type", "text/event-stream")], body).into_response()
}

/// A stream that is under way: its first piece has come.
fn begun(server: &Server, key: &str) -> BufReader<impl std::io::Read + use<>> {
    let mut request = chat("Write about bridges.");
    request["model"] = json!("writer");
    request["stream"] = json!(true);
    let answer = ureq::post(format!("{}/v1/chat/completions", server.url))
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {key}"))
        .send(request.to_string().as_bytes())
        .unwrap();
    let mut reader = BufReader::new(answer.into_body().into_reader());
    let mut line = String::new();
    while !line.contains("Bridge 0") {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0, "the stream ended early");
    }
    reader
}

fn rest(reader: &mut impl std::io::Read) -> String {
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    text
}

fn ends(newsroom: &Newsroom, event: &str) -> usize {
    let entries = newsroom.lines(&["audit", "tail", "-n", "1000"]);
    entries.iter().filter(|entry| entry["record"]["event"] == event).count()
}

#[test]
fn streams_under_way_finish_and_others_learn_that_the_server_drains() {
    let writer = Writer::start(60);
    let newsroom = writer.newsroom(2, 30);
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let mut streams: Vec<_> = (0..4).map(|_| begun(&server, &key)).collect();
    server.signal("-TERM");
    server.until(|server| {
        let ready = server.get("", "/readyz");
        ready.status == 503 && ready.json()["state"] == "draining"
    });
    assert_eq!(server.get("", "/healthz").status, 200, "connections are still taken");
    for stream in &mut streams {
        let text = rest(stream);
        assert!(text.contains("Bridge 59") && text.ends_with("data: [DONE]\n\n"), "{text}");
    }
    assert_eq!(server.wait(), Some(0));
    assert_eq!((ends(&newsroom, "released"), ends(&newsroom, "interrupted")), (4, 0));
    newsroom.json(&["audit", "verify"], 0);
}

#[test]
fn a_stream_that_takes_too_long_gets_an_end() {
    let writer = Writer::start(100_000);
    let newsroom = writer.newsroom(0, 1);
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let mut stream = begun(&server, &key);
    server.signal("-TERM");
    let text = rest(&mut stream);
    let last = text.trim_end().lines().last().unwrap_or_default();
    assert!(last.starts_with("data: {") && last.contains("\"interrupted\""), "{last}");
    assert_eq!(server.wait(), Some(0));
    assert_eq!((ends(&newsroom, "released"), ends(&newsroom, "interrupted")), (0, 1));
}

#[test]
fn a_second_signal_ends_at_once() {
    let writer = Writer::start(100_000);
    let newsroom = writer.newsroom(0, 600);
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let _stream = begun(&server, &key);
    server.signal("-TERM");
    std::thread::sleep(Duration::from_millis(500));
    let start = Instant::now();
    server.signal("-TERM");
    assert_eq!(server.wait(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    assert_eq!(ends(&newsroom, "interrupted"), 1);
}
