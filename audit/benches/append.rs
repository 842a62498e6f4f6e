//! Durable appends beside a raw append with fdatasync, in one run: `cargo bench -p audit`.

#![expect(clippy::unwrap_used, reason = "a figure that cannot be measured ends the run")]

use std::{fs::File, io::Write as _, path::Path};

use audit::{Event, Log, LogKey, LogOptions, Record};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tokio::runtime::Runtime;

fn record() -> Record {
    let mut record = Record::new(Event::Released, "press", "0123456789abcdef");
    record.detail = Some("x".repeat(800));
    record
}

fn append(criterion: &mut Criterion) {
    let base = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = tempfile::tempdir_in(base).unwrap();
    let runtime = Runtime::new().unwrap();
    let mut group = criterion.benchmark_group("append");
    group.throughput(Throughput::Elements(1));
    let mut file = File::create(folder.path().join("raw")).unwrap();
    group.bench_function("raw 1 KiB + fdatasync", |bench| {
        bench.iter(|| {
            file.write_all(&[7; 1024]).unwrap();
            file.sync_data().unwrap();
        });
    });
    let key = LogKey::create(&folder.path().join("key")).unwrap();
    let log = Log::open(&folder.path().join("log"), key, LogOptions::new("bench")).unwrap();
    for writers in [1_usize, 16, 64] {
        group.throughput(Throughput::Elements(writers as u64));
        group.bench_with_input(
            BenchmarkId::new("log, writers", writers),
            &writers,
            |bench, writers| {
                bench.iter(|| {
                    runtime.block_on(async {
                        let appends: Vec<_> = (0..*writers)
                            .map(|_| {
                                let log = log.clone();
                                tokio::spawn(async move { log.append(record()).await.unwrap() })
                            })
                            .collect();
                        for append in appends {
                            append.await.unwrap();
                        }
                    });
                });
            },
        );
    }
    group.finish();
}

criterion_group!(benches, append);
criterion_main!(benches);
