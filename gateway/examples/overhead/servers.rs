//! The processes that are compared.

use std::{
    env, fs,
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
    routing::post,
    serve::ListenerExt as _,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::Mutex,
};

use crate::load::Target;

/// Where each listens on the loopback.
pub(crate) const MOCK: u16 = 18_080;
pub(crate) const FLOOR: u16 = 18_081;
pub(crate) const SMALL_PORT: u16 = 18_082;
pub(crate) const FULL_PORT: u16 = 18_083;

/// Chunks of a streamed answer.
const CHUNKS: usize = 50;

/// A pack of twenty rules.
pub(crate) const RULES: &str = include_str!("rules.toml");

/// A process that ends with its value.
pub(crate) struct Started {
    process: Child,
    port: u16,
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Started {
    /// This program in another role.
    pub(crate) fn this(role: &str, port: u16) -> Self {
        let process = Command::new(env::current_exe().unwrap()).arg(role).spawn().unwrap();
        Self::ready(process, port)
    }

    fn ready(process: Child, port: u16) -> Self {
        let started = Self { process, port };
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return started;
            }
            thread::sleep(Duration::from_millis(50));
        }
        started
    }

    pub(crate) fn target(&self, path: &str, key: &str, model: &str) -> Target {
        Target {
            address: format!("127.0.0.1:{}", self.port),
            path: path.to_owned(),
            key: key.to_owned(),
            model: model.to_owned(),
            headers: String::new(),
            pid: self.process.id(),
        }
    }
}

/// The gateway with a key.
pub(crate) struct Ours {
    started: Started,
    key: String,
}

impl Ours {
    pub(crate) fn target(&self, model: &str) -> Target {
        self.started.target("/v1/chat/completions", &self.key, model)
    }
}

/// The gateway's own binary, built beside this example, with these rules or the newsroom's.
pub(crate) fn ours(folder: &Path, port: u16, rules: Option<&str>) -> Ours {
    let built = env::current_exe().unwrap();
    let binary = built.parent().unwrap().parent().unwrap().join("imprimatur");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&binary);
        command.arg("--data-dir").arg(folder).args(arguments);
        command
    };
    let made = Command::new(&binary)
        .args(["init", "--yes", "--dir"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success(), "build the gateway first: cargo build --release");
    let file = folder.join("imprimatur.toml");
    let models = format!(
        "\n[generators.null]\nkind = \"null\"\n[generators.mock]\nkind = \"openai\"\n\
         url = \"http://127.0.0.1:{MOCK}/v1\"\nmodel = \"mock\"\n"
    );
    let without = without_models(&fs::read_to_string(&file).unwrap());
    fs::write(&file, without + &models).unwrap();
    if let Some(rules) = rules {
        fs::write(folder.join("policy.toml"), rules).unwrap();
    }
    let key = run(&["keys", "create", "--tenant", "press", "--desk", "city", "--role"])
        .args(["journalist", "--subject", "ada", "--json"])
        .output();
    let key: Value = serde_json::from_slice(&key.unwrap().stdout).unwrap();
    let key = key.get("key").and_then(Value::as_str).unwrap().to_owned();
    let listen = format!("127.0.0.1:{port}");
    let process = run(&["serve", "--listen", &listen]).stdout(Stdio::null()).spawn().unwrap();
    Ours { started: Started::ready(process, port), key }
}

/// The configuration without the models that a new installation has: their memory is their own.
fn without_models(configuration: &str) -> String {
    let mut is_model = false;
    let kept = configuration.lines().filter(|line| {
        if line.starts_with('[') {
            is_model = line.starts_with("[generators.");
        }
        !is_model
    });
    kept.map(|line| format!("{line}\n")).collect()
}

/// A server of OpenAI's protocol with a fixed answer.
pub(crate) async fn mock() {
    let models = json!({"object": "list", "data": [{"id": "mock", "object": "model"}]}).to_string();
    let models = axum::routing::get(move || async move {
        ([(header::CONTENT_TYPE, "application/json")], models)
    });
    serve(
        MOCK,
        Router::new().route("/v1/chat/completions", post(answer)).route("/v1/models", models),
    )
    .await;
}

