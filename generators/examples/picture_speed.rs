//! One step of a picture network on one thread: `picture_speed.py` beside this file compares it.
//!
//! `cargo run --release -p generators --example picture_speed FOLDER`, with `RAYON_NUM_THREADS=1`;
//! FOLDER is a model in diffusers' layout whose text encoder reads 77 tokens.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that cannot run must stop, and prints figures"
)]

use std::{env, fs, path::Path};

use generators::stable::{Seen, Studio};

/// Rounds, of which the best counts: other work on the machine only slows.
const ROUNDS: usize = 5;
const SIDE: usize = 32;

fn main() {
    let folder = env::args().nth(1).unwrap();
    let studio = Studio::open(Path::new(&folder)).unwrap();
    let text = studio.read(&[vec![1; 77], vec![1; 77]]).unwrap();
    let numbers = (0..4 * SIDE * SIDE).map(|index| (index as f32 * 0.7).sin()).collect();
    let seen = Seen { numbers, size: (SIDE, SIDE) };
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let before = cpu_seconds();
        let guided = studio.guided(&seen, 500.0, (&text, &text), 5.0).unwrap();
        best = best.min(cpu_seconds() - before);
        assert!(guided.numbers.iter().all(|number| number.is_finite()));
    }
    println!("{{\"seconds\": {best:.3}, \"peak_mib\": {}}}", peak_mib());
}

/// Seconds that all threads of this process have computed so far, from `/proc`.
fn cpu_seconds() -> f64 {
    let text = fs::read_to_string("/proc/self/schedstat").unwrap();
    let nanoseconds: f64 = text.split_whitespace().next().unwrap().parse().unwrap();
    nanoseconds / 1e9
}

/// The most memory that this process has had, from `/proc`.
fn peak_mib() -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
}
