//! Clients that mean harm, or cannot do better: each gets a true answer or is let go, and the others are
//! served meanwhile.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream},
    time::{Duration, Instant},
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;

use crate::newsroom::{Newsroom, RIVER, Server, chat};

/// A newsroom with other limits.
fn limited(changes: &[(&str, &str)]) -> Newsroom {
    let newsroom = Newsroom::new();
    let file = newsroom.path("imprimatur.toml");
    let mut text = std::fs::read_to_string(&file).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    std::fs::write(file, text).unwrap();
    newsroom
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

/// What comes back until the connection closes.
fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    // A reset after the answer is as good as an end.
    while let Ok(count @ 1..) = stream.read(&mut piece) {
        bytes.extend_from_slice(&piece[..count]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Sends raw bytes; what comes back.
fn raw(server: &Server, request: &[u8]) -> String {
    let mut stream = connect(server);
    // The server may have answered and closed before it has read everything.
    drop(stream.write_all(request));
    rest(&mut stream)
}

fn status(answer: &str) -> u16 {
    let code = answer.split(' ').nth(1).unwrap_or_default();
    code.parse().unwrap_or_else(|_| panic!("no status in {answer:?}"))
}

fn served(server: &Server) {
    let start = Instant::now();
    assert_eq!(server.get("", "/healthz").status, 200);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn who_drips_a_header_is_let_go_and_others_are_served_meanwhile() {
    let newsroom = limited(&[("header_seconds_max = 10", "header_seconds_max = 2")]);
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let mut dripping: Vec<TcpStream> = (0..300).map(|_| connect(&server)).collect();
    for stream in &mut dripping {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-drip: ").unwrap();
    }
    let start = Instant::now();
    served(&server);
    assert_eq!(server.post(&key, "/v1/chat/completions", &chat(RIVER)).status, 200);
    for stream in &mut dripping {
        drop(stream.write_all(b"a"));
        assert_eq!(rest(stream), "", "nothing is answered");
    }
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    server.until(|server| server.counter("imprimatur_connections{listener=\"api\"}") <= 3);
}

#[test]
fn headers_have_bounds() {
    let newsroom = Newsroom::new();
    let server = newsroom.serve();
    let get = |headers: &str| {
        raw(
            &server,
            format!("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n")
                .as_bytes(),
        )
    };
    assert_eq!(status(&get("")), 200);
    assert_eq!(status(&get(&format!("x-large: {}\r\n", "a".repeat(80_000)))), 431);
    let many: String = (0..150).map(|number| format!("x-{number}: 1\r\n")).collect();
    assert_eq!(status(&get(&many)), 431);
    assert_eq!(status(&get("x bad: 1\r\n")), 400);
    assert_eq!(status(&get("x-bad: a\0b\r\n")), 400);
    for twice in ["authorization: Bearer a\r\nauthorization: Bearer b\r\n", "host: y\r\n"] {
        let answer = get(twice);
        assert_eq!(status(&answer), 400, "{answer}");
        assert!(answer.contains("duplicate_header"), "{answer}");
    }
    assert_eq!(status(&get("content-length: 1\r\ncontent-length: 2\r\n")), 400);
    let long = format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(70_000));
    assert!(matches!(status(&raw(&server, long.as_bytes())), 414 | 431));
    let nonsense = raw(&server, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n");
    assert!(nonsense.is_empty() || status(&nonsense) == 400, "{nonsense}");
    served(&server);
}

#[test]
fn bodies_that_are_no_requests_are_explained() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let chat_with = |body: &[u8], kind: &str| {
        let answer = server.send(&key, "/v1/chat/completions", body, kind);
        let error = answer.json()["error"].clone();
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (answer.status, text("code"), text("param"))
    };
    let refused = |code: &str, param: &str| (400, code.to_owned(), param.to_owned());
    let deep = format!("{{\"model\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(chat_with(deep.as_bytes(), "application/json").0, 400);
    let twice = br#"{"model":"newsdesk-starter","model":"other","messages":[]}"#;
    assert_eq!(chat_with(twice, "application/json"), refused("invalid_value", "model"));
    let utf8 = b"{\"model\":\"\xff\xfe\",\"messages\":[]}";
    assert_eq!(chat_with(utf8, "application/json"), refused("invalid_body", ""));
    let good = chat(RIVER).to_string();
    assert_eq!(chat_with(good.as_bytes(), "text/plain"), refused("invalid_body", ""));
    assert_eq!(chat_with(good.as_bytes(), "multipart/form-data"), refused("invalid_body", ""));
    assert_eq!(chat_with(b"", "application/json"), refused("invalid_body", ""));
    for path in ["/v1/images/generations", "/v1/moderations", "/v1/audio/speech", "/v1/stories"] {
        let answer = server.send(&key, path, deep.as_bytes(), "application/json");
        assert_eq!(answer.status, 400, "{path}: {}", answer.json());
    }
    served(&server);
}

#[test]
fn a_body_that_drips_is_answered_408() {
    let newsroom = limited(&[("body_seconds_max = 300", "body_seconds_max = 1")]);
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: \
         Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{{\"model\""
    );
    let answer = raw(&server, head.as_bytes());
    assert_eq!(status(&answer), 408, "{answer}");
    assert!(answer.contains("body_too_slow"), "{answer}");
}

#[test]
fn two_thousand_open_connections_keep_nobody_waiting() {
    let limits = getrlimit(Resource::Nofile);
    let most = Rlimit { current: limits.maximum, maximum: limits.maximum };
    setrlimit(Resource::Nofile, most).unwrap();
    let newsroom = limited(&[("header_seconds_max = 10", "header_seconds_max = 120")]);
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let count = std::env::var("IMPRIMATUR_CONNECTIONS").map_or(2100, |text| text.parse().unwrap());
    let open: Vec<TcpStream> = (0..count).map(|_| connect(&server)).collect();
    server.until(|server| server.counter("imprimatur_connections{listener=\"api\"}") >= count);
    served(&server);
    assert_eq!(server.post(&key, "/v1/chat/completions", &chat(RIVER)).status, 200);
    drop(open);
    server.until(|server| server.counter("imprimatur_connections{listener=\"api\"}") <= 3);
}

#[test]
fn an_address_holds_only_its_share_of_connections() {
    let newsroom = limited(&[("per_address_max = 0", "per_address_max = 20")]);
    let server = newsroom.serve();
    let mut open: Vec<TcpStream> = (0..30).map(|_| connect(&server)).collect();
    assert_eq!(rest(open.last_mut().unwrap()), "", "closed at once");
    open.truncate(10);
    server.until(|server| {
        let text = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            server.counter("imprimatur_connections_turned_away_total{listener=\"api\"}")
        }));
        text.is_ok_and(|count| count >= 10)
    });
}

#[test]
fn who_half_closes_or_leaves_costs_nothing() {
    let newsroom = Newsroom::new();
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    let body = chat(RIVER).to_string();
    let request = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    for _ in 0..20 {
        let mut stream = connect(&server);
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut other = connect(&server);
        other.write_all(&request.as_bytes()[..40]).unwrap();
        other.shutdown(Shutdown::Both).unwrap();
        drop(rest(&mut stream));
    }
    served(&server);
    server.until(|server| {
        server.counter("imprimatur_requests_open") == 0
            && server.counter("imprimatur_connections{listener=\"api\"}") <= 3
    });
    drop(server);
    // Each request has exactly one end, also where its caller left before it was admitted.
    let mut events: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in newsroom.lines(&["audit", "tail", "-n", "1000"]) {
        let record = &entry["record"];
        if let (Some(request), Some(event)) =
            (record["request_id"].as_str(), record["event"].as_str())
        {
            events.entry(request.to_owned()).or_default().push(event.to_owned());
        }
    }
    assert!(!events.is_empty());
    for told in events.values() {
        let (ends, begins): (Vec<&String>, Vec<&String>) =
            told.iter().partition(|event| *event != "admitted");
        assert!(begins.len() <= 1, "{told:?}");
        assert!(
            ends.len() == 1 && ["released", "interrupted", "failed"].contains(&ends[0].as_str()),
            "{told:?}"
        );
    }
}

#[test]
fn pages_of_configured_origins_may_call() {
    let newsroom = Newsroom::with("\n[server.cors]\norigins = [\"https://cms.example.org\"]\n");
    let server = newsroom.serve();
    let ask = |origin: &str| {
        raw(
            &server,
            format!(
                "OPTIONS /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\norigin: \
                 {origin}\r\naccess-control-request-method: POST\r\n\
                 access-control-request-headers: authorization\r\n\r\n"
            )
            .as_bytes(),
        )
    };
    let allowed = ask("https://cms.example.org");
    assert_eq!(status(&allowed), 200);
    assert!(allowed.contains("access-control-allow-origin: https://cms.example.org"), "{allowed}");
    assert!(allowed.contains("access-control-allow-headers: authorization"), "{allowed}");
    assert!(!ask("https://evil.example.org").contains("access-control-allow-origin"));
    assert_eq!(server.get("", "/healthz").header("x-content-type-options"), "nosniff");
}

#[test]
fn beyond_the_queue_the_answer_is_503_with_a_time_to_wait() {
    let newsroom = limited(&[
        ("requests_max = 1024", "requests_max = 1"),
        ("requests_waiting_max = 1024", "requests_waiting_max = 1"),
        ("waiting_seconds_max = 30", "waiting_seconds_max = 20"),
    ]);
    let key = newsroom.key("journalist", "ada");
    let server = newsroom.serve();
    // It has its turn, and keeps it while its body is awaited.
    let mut first = connect(&server);
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\ncontent-length: 1000\r\n\r\n{{"
    );
    first.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    std::thread::scope(|scope| {
        let ask = || server.post(&key, "/v1/moderations", &json!({"input": "a bridge"}));
        let waiting = scope.spawn(ask);
        server.until(|server| server.counter("imprimatur_requests_waiting") == 1);
        let refused = ask();
        assert_eq!((refused.status, refused.header("retry-after")), (503, "1"));
        assert_eq!(refused.json()["error"]["code"], "busy");
        served(&server);
        drop(first);
        assert_eq!(waiting.join().unwrap().status, 200, "it has its turn when the first leaves");
    });
}
