//! A server on this machine that answers by path, and a model that is asked for a picture.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures_util::SinkExt as _;
use generators::{
    Event, EventSender, Generator, GeneratorError, Job, Mask, Output, Pictures, Raster,
    server::{Connection, Waits},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message as Frame, handshake::derive_accept_key, protocol::Role},
};
use types::{Drawing, Message, Sampling, Speaker, Task};

/// The beginning of a picture: nobody here looks further.
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";
pub(crate) const PNG_BASE64: &str = "iVBORw0KGgpyZXN0";

/// What a server answers.
pub(crate) enum Reply {
    Json(String),
    Bytes(Vec<u8>),
    Status(&'static str),
    /// Nothing, as long as the client waits.
    Stall,
    /// Ends the connection.
    Hang,
    /// After so many milliseconds, that.
    After(u64, Box<Self>),
    /// A websocket with these messages, each after 20 ms; ends after them, or in disorder.
    Talk(Vec<Frame>, End),
}

/// What a server answers every time.
pub(crate) type Way = fn() -> Reply;

/// How a websocket ends.
#[derive(Clone, Copy)]
pub(crate) enum End {
    Stays,
    Breaks,
}

/// A request as it came.
#[derive(Clone)]
pub(crate) struct Asked {
    /// Method and path with its query.
    pub(crate) line: String,
    /// Lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub(crate) struct Routes {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

type Handler = dyn Fn(&Asked) -> Reply + Send + Sync;

impl Routes {
    pub(crate) async fn start(handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (log, handler): (_, Arc<Handler>) = (Arc::clone(&asked), Arc::new(handler));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&log), Arc::clone(&handler)));
            }
        });
        Self { url, asked }
    }

    /// All requests whose line begins so.
    pub(crate) fn asked(&self, line: &str) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|asked| asked.line.starts_with(line)).cloned().collect()
    }

    /// Waits for a request whose line begins so.
    pub(crate) async fn comes(&self, line: &str) -> Asked {
        let start = Instant::now();
        loop {
            if let Some(asked) = self.asked(line).pop() {
                return asked;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "`{line}` does not come");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(crate) fn connection(&self) -> Connection {
        let millis = Duration::from_millis;
        let waits = Waits {
            connect: millis(500),
            first_byte: millis(400),
            idle: millis(400),
            total: millis(3000),
        };
        Connection { waits, ..Connection::new(&self.url) }
    }
}

async fn serve(mut stream: TcpStream, log: Arc<Mutex<Vec<Asked>>>, handler: Arc<Handler>) {
    while let Some(asked) = read(&mut stream).await {
        let mut reply = handler(&asked);
        let key = asked.head.clone();
        log.lock().unwrap().push(asked);
        while let Reply::After(millis, next) = reply {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            reply = *next;
        }
        let (status, body) = match reply {
            Reply::Json(body) => ("200 OK", body.into_bytes()),
            Reply::Bytes(body) => ("200 OK", body),
            Reply::Status(status) => (status, b"the secret plan".to_vec()),
            Reply::Stall | Reply::After(..) => {
                let mut byte = [0];
                while stream.read(&mut byte).await.is_ok_and(|read| read > 0) {}
                return;
            }
            Reply::Hang => return,
            Reply::Talk(frames, end) => return talk(stream, &key, frames, end).await,
        };
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
        drop(stream.write_all(head.as_bytes()).await);
        drop(stream.write_all(&body).await);
    }
}

async fn talk(mut stream: TcpStream, head: &str, frames: Vec<Frame>, end: End) {
    let key = head.lines().find_map(|line| line.strip_prefix("sec-websocket-key: ")).unwrap();
    let accept = derive_accept_key(key.as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: {accept}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
    for frame in frames {
        tokio::time::sleep(Duration::from_millis(20)).await;
        drop(socket.send(frame).await);
    }
    if matches!(end, End::Stays) {
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}

/// Reads a request; of its head only the websocket's key keeps its letters.
async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let (mut read, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        let Ok(count @ 1..) = stream.read(&mut buffer).await else { return None };
        read.extend_from_slice(&buffer[..count]);
        let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&read[..end]).into_owned();
        let lower = |line: &str| match line.split_once(": ") {
            Some((name, value)) => format!("{}: {value}", name.to_lowercase()),
            None => line.to_owned(),
        };
        let head: Vec<String> = text.lines().map(lower).collect();
        let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
        if read.len() >= end + 4 + length {
            let line = head[0].replace(" HTTP/1.1", "");
            let body = read[end + 4..end + 4 + length].to_vec();
            return Some(Asked { line, head: head.join("\n"), body });
        }
    }
}

/// A job with words, or without where they are empty, and all pictures.
pub(crate) fn job(task: Task, words: &str) -> Job {
    let raster = |value| Some(Arc::new(Raster { width: 8, height: 6, pixels: vec![value; 144] }));
    let mask = || Some(Arc::new(Mask { width: 8, height: 6, values: vec![255; 48] }));
    let pictures = Pictures {
        source: raster(10),
        mask: mask(),
        style: raster(20),
        garment: raster(30),
        garment_mask: mask(),
    };
    let messages = vec![Message { role: Speaker::User, text: words.to_owned() }];
    let sampling = Sampling { seed: 7, ..Sampling::default() };
    let drawing = Drawing { task, ..Drawing::default() };
    Job { messages, sampling, drawing, pictures, whole: true, ..Job::default() }
}

/// Runs a job: the file or the error, and the steps that were told.
pub(crate) async fn draw(
    model: &dyn Generator,
    job: Job,
) -> (Result<Vec<u8>, GeneratorError>, Vec<(u32, u32)>) {
    let (sender, mut receiver) = EventSender::channel(1);
    let listening = async {
        let mut steps = Vec::new();
        while let Some(event) = receiver.recv().await {
            if let Event::Step { done, total } = event {
                steps.push((done, total));
            }
        }
        steps
    };
    let running = async { tokio::join!(model.generate(job, sender), listening) };
    let limit = Duration::from_secs(30);
    let (output, steps) = tokio::time::timeout(limit, running).await.expect("nothing hangs");
    let file = output.map(|output| match output {
        Output::Picture(file) => file.bytes,
        other => panic!("{other:?}"),
    });
    (file, steps)
}

/// The code of what a server did wrong, whose words nobody repeats.
pub(crate) fn fault(result: &Result<Vec<u8>, GeneratorError>) -> &'static str {
    let Err(GeneratorError::Upstream(error)) = result else { panic!("{result:?}") };
    assert!(!error.to_string().contains("secret"), "{error}");
    error.code()
}

/// Begins a job and leaves when a request of this line has come.
pub(crate) async fn leave(model: &dyn Generator, job: Job, server: &Routes, line: &str) {
    let (sender, receiver) = EventSender::channel(1);
    let leaving = async {
        server.comes(line).await;
        drop(receiver);
    };
    let (output, ()) = tokio::join!(model.generate(job, sender), leaving);
    assert_eq!(output, Err(GeneratorError::Cancelled));
}
