//! What the gateway costs beside a bare pass-through and other gateways, all before the same server
//! with a fixed answer, in one run: `cargo run --release -p gateway --example overhead`.
//!
//! Every server is a process of its own, and requests are counted by the CPU seconds of that process:
//! a figure that does not depend on what else a machine does. Other gateways are started by you, on
//! the mock's address (18080): `overhead NAME=PID,http://HOST:PORT/PATH,KEY,MODEL`.
#![expect(clippy::unwrap_used, reason = "a figure that cannot be measured ends the run")]
#![expect(clippy::print_stdout, reason = "figures are the output")]

mod load;
mod servers;

use std::{env, time::Duration};

use load::{Load, Target, measure};
use servers::{Started, floor, mock, ours};
use tokio::runtime::Runtime;

/// Callers at once in the second and third column.
const CALLERS: usize = 32;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let runtime = Runtime::new().unwrap();
    match arguments.first().map(String::as_str) {
        Some("mock") => runtime.block_on(mock()),
        Some("floor") => runtime.block_on(floor()),
        _ => compare(&runtime, &arguments),
    }
}

fn compare(runtime: &Runtime, peers: &[String]) {
    let _mock = Started::this("mock", servers::MOCK);
    let floor = Started::this("floor", servers::FLOOR);
    let folders: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let [small, full] = folders.as_slice() else { return };
    let small = ours(small.path(), servers::SMALL_PORT, Some(servers::RULES));
    let full = ours(full.path(), servers::FULL_PORT, None);
    let mut targets = vec![
        ("a bare axum pass-through".to_owned(), floor.target("/v1/chat/completions", "", "mock")),
        ("imprimatur, no server, 20 rules".to_owned(), small.target("null")),
        ("imprimatur, no server, newsroom pack".to_owned(), full.target("null")),
        ("imprimatur, 20 rules".to_owned(), small.target("mock")),
        ("imprimatur, newsroom pack".to_owned(), full.target("mock")),
    ];
    targets.extend(peers.iter().map(|peer| other(peer)));
    println!(
        "{:38} {:>9} {:>11} {:>9} {:>12} {:>8}",
        "", "p50 ms", "req/CPU-s", "req/s", "str/CPU-s", "RSS MiB"
    );
    for (name, target) in targets {
        let one = measure(runtime, &target, &Load { callers: 1, stream: false, lasts: secs(3) });
        let many = Load { callers: CALLERS, stream: false, lasts: secs(5) };
        let many = measure(runtime, &target, &many);
        let streams = Load { callers: CALLERS, stream: true, lasts: secs(5) };
        let streams = measure(runtime, &target, &streams);
        println!(
            "{name:38} {:9.3} {:11.0} {:9.0} {:12.0} {:8}",
            one.median_ms, many.per_cpu_s, many.per_s, streams.per_cpu_s, streams.rss_mib
        );
    }
}

const fn secs(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// `NAME=PID,URL,KEY,MODEL`
fn other(text: &str) -> (String, Target) {
    let (name, rest) = text.split_once('=').unwrap();
    let mut parts = rest.split(',');
    let pid = parts.next().unwrap().parse().unwrap();
    let url = parts.next().unwrap().trim_start_matches("http://");
    let (address, path) = url.split_once('/').unwrap();
    let key = parts.next().unwrap_or_default().to_owned();
    let model = parts.next().unwrap_or("mock").to_owned();
    let (address, path) = (address.to_owned(), format!("/{path}"));
    (name.to_owned(), Target { address, path, key, model, pid })
}
