//! What the gateway costs beside a bare pass-through and other gateways, all before the same server
//! with a fixed answer, in one run: `cargo run --release -p gateway --example overhead`.
//!
//! Every server is a process of its own, and requests are counted by the CPU seconds of that process:
//! a figure that does not depend on what else a machine does. Other gateways are started by you, on
//! the mock's address (18080): `overhead NAME=PID,http://HOST:PORT/PATH,KEY,MODEL,HEADER: VALUE`.
//! Arguments without `=` choose rows by a part of their name.
#![expect(clippy::unwrap_used, reason = "a figure that cannot be measured ends the run")]
#![expect(clippy::print_stdout, reason = "figures are the output")]

mod load;
mod machine;
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

fn compare(runtime: &Runtime, arguments: &[String]) {
    let (peers, wanted): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|argument| argument.contains('='));
    let folders: Vec<_> = (0..2).map(|_| tempfile::tempdir().unwrap()).collect();
    let [small, full] = folders.as_slice() else { return };
    println!("{}", machine::told(small.path()));
    let _mock = Started::this("mock", servers::MOCK);
    let floor = Started::this("floor", servers::FLOOR);
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
        "{:38} {:>8} {:>8} {:>10} {:>8} {:>10}  RSS in MiB: idle, after answers, streams, all again",
        "", "p50 ms", "at 32", "req/CPU-s", "req/s", "str/CPU-s"
    );
    for (name, target) in targets {
        if wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str())) {
            println!("{name:38} {}", row(runtime, &target));
        }
    }
}

/// All loads on one server.
fn row(runtime: &Runtime, target: &Target) -> String {
    let idle = load::rss_mib(target.pid);
    let load = |callers, stream, lasts| measure(runtime, target, &Load { callers, stream, lasts });
    let one = load(1, false, secs(3));
    let many = load(CALLERS, false, secs(6));
    let streams = load(CALLERS, true, secs(6));
    load(CALLERS, false, secs(3));
    let again = load(CALLERS, true, secs(3));
    format!(
        "{:8.3} {:8.2} {:10.0} {:8.0} {:10.0}  {idle}, {}, {}, {}",
        one.median_ms,
        many.median_ms,
        many.per_cpu_s,
        many.per_s,
        streams.per_cpu_s,
        many.rss_mib,
        streams.rss_mib,
        again.rss_mib
    )
}

const fn secs(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// `NAME=PID,URL,KEY,MODEL` and headers.
fn other(text: &str) -> (String, Target) {
    let (name, rest) = text.split_once('=').unwrap();
    let mut parts = rest.split(',');
    let pid = parts.next().unwrap().parse().unwrap();
    let url = parts.next().unwrap().trim_start_matches("http://");
    let (address, path) = url.split_once('/').unwrap();
    let key = parts.next().unwrap_or_default().to_owned();
    let model = parts.next().unwrap_or("mock").to_owned();
    let headers = parts.map(|header| format!("{header}\r\n")).collect();
    let (address, path) = (address.to_owned(), format!("/{path}"));
    (name.to_owned(), Target { address, path, key, model, headers, pid })
}
