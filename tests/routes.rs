//! Routes: several models under one name. Who fails is stood in for, the record says who ran, and
//! whoever leaves is heard all the way down.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{atomic::Ordering, mpsc},
    thread,
    time::{Duration, Instant},
};

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use crate::{
    newsroom::{Newsroom, Server, chat},
    upstream::{Answering, TEXT, Upstream, well},
};

/// A newsroom whose route `desk` leads to two servers.
fn newsroom(urls: [&str; 2], more: &str) -> Newsroom {
    let model = |name: &str, url: &str| {
        format!(
            "\n[generators.{name}]\nkind = \"openai\"\nurl = \"{url}\"\nmodel = \"m-{name}\"\nretries_max = 0\n"
        )
    };
    let [first, second] = urls;
    Newsroom::with(&format!(
        "{}{}\n[routes.desk]\nmodels = [\"one\", \"two\"]\n{more}\n",
        model("one", first),
        model("two", second)
    ))
}

fn ask(server: &Server, key: &str, stream: bool) -> crate::newsroom::Answer {
    let mut request = chat("What does the river do?");
    request["model"] = json!("desk");
    request["stream"] = json!(stream);
    server.post(key, "/v1/chat/completions", &request)
}

#[test]
fn a_route_is_a_model_and_the_record_names_who_ran() {
    let (bad, good) = (Upstream::start(failing), Upstream::start(well));
    let newsroom = newsroom([&bad.url, &good.url], "");
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let listed = server.get(&key, "/v1/models").json().to_string();
    assert!(listed.contains("\"desk\""), "{listed}");
    for stream in [false, true] {
        let answer = ask(&server, &key, stream);
        assert_eq!(answer.status, 200);
        let text = String::from_utf8_lossy(&answer.bytes).into_owned();
        assert!(text.contains("centimetres"), "{text}");
    }
    let metric = |name: &str, part: &str| {
        server.counter(&format!("imprimatur_{name}{{model=\"desk\",part=\"{part}\"}}"))
    };
    assert_eq!(metric("model_requests_total", ""), 2);
    assert_eq!(metric("model_fallbacks_total", ""), 2);
    assert_eq!(metric("model_failures_total", "one"), 2);
    assert_eq!(metric("model_part_usable", ""), 1);
    let asset = ask(&server, &key, false).json()["imprimatur"]["asset_id"].clone();
    let manifest = format!("/v1/assets/{}/manifest", asset.as_str().unwrap());
    let manifest = String::from_utf8_lossy(&server.get(&key, &manifest).bytes).into_owned();
    assert!(manifest.contains("m-two") && !manifest.contains("m-one"), "{manifest}");
    assert_eq!(server.terminate(), Some(0));
    let released = newsroom.lines(&["audit", "find", "--event", "released"]);
    assert_eq!(released.len(), 3);
    for found in &released {
        assert_eq!(found["record"]["generator"]["model"], "m-two", "{found}");
    }
}

fn failing(_: &Value) -> Response {
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

#[test]
fn what_a_server_forbids_is_asked_nowhere_else() {
    let forbids: Answering = |_| {
        let body = json!({"error": {"message": "no", "code": "content_filter"}});
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    };
    let (first, second) = (Upstream::start(forbids), Upstream::start(well));
    let newsroom = newsroom([&first.url, &second.url], "");
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let answer = ask(&server, &key, false);
    assert_eq!((answer.status, second.asked.load(Ordering::SeqCst)), (400, 0));
    let text = String::from_utf8_lossy(&answer.bytes).into_owned();
    assert!(text.contains("upstream_refused") && !text.contains(TEXT), "{text}");
}

#[test]
fn who_comes_when_too_many_are_under_way_is_told_when_to_come_again() {
    let slow: Answering = |body| {
        thread::sleep(Duration::from_millis(1500));
        well(body)
    };
    let (first, second) = (Upstream::start(slow), Upstream::start(well));
    let newsroom = newsroom([&first.url, &second.url], "requests_max = 1\nqueue_max = 0");
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    thread::scope(|scope| {
        let held = scope.spawn(|| ask(&server, &key, false).status);
        let start = Instant::now();
        while first.asked.load(Ordering::SeqCst) == 0 {
            assert!(start.elapsed() < Duration::from_secs(20));
            thread::sleep(Duration::from_millis(10));
        }
        let busy = ask(&server, &key, false);
        assert_eq!((busy.status, busy.json()["error"]["code"].as_str()), (503, Some("busy")));
        assert!(!busy.header("retry-after").is_empty());
        assert_eq!(held.join().unwrap(), 200);
    });
    let turned_away = "imprimatur_model_turned_away_total{model=\"desk\",part=\"\"}";
    assert_eq!(server.counter(turned_away), 1);
}

#[test]
fn whoever_leaves_is_heard_by_the_server() {
    for stream in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let (told, heard) = mpsc::channel();
        thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let mut buffer = [0; 8192];
            let mut read = connection.read(&mut buffer).unwrap();
            told.send("asked").unwrap();
            if stream {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
                let said = "data: {\"choices\":[{\"delta\":{\"content\":\"The river. \"}}]}\n\n";
                connection.write_all(format!("{head}{said}").as_bytes()).unwrap();
            }
            while read > 0 {
                read = connection.read(&mut buffer).unwrap_or(0);
            }
            told.send("left").unwrap();
        });
        let newsroom = newsroom([&url, "http://127.0.0.1:1/v1"], "");
        let key = newsroom.key("journalist", "ada");
        let server = newsroom.serve();
        let address = server.url.strip_prefix("http://").unwrap();
        let mut request = chat("What does the river do?");
        (request["model"], request["stream"]) = (json!("desk"), json!(stream));
        let body = request.to_string();
        let mut caller = TcpStream::connect(address).unwrap();
        let head = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        caller.write_all(head.as_bytes()).unwrap();
        let patience = Duration::from_secs(20);
        assert_eq!(heard.recv_timeout(patience), Ok("asked"));
        if stream {
            assert!(caller.read(&mut [0; 4096]).unwrap() > 0);
        }
        drop(caller);
        // Within a second where nothing else is to do; tests have company.
        let left = heard.recv_timeout(Duration::from_secs(5));
        assert_eq!(left, Ok("left"), "stream: {stream}");
        assert_eq!(server.terminate(), Some(0));
        assert_eq!(newsroom.lines(&["audit", "find", "--event", "interrupted"]).len(), 1);
    }
}
