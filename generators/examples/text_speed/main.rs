//! Speed beside llama.cpp, in one run: reading, drawing, and eight streams at once.
//!
//! `cargo run --release -p generators --example text_speed [FOLDER]`; FOLDER is one in which
//! `npm install node-llama-cpp` was run. Without it only ours is measured. The model is a random
//! llama of 63 million parameters in F32, Q8_0 and Q4_K.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that cannot run must stop, and prints a table"
)]

mod model;

use std::{
    env,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use candle_core::quantized::GgmlDType;
use generators::{Event, EventSender, Generator as _, Job, TextModel};
use serde::{Deserialize, Serialize};
use types::{Message, Sampling, Speaker};

/// Tokens of a long prompt, tokens drawn, tokens of a short prompt.
const PROMPT: usize = 512;
const DRAWN: usize = 64;
const SHORT: usize = 32;
/// Rounds, of which the best counts: other work on the machine only slows.
const ROUNDS: usize = 4;
const STREAMS: usize = 8;

/// Tokens a second, and milliseconds to the first token of a short prompt.
#[derive(Serialize, Deserialize)]
struct Speed {
    prefill: f64,
    decode: f64,
    first: f64,
    /// Tokens a second of one stream and of eight at once.
    streams: Option<(f64, f64)>,
}

fn main() {
    let asked: Vec<String> = env::args().skip(1).collect();
    if let [flag, model] = asked.as_slice()
        && flag == "--ours"
    {
        println!("{}", serde_json::to_string(&ours(Path::new(model))).unwrap());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    println!(
        "kind  threads  prefill t/s  decode t/s  first ms  8 streams t/s (beside one)  llama.cpp: prefill decode first"
    );
    for kind in [GgmlDType::F32, GgmlDType::Q8_0, GgmlDType::Q4K] {
        let path = folder.path().join(format!("{kind:?}.gguf"));
        model::write(&path, kind);
        for threads in [1, 2] {
            let ours = run(Command::new(env::current_exe().unwrap())
                .arg("--ours")
                .arg(&path)
                .env("RAYON_NUM_THREADS", threads.to_string())
                .env("CANDLE_NUM_THREADS", threads.to_string()));
            let theirs = asked.first().map(|there| theirs(Path::new(there), &path, threads));
            print(&format!("{kind:?}"), threads, &ours, theirs.as_ref());
        }
    }
}

fn run(command: &mut Command) -> Speed {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let last = said.lines().last().unwrap_or_default();
    serde_json::from_str(last)
        .unwrap_or_else(|_| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)))
}

fn theirs(folder: &Path, model: &Path, threads: usize) -> Speed {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/text_speed/llama_cpp.mjs");
    let numbers = [threads, PROMPT, DRAWN, SHORT].map(|number| number.to_string());
    run(Command::new("node").current_dir(folder).arg(script).arg(model).args(numbers))
}

fn print(kind: &str, threads: usize, ours: &Speed, theirs: Option<&Speed>) {
    let (one, eight) = ours.streams.unwrap_or((f64::NAN, f64::NAN));
    print!("{kind:5} {threads:7} {:12.0} {:11.1} {:9.1}", ours.prefill, ours.decode, ours.first);
    print!(" {eight:14.1} ({:4.2}x)", eight / one);
    if let Some(theirs) = theirs {
        print!("  {:6.0} ({:4.2}x)", theirs.prefill, ours.prefill / theirs.prefill);
        print!("  {:6.1} ({:4.2}x)", theirs.decode, ours.decode / theirs.decode);
        print!("  {:5.1} ({:4.2}x)", theirs.first, ours.first / theirs.first);
    }
    println!();
}

fn ours(path: &Path) -> Speed {
    let model = TextModel::open("speed", path).unwrap();
    let ids = |count: usize| -> Vec<u32> { (0..count as u32).map(|at| 10 + at % 200).collect() };
    let mut best = Speed { prefill: 0.0, decode: 0.0, first: f64::INFINITY, streams: None };
    let rate = |count: usize, time: Duration| count as f64 / time.as_secs_f64();
    for _ in 0..ROUNDS {
        let mut session = model.session().unwrap();
        let start = Instant::now();
        for some in ids(PROMPT).chunks(256) {
            session.read_to_last(some).unwrap();
        }
        best.prefill = best.prefill.max(rate(PROMPT, start.elapsed()));
        let start = Instant::now();
        let mut id = 7;
        for _ in 0..DRAWN {
            let logits = session.read_to_last(&[id]).unwrap();
            let largest = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            id = largest.unwrap().0 as u32;
        }
        best.decode = best.decode.max(rate(DRAWN, start.elapsed()));
        let mut session = model.session().unwrap();
        let start = Instant::now();
        session.read_to_last(&ids(SHORT)).unwrap();
        best.first = best.first.min(start.elapsed().as_secs_f64() * 1e3);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let streams = |count: usize| {
        let times = (0..2).map(|_| runtime.block_on(together(&model, count)));
        rate(DRAWN * count, times.min().unwrap())
    };
    best.streams = Some((streams(1), streams(STREAMS)));
    best
}

/// Writes some texts at once; the time from the first token of all to the last.
async fn together(model: &TextModel, count: usize) -> Duration {
    let mut running = tokio::task::JoinSet::new();
    for seed in 0..count as u64 {
        let model = model.clone();
        running.spawn(async move {
            // Two bytes that no merge joins: one token each.
            let messages = vec![Message { role: Speaker::User, text: "q7".repeat(8) }];
            let max_tokens = Some(DRAWN as u32 + 1);
            let sampling = Sampling { seed, max_tokens, ..Sampling::default() };
            let (sender, mut receiver) = EventSender::channel(32);
            let first = async {
                let mut first = None;
                while let Some(event) = receiver.recv().await {
                    if matches!(event, Event::Token { .. }) && first.is_none() {
                        first = Some(Instant::now());
                    }
                }
                (first.unwrap(), Instant::now())
            };
            let job = Job { messages, sampling, ..Job::default() };
            let (output, times) = tokio::join!(model.generate(job, sender), first);
            output.unwrap();
            times
        });
    }
    let times = running.join_all().await;
    let first = times.iter().map(|times| times.0).min().unwrap();
    times.iter().map(|times| times.1).max().unwrap() - first
}
