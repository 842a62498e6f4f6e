//! Callers on bare sockets, and what a server's process spent on them.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    runtime::Runtime,
};

/// The kernel counts processor time in hundredths of a second.
const TICKS_PER_S: f64 = 100.0;

/// Who is asked.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) address: String,
    pub(crate) path: String,
    pub(crate) key: String,
    pub(crate) model: String,
    /// More lines of the request's head.
    pub(crate) headers: String,
    pub(crate) pid: u32,
}

/// How much.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) callers: usize,
    pub(crate) stream: bool,
    pub(crate) lasts: Duration,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) median_ms: f64,
    pub(crate) per_cpu_s: f64,
    pub(crate) per_s: f64,
    pub(crate) rss_mib: u64,
}

/// Asks for as long as the load lasts, after a warm-up.
pub(crate) fn measure(runtime: &Runtime, target: &Target, load: &Load) -> Figures {
    let request = request(target, load.stream);
    let _ = runtime.block_on(run(target, &request, load.callers, Duration::from_millis(500)));
    let (cpu, start) = (cpu_s(target.pid), Instant::now());
    let mut times = runtime.block_on(run(target, &request, load.callers, load.lasts));
    let (spent, lasted) = (cpu_s(target.pid) - cpu, start.elapsed().as_secs_f64());
    times.sort();
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    Figures {
        median_ms: median.as_secs_f64() * 1e3,
        per_cpu_s: times.len() as f64 / spent.max(1.0 / TICKS_PER_S),
        per_s: times.len() as f64 / lasted,
        rss_mib: rss_mib(target.pid),
    }
}

async fn run(target: &Target, request: &[u8], callers: usize, lasts: Duration) -> Vec<Duration> {
    let until = Instant::now() + lasts;
    let callers = (0..callers).map(|_| {
        let (address, request) = (target.address.clone(), request.to_vec());
        tokio::spawn(async move { caller(&address, &request, until).await })
    });
    let mut times = Vec::new();
    for caller in callers.collect::<Vec<_>>() {
        times.extend(caller.await.unwrap());
    }
    times
}

async fn caller(address: &str, request: &[u8], until: Instant) -> Vec<Duration> {
    let mut times = Vec::new();
    let mut stream = connect(address).await;
    while Instant::now() < until {
        let start = Instant::now();
        stream.write_all(request).await.unwrap();
        if !answered(&mut stream).await {
            stream = connect(address).await;
        }
        times.push(start.elapsed());
    }
    times
}

async fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Reads one answer, which must be 200; whether the connection can be used again.
async fn answered(stream: &mut TcpStream) -> bool {
    let mut bytes = Vec::with_capacity(8192);
    let head = loop {
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "the server hung up");
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let text = String::from_utf8_lossy(bytes.get(..head).unwrap()).to_ascii_lowercase();
    assert!(text.contains(" 200 "), "{text}{}", String::from_utf8_lossy(&bytes));
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: Option<usize> = length.map(|length| length.trim().parse().unwrap());
    loop {
        let is_over = match length {
            Some(length) => bytes.len() >= head + length,
            None => bytes.ends_with(b"0\r\n\r\n"),
        };
        if is_over {
            return !text.contains("connection: close");
        }
        if stream.read_buf(&mut bytes).await.unwrap() == 0 {
            return false;
        }
    }
}

fn request(target: &Target, stream: bool) -> Vec<u8> {
    let prompt = "Two sentences on the council, which meets on Tuesday at noon.";
    let body = json!({"model": target.model, "stream": stream,
        "messages": [{"role": "user", "content": prompt}]});
    let body = body.to_string();
    let Target { path, key, address, headers, .. } = target;
    format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Processor time of a process so far, its own and the kernel's for it.
fn cpu_s(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).unwrap().parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / TICKS_PER_S
}

/// Memory of a process that is resident now.
pub(crate) fn rss_mib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() / 1024
}
