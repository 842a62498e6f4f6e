//! A window of 30 seconds by Whisper's network: `hearing_speed.py` beside this file compares it.
//!
//! `cargo run --release -p generators --example hearing_speed FOLDER`, with `RAYON_NUM_THREADS=1`:
//! front end, encoder and 100 tokens, in CPU-seconds. With a number after FOLDER, a sound of so many
//! minutes is written down, and what counts is how much memory that took.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "a measurement that cannot run must stop, and prints figures"
)]

use std::{env, fs, path::Path, time::Instant};

use generators::{Hearing, whisper::Workbench};

/// Rounds, of which the best counts: other work on the machine only slows.
const ROUNDS: usize = 5;
const RATE: usize = 16_000;
const TOKENS: usize = 100;

fn main() {
    let folder = env::args().nth(1).unwrap();
    let folder = Path::new(&folder);
    match env::args().nth(2) {
        Some(minutes) => long(folder, minutes.parse().unwrap()),
        None => window(folder),
    }
}

fn sound(seconds: usize) -> Vec<f32> {
    let wave = |index: usize| (index as f32 * 0.07 * (1.0 + (index as f32 * 1e-5).sin())).sin();
    (0..seconds * RATE).map(|index| 0.3 * wave(index)).collect()
}

fn window(folder: &Path) {
    let bench = Workbench::open(folder).unwrap();
    let sound = sound(30);
    let mut best = [f64::INFINITY; 4];
    for _ in 0..ROUNDS {
        let begin = cpu_seconds();
        let picture = bench.picture(&sound);
        let pictured = cpu_seconds();
        let mut window = bench.encode(&picture).unwrap();
        let encoded = cpu_seconds();
        let mut token = 1;
        for _ in 0..TOKENS {
            let logits = bench.read(&mut window, &[token]).unwrap().concat();
            let likeliest = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
            token = likeliest.0 as u32;
        }
        let end = cpu_seconds();
        let parts = [end - begin, pictured - begin, encoded - pictured, end - encoded];
        best.iter_mut().zip(parts).for_each(|(best, part)| *best = best.min(part));
    }
    let [all, front, encoder, decoder] = best;
    println!(
        "{{\"seconds\": {all:.3}, \"front\": {front:.3}, \"encoder\": {encoder:.3}, \
         \"decoder\": {decoder:.3}, \"peak_mib\": {}}}",
        peak_mib()
    );
}

fn long(folder: &Path, minutes: usize) {
    let samples = sound(60 * minutes);
    let mib = (samples.len() * size_of::<f32>()) >> 20;
    let begin = Instant::now();
    let transcript = Workbench::transcribe(folder, &Hearing::new(samples)).unwrap();
    println!(
        "{minutes} minutes ({mib} MiB of samples): {} segments in {:.1} s, {} MiB at most",
        transcript.segments.len(),
        begin.elapsed().as_secs_f64(),
        peak_mib()
    );
}

/// Seconds that all threads of this process have computed so far, from `/proc`.
fn cpu_seconds() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, rest) = text.rsplit_once(')').unwrap();
    let ticks: f64 =
        rest.split_whitespace().skip(11).take(2).map(|x| x.parse::<f64>().unwrap()).sum();
    ticks / 100.0
}

/// The most memory that this process has had, from `/proc`.
fn peak_mib() -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
}
