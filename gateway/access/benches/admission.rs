//! What it costs to let somebody in: `cargo bench -p access`.
//!
//! One request authenticates one of a hundred or of a hundred thousand keys, each in turn, so that the
//! larger number gains nothing from being asked again; then its rate is counted.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a figure that cannot be measured ends the run"
)]

#[path = "../tests/memory/mod.rs"]
mod memory;

use std::{hint::black_box, sync::Arc};

use access::{Access, Amount, Clock, Limits, limit::Counted};
use criterion::{Criterion, criterion_group, criterion_main};
use memory::Memory;
use types::{Principal, Role};

fn principal(number: usize) -> Principal {
    Principal {
        tenant: "press".into(),
        desk: "city".into(),
        role: Role::Journalist,
        subject: format!("person {number}"),
    }
}

fn authenticate(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for count in [100, 100_000] {
        let access = Access::new(Arc::new(Memory::default()));
        let keys: Vec<String> = (0..count)
            .map(|number| runtime.block_on(access.create(principal(number))).unwrap().1)
            .collect();
        let mut turn = 0;
        criterion.bench_function(&format!("authenticate one of {count} keys"), |bench| {
            bench.iter(|| {
                // A step that visits every key, far from the one before.
                turn = (turn + 7919) % keys.len();
                runtime.block_on(access.authenticate(black_box(&keys[turn]))).unwrap()
            });
        });
    }
}

fn rate(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for count in [100, 100_000] {
        let access = Access::new(Arc::new(Memory::default()));
        let each = Amount { requests_per_minute: 1_000_000, ..Amount::default() };
        let state = Arc::new(Memory::default());
        let limits = Limits::new(state, Clock::default(), each, Vec::new());
        let who: Vec<Counted> = (0..count)
            .map(|number| {
                let (_, key) = runtime.block_on(access.create(principal(number))).unwrap();
                Counted::from(&runtime.block_on(access.authenticate(&key)).unwrap())
            })
            .collect();
        let mut turn = 0;
        criterion.bench_function(&format!("count a request of one of {count} keys"), |bench| {
            bench.iter(|| {
                turn = (turn + 7919) % who.len();
                // Whoever asks a million times a minute is told so, at the same cost.
                black_box(runtime.block_on(limits.admit(&who[turn])).is_ok())
            });
        });
    }
}

criterion_group!(benches, authenticate, rate);
criterion_main!(benches);