async fn answer(body: Bytes) -> Response {
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    if asked.get("stream") != Some(&json!(true)) {
        let choice = json!({"index": 0, "finish_reason": "stop",
            "message": {"role": "assistant", "content": "The council meets on Tuesday at noon."}});
        let body = json!({"id": "c", "object": "chat.completion", "created": 1, "model": "mock",
            "choices": [choice], "usage": {"prompt_tokens": 9, "completion_tokens": 8, "total_tokens": 17}});
        return ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response();
    }
    let chunk = |delta: Value, reason: Value| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": reason});
        let body = json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "mock",
            "choices": [choice]});
        format!("data: {body}\n\n")
    };
    let words =
        (0..CHUNKS).map(|place| chunk(json!({"content": format!("word{place} ")}), Value::Null));
    let end = [chunk(json!({}), json!("stop")), "data: [DONE]\n\n".to_owned()];
    let pieces =
        words.chain(end).map(|piece| Ok::<_, std::convert::Infallible>(Bytes::from(piece)));
    let body = Body::from_stream(futures::stream::iter(pieces.collect::<Vec<_>>()));
    ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
}

/// Connections to the mock that are free.
type Free = std::sync::Arc<Mutex<Vec<tokio::net::TcpStream>>>;

/// Passes requests on and answers back as they come, and does nothing else.
pub(crate) async fn floor() {
    let routes =
        Router::new().route("/v1/chat/completions", post(pass)).with_state(Free::default());
    serve(FLOOR, routes).await;
}

async fn pass(State(free): State<Free>, body: Bytes) -> Response {
    let waiting = free.lock().await.pop();
    let mut stream = match waiting {
        Some(stream) => stream,
        None => {
            let stream = tokio::net::TcpStream::connect(("127.0.0.1", MOCK)).await.unwrap();
            stream.set_nodelay(true).unwrap();
            stream
        }
    };
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: mock\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
    let mut bytes = Vec::with_capacity(4096);
    loop {
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(bytes.get(..end).unwrap()).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let Some(length) = length.map(|length| length.trim().parse::<usize>().unwrap()) else {
            return streamed(stream, bytes.split_off(end + 4), free);
        };
        while bytes.len() < end + 4 + length {
            stream.read_buf(&mut bytes).await.unwrap();
        }
        free.lock().await.push(stream);
        let body = bytes.split_off(end + 4);
        return ([(header::CONTENT_TYPE, "application/json")], body).into_response();
    }
}

/// How chunked framing ends.
const END: &[u8] = b"\r\n0\r\n\r\n";

/// A stream on its way through the floor.
struct Passing {
    stream: tokio::net::TcpStream,
    /// The beginning of a line whose rest has not come.
    line: Vec<u8>,
    /// The last bytes that came.
    tail: Vec<u8>,
    free: Free,
}

impl Passing {
    /// The events that are whole, and whether they were the last.
    fn events(&mut self) -> (String, bool) {
        let end = self.line.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let rest = self.line.split_off(end);
        let lines = std::mem::replace(&mut self.line, rest);
        let lines = String::from_utf8_lossy(&lines);
        let data = lines.lines().filter(|line| line.starts_with("data: "));
        (data.map(|line| format!("{line}\n\n")).collect(), self.tail.ends_with(END))
    }

    async fn read(&mut self) {
        let known = self.line.len();
        assert!(self.stream.read_buf(&mut self.line).await.unwrap() > 0, "the mock hung up");
        self.tail.extend(self.line.get(known..).unwrap());
        self.tail.drain(..self.tail.len().saturating_sub(END.len()));
    }
}

/// Passes events on as they come, with their framing taken off.
fn streamed(stream: tokio::net::TcpStream, first: Vec<u8>, free: Free) -> Response {
    let passing = Passing { stream, tail: first.clone(), line: first, free };
    let pieces = futures::stream::unfold(Some(passing), |passing| async move {
        let mut passing = passing?;
        loop {
            let (events, is_over) = passing.events();
            let piece = Ok::<_, std::convert::Infallible>(Bytes::from(events));
            if is_over {
                passing.free.lock().await.push(passing.stream);
                return Some((piece, None));
            }
            if piece.as_ref().is_ok_and(|piece| !piece.is_empty()) {
                return Some((piece, Some(passing)));
            }
            passing.read().await;
        }
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(pieces)).into_response()
}

async fn serve(port: u16, routes: Router) {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, routes).await.unwrap();
}
