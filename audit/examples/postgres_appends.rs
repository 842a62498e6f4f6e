//! Durable appends of 1 KiB records a second on PostgreSQL, 64 writers with 16 in flight each:
//! `cargo run --release -p audit --example postgres_appends`. It starts a server of Debian's package
//! in a temporary folder, with its settings as they come.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a figure that cannot be measured ends the run"
)]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use audit::{Driver, Event, Log, LogKey, LogOptions, LogStore, PostgresLog, Record};
use futures::{StreamExt as _, stream};

#[path = "../tests/contract/postgres_server.rs"]
#[expect(dead_code, reason = "tests use the rest")]
mod postgres_server;

const WRITERS: usize = 64;
const IN_FLIGHT: usize = 16;
const BATCH: usize = 256;
const SECONDS: u64 = 10;

fn record() -> Record {
    let mut record = Record::new(Event::PolicyLoaded, "press", "0123456789abcdef");
    record.detail = Some("x".repeat(800));
    record
}

#[tokio::main]
async fn main() {
    let server = postgres_server::PostgresServer::start();
    let driver = Arc::new(Driver::start().unwrap());
    let open =
        |name: &str| PostgresLog::open(Arc::clone(&driver), &server.database(name), None).unwrap();
    let rate = tokio::task::block_in_place(|| store(open("store")));
    println!("store alone, batches of {BATCH}: {rate:.0} entries/s");

    let folder = tempfile::tempdir().unwrap();
    let key = LogKey::create(&folder.path().join("key")).unwrap();
    let options = LogOptions::new("bench");
    let log = Log::open_on(Box::new(open("log")), folder.path(), key, options).unwrap();
    for (writers, in_flight) in [(1, 1), (16, 1), (WRITERS, 1), (WRITERS, IN_FLIGHT)] {
        let rate = appends(&log, writers, in_flight).await;
        println!("log, {writers} writers with {in_flight} in flight: {rate:.0} appends/s");
    }
}

/// The store without the log's numbering, index and receipts.
fn store(mut store: PostgresLog) -> f64 {
    let batch = vec![vec![7; 1024]; BATCH];
    let (started, mut stored) = (Instant::now(), 0_u32);
    while started.elapsed() < Duration::from_secs(SECONDS) {
        let first = store.begin().unwrap();
        store.commit(first, &batch).unwrap();
        stored += u32::try_from(BATCH).unwrap();
    }
    f64::from(stored) / started.elapsed().as_secs_f64()
}

async fn appends(log: &Log, writers: usize, in_flight: usize) -> f64 {
    let started = Instant::now();
    let until = started + Duration::from_secs(SECONDS);
    let writing: Vec<_> = (0..writers)
        .map(|_| {
            let log = log.clone();
            tokio::spawn(async move {
                let records = stream::repeat_with(record).take_while(move |_| {
                    let goes_on = Instant::now() < until;
                    async move { goes_on }
                });
                let appends = records.map(|record| log.append(record)).buffer_unordered(in_flight);
                appends.map(|receipt| receipt.unwrap()).count().await
            })
        })
        .collect();
    let mut appended = 0;
    for writer in writing {
        appended += writer.await.unwrap();
    }
    f64::from(u32::try_from(appended).unwrap()) / started.elapsed().as_secs_f64()
}
