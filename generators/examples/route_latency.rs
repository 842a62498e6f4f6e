//! What a route adds to a server that is asked directly: a server with a fixed answer on the loopback,
//! asked in turn by the backend alone and through a route over it and a second one, after a warm-up.
//!
//! `cargo run --release -p generators --example route_latency`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a tool for whoever measures"
)]

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use generators::{
    EventSender, Generator, Hedge, Job, Route, RouteSettings, Upstream, openai::Settings,
};
use types::{Message, Speaker};

const WARM_UP: usize = 500;
const REQUESTS: usize = 5000;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for whole in [true, false] {
            compare(&server(), whole).await;
        }
    });
}

async fn compare(url: &str, whole: bool) {
    let settings = || Settings { model: Some("m".to_owned()), ..Settings::new(url) };
    let upstream = || Arc::new(Upstream::new("m", settings()).unwrap()) as Arc<dyn Generator>;
    let route = |hedge| {
        let models = vec![("a".to_owned(), upstream()), ("b".to_owned(), upstream())];
        Route::new("desk", models, RouteSettings { hedge, ..RouteSettings::default() }).unwrap()
    };
    let ways: [(&str, Arc<dyn Generator>); 3] = [
        ("the backend alone", upstream()),
        ("a route", Arc::new(route(Hedge::Never))),
        ("a route that hedges after p95", Arc::new(route(Hedge::P95))),
    ];
    let mut times = vec![Vec::with_capacity(REQUESTS); ways.len()];
    for turn in 0..WARM_UP + REQUESTS {
        for (place, (_, model)) in ways.iter().enumerate() {
            let time = once(model.as_ref(), whole).await;
            if turn >= WARM_UP {
                times[place].push(time);
            }
        }
    }
    let kind = if whole { "whole" } else { "stream" };
    for ((name, _), mut times) in ways.iter().zip(times) {
        times.sort_unstable();
        let [p50, p99] = [50, 99].map(|share| times[times.len() * share / 100].as_secs_f64() * 1e6);
        println!("{kind:6}  {name:30}  p50 {p50:7.1} µs  p99 {p99:7.1} µs");
    }
}

async fn once(model: &dyn Generator, whole: bool) -> Duration {
    let messages =
        vec![Message { role: Speaker::User, text: "What does the river do?".to_owned() }];
    let job = Job { messages, whole, ..Job::default() };
    let (sender, mut receiver) = EventSender::channel(32);
    let start = Instant::now();
    let reading = async { while receiver.recv().await.is_some() {} };
    let (output, ()) = tokio::join!(model.generate(job, sender), reading);
    output.unwrap();
    start.elapsed()
}

/// A server that answers each request at once, whole or as a stream of twenty pieces.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream));
        }
    });
    url
}

fn serve(mut stream: TcpStream) {
    stream.set_nodelay(true).unwrap();
    let (mut read, mut buffer) = (Vec::new(), [0; 8192]);
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        read.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() < length.parse::<usize>().unwrap() {
            continue;
        }
        read.clear();
        let (kind, answer) = if body.contains("\"stream\":true") { streamed() } else { whole() };
        let length = answer.len();
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(format!("{head}{answer}").as_bytes()).unwrap();
    }
}

fn whole() -> (&'static str, String) {
    let text = "word ".repeat(20);
    let choice = format!(r#"{{"message":{{"content":"{text}"}},"finish_reason":"stop"}}"#);
    ("application/json", format!(r#"{{"choices":[{choice}]}}"#))
}

fn streamed() -> (&'static str, String) {
    let piece = "data: {\"choices\":[{\"delta\":{\"content\":\"word \"}}]}\n\n".repeat(20);
    let end = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    ("text/event-stream", piece + end)
}
