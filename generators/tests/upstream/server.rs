//! A server on this machine that does what a script says.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use generators::openai::{Settings, Waits};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// What a server does after it has read a request.
#[derive(Clone)]
pub(crate) enum Step {
    Send(Vec<u8>),
    Pause(u64),
    /// Ends the connection with a reset.
    Reset,
    /// Ends the connection in good order.
    Close,
    /// Waits until the client has gone.
    UntilGone,
}

pub(crate) use Step::{Close, Pause, Reset, Send, UntilGone};

/// A server on this machine.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) requests: Arc<AtomicUsize>,
    pub(crate) connections: Arc<AtomicUsize>,
    pub(crate) gone: Arc<AtomicUsize>,
    pub(crate) head: Arc<Mutex<String>>,
}

impl Server {
    /// Serves the scripts one request after the other, the last one ever after.
    pub(crate) async fn start(scripts: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let [requests, connections, gone] = [0; 3].map(|_| Arc::new(AtomicUsize::new(0)));
        let server = Self {
            url,
            requests: Arc::clone(&requests),
            connections: Arc::clone(&connections),
            gone: Arc::clone(&gone),
            head: Arc::default(),
        };
        let head = Arc::clone(&server.head);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                connections.fetch_add(1, Ordering::SeqCst);
                let (scripts, requests, gone) =
                    (scripts.clone(), Arc::clone(&requests), Arc::clone(&gone));
                tokio::spawn(serve(stream, scripts, Arc::clone(&head), requests, gone));
            }
        });
        server
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    pub(crate) fn settings(&self) -> Settings {
        settings(&self.url)
    }
}

pub(crate) fn settings(url: &str) -> Settings {
    let millis = Duration::from_millis;
    let waits = Waits {
        connect: millis(500),
        first_byte: millis(250),
        idle: millis(250),
        total: millis(900),
    };
    Settings { model: Some("m".to_owned()), waits, ..Settings::new(url) }
}

async fn serve(
    mut stream: TcpStream,
    scripts: Vec<Vec<Step>>,
    last: Arc<Mutex<String>>,
    requests: Arc<AtomicUsize>,
    gone: Arc<AtomicUsize>,
) {
    while let Some(head) = request(&mut stream).await {
        *last.lock().unwrap() = head;
        let number = requests.fetch_add(1, Ordering::SeqCst);
        for step in scripts.get(number).or(scripts.last()).unwrap() {
            match step {
                Send(bytes) => drop(stream.write_all(bytes).await),
                Pause(millis) => tokio::time::sleep(Duration::from_millis(*millis)).await,
                Reset => {
                    stream.set_zero_linger().unwrap();
                    return;
                }
                Close => return,
                UntilGone => {
                    let mut byte = [0];
                    while stream.read(&mut byte).await.is_ok_and(|read| read > 0) {}
                    gone.fetch_add(1, Ordering::SeqCst);
                    return;
                }
            }
        }
    }
}

/// Reads a request with its body.
async fn request(stream: &mut TcpStream) -> Option<String> {
    let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let Ok(count @ 1..) = stream.read(&mut buffer).await else { return None };
        read.extend_from_slice(&buffer[..count]);
        let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
        if read.len() >= end + 4 + length {
            return Some(head);
        }
    }
}

/// An answer with a body of its length.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> Step {
    let length = body.len();
    Send(format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n{body}").into())
}

pub(crate) fn json(body: &str) -> Step {
    answer("200 OK", "content-type: application/json\r\n", body)
}

/// The head of a stream that ends with the connection.
pub(crate) fn events() -> Step {
    Send(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n".to_vec(),
    )
}

pub(crate) fn said(text: &str) -> Step {
    Send(format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n").into())
}

pub(crate) fn send(text: &str) -> Step {
    Send(text.as_bytes().to_vec())
}

pub(crate) const STOP: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
pub(crate) const DONE: &str = "data: [DONE]\n\n";
pub(crate) const WHOLE: &str = r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"The Elbe rises."},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":4}}"#;
