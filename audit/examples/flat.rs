//! What an append, a proof and a look-up cost as the log grows, and what opening it costs.
//!
//! `cargo run --release -p audit --example flat -- [FOLDER] [ENTRIES]`; entries of 1 KiB, a million
//! by default.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a figure that cannot be measured ends the run"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use audit::{Event, Log, LogKey, LogOptions, Record};
use tokio::runtime::Runtime;
use types::RequestId;

const WRITERS: u64 = 256;
const SAMPLES: u64 = 2000;

fn record(request: Option<RequestId>) -> Record {
    let mut record = Record::new(Event::KeyCreated, "press", "0123456789abcdef");
    record.request_id = request;
    record.detail = Some("x".repeat(780));
    record
}

/// Resident memory in MiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn grow(runtime: &Runtime, log: &Log, to: u64) -> Duration {
    let start = Instant::now();
    let from = log.size();
    runtime.block_on(async {
        let writers: Vec<_> = (0..WRITERS)
            .map(|n| {
                let log = log.clone();
                let count = (to - from) / WRITERS + u64::from(n < (to - from) % WRITERS);
                tokio::spawn(async move {
                    for _ in 0..count {
                        log.append(record(Some(RequestId::new()))).await.unwrap();
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        log.checkpoint_now().await.unwrap();
    });
    start.elapsed()
}

/// Microseconds for each call, over indices spread over the whole log.
fn each(size: u64, mut call: impl FnMut(u64)) -> f64 {
    let start = Instant::now();
    for n in 0..SAMPLES {
        call(n * 2_654_435_761 % size);
    }
    start.elapsed().as_secs_f64() * 1e6 / SAMPLES as f64
}

fn open(folder: &Path, key: &Path) -> (Log, Duration) {
    let start = Instant::now();
    let log = Log::open(folder, LogKey::load(key).unwrap(), LogOptions::new("flat")).unwrap();
    (log, start.elapsed())
}

fn main() {
    let mut args = std::env::args().skip(1);
    let base = args.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let entries: u64 = args.next().and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let place = tempfile::tempdir_in(base).unwrap();
    let (folder, key) = (place.path().join("log"), place.path().join("key"));
    LogKey::create(&key).unwrap();
    let runtime = Runtime::new().unwrap();
    println!(
        "| entries | append, µs | proof, µs | entry, µs | by request, µs | open, s | resident, MiB | load |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let steps = [1, 3, 10, 30, 100, 300, 1000].map(|step| step * 10_000);
    for size in steps.into_iter().filter(|size| *size <= entries) {
        let (log, _) = open(&folder, &key);
        let more = size - log.size();
        let append = grow(&runtime, &log, size).as_secs_f64() * 1e6 / more as f64;
        drop(log);
        let (log, opened) = open(&folder, &key);
        let proof = each(size, |index| drop(log.proof(index).unwrap()));
        let entry = each(size, |index| drop(log.entry(index).unwrap()));
        let request = |index: u64| {
            let record = Record::parse(&log.entry(index).unwrap()).unwrap();
            assert_eq!(log.registry().request(record.request_id.unwrap()).unwrap(), [index]);
        };
        let found = each(size, request) - entry;
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').next().unwrap_or_default();
        println!(
            "| {size} | {append:.1} | {proof:.1} | {entry:.1} | {found:.1} | {:.2} | {} | {load} |",
            opened.as_secs_f64(),
            resident()
        );
    }
}
