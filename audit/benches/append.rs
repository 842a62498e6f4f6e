//! Durable appends of 1 KiB beside raw writes, redb and SQLite, in one run: `cargo bench -p audit`.
//!
//! Every figure is of the same machine, disk and minute; the engines take turns. `IMPRIMATUR_BENCH_DIR`
//! says where to write, `IMPRIMATUR_BENCH_SECONDS` for how long each (2).

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a figure that cannot be measured ends the run"
)]

use std::{
    fs,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use audit::{Event, Log, LogKey, LogOptions, Record};
use redb::ReadableDatabase as _;
use tokio::runtime::Runtime;

/// Writers, and how many appends of each are on their way at once.
const LOADS: [(usize, usize); 4] = [(1, 1), (16, 1), (64, 1), (64, 16)];
const TABLE: redb::TableDefinition<'_, u64, &[u8]> = redb::TableDefinition::new("entries");

/// How many records were made durable, and how long each took.
struct Figure {
    per_second: f64,
    p50: Duration,
    p99: Duration,
}

impl Figure {
    fn of(records: u64, elapsed: Duration, mut taken: Vec<Duration>) -> Self {
        taken.sort_unstable();
        let at = |part: usize| taken.get(taken.len() * part / 100).copied().unwrap_or_default();
        let per_second = records as f64 / elapsed.as_secs_f64();
        Self { per_second, p50: at(50), p99: at(99) }
    }

    fn row(&self) -> String {
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        format!("{:.0} ({:.2} / {:.2})", self.per_second, ms(self.p50), ms(self.p99))
    }
}

/// Calls `batch` with the number of records that are written together, as long as measured.
fn repeat(for_: Duration, together: usize, mut batch: impl FnMut(usize)) -> Figure {
    let (start, mut taken, mut records) = (Instant::now(), Vec::new(), 0);
    while start.elapsed() < for_ {
        let begun = Instant::now();
        batch(together);
        taken.push(begun.elapsed());
        records += together as u64;
    }
    Figure::of(records, start.elapsed(), taken)
}

/// Records of all writers in one write into a file of zeros, then fdatasync.
fn raw(folder: &Path, for_: Duration, together: usize) -> Figure {
    let path = folder.join("raw");
    let bytes = 256 << 20;
    fs::write(&path, vec![0; bytes]).unwrap();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.sync_all().unwrap();
    let mut offset = 0;
    let figure = repeat(for_, together, |records| {
        let batch = vec![7; records * 1024];
        if offset + batch.len() > bytes {
            offset = 0;
        }
        file.write_all_at(&batch, offset as u64).unwrap();
        file.sync_data().unwrap();
        offset += batch.len();
    });
    fs::remove_file(&path).unwrap();
    figure
}

fn redb(folder: &Path, for_: Duration, together: usize) -> Figure {
    let db = redb::Database::create(folder.join("redb")).unwrap();
    let mut next = db.begin_read().map_or(0, |_| 0);
    let figure = repeat(for_, together, |records| {
        let write = db.begin_write().unwrap();
        {
            let mut table = write.open_table(TABLE).unwrap();
            for _ in 0..records {
                table.insert(next, [7_u8; 1024].as_slice()).unwrap();
                next += 1;
            }
        }
        write.commit().unwrap();
    });
    drop(db);
    fs::remove_file(folder.join("redb")).unwrap();
    figure
}

fn sqlite(folder: &Path, for_: Duration, together: usize) -> Figure {
    let path = folder.join("sqlite");
    let mut db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE e (n INTEGER PRIMARY KEY, b BLOB)",
    )
    .unwrap();
    let figure = repeat(for_, together, |records| {
        let write = db.transaction().unwrap();
        for _ in 0..records {
            write.execute("INSERT INTO e (b) VALUES (?1)", [[7_u8; 1024].as_slice()]).unwrap();
        }
        write.commit().unwrap();
    });
    drop(db);
    fs::remove_file(path).unwrap();
    figure
}

/// A record whose entry has 1 KiB.
fn record() -> Record {
    let mut record = Record::new(Event::Released, "press", "0123456789abcdef");
    record.detail = Some("x".repeat(830));
    record
}

/// Independent writers that each wait for their receipts.
fn log(folder: &Path, for_: Duration, (writers, each): (usize, usize)) -> Figure {
    let runtime = Runtime::new().unwrap();
    let folder = folder.join("log");
    let key = LogKey::create(&folder.with_extension("key")).unwrap();
    let log = Log::open(&folder, key, LogOptions::new("bench")).unwrap();
    let done = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let taken = runtime.block_on(async {
        let writers: Vec<_> = (0..writers * each)
            .map(|_| {
                let (log, done) = (log.clone(), Arc::clone(&done));
                tokio::spawn(async move {
                    let mut taken = Vec::new();
                    while start.elapsed() < for_ {
                        let begun = Instant::now();
                        log.append(record()).await.unwrap();
                        taken.push(begun.elapsed());
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    taken
                })
            })
            .collect();
        let mut taken = Vec::new();
        for writer in writers {
            taken.extend(writer.await.unwrap());
        }
        taken
    });
    let figure = Figure::of(done.load(Ordering::Relaxed), start.elapsed(), taken);
    drop(log);
    fs::remove_dir_all(&folder).unwrap();
    fs::remove_file(folder.with_extension("key")).unwrap();
    figure
}

fn main() {
    let base = std::env::var_os("IMPRIMATUR_BENCH_DIR").map(PathBuf::from);
    let base = base.unwrap_or_else(|| env!("CARGO_TARGET_TMPDIR").into());
    let seconds = std::env::var("IMPRIMATUR_BENCH_SECONDS").ok().and_then(|s| s.parse().ok());
    let for_ = Duration::from_secs_f64(seconds.unwrap_or(2.0));
    let folder = tempfile::tempdir_in(base).unwrap();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("{cores} cores, load before: {}", load.trim());
    println!("records/s (p50 / p99 ms)\n");
    println!(
        "| writers × in flight | raw, preallocated + fdatasync | this log | redb | SQLite WAL FULL | log : raw |"
    );
    println!("|---|---|---|---|---|---|");
    for (writers, each) in LOADS {
        let (path, together) = (folder.path(), writers * each);
        // Twice, so that no engine has the better minute; the better of the two counts.
        let best = |measure: &dyn Fn() -> Figure| {
            let (one, two) = (measure(), measure());
            if one.per_second > two.per_second { one } else { two }
        };
        let raw = best(&|| raw(path, for_, together));
        let log = best(&|| log(path, for_, (writers, each)));
        let redb = best(&|| redb(path, for_, together));
        let sqlite = best(&|| sqlite(path, for_, together));
        let ratio = log.per_second / raw.per_second;
        let cells = [raw, log, redb, sqlite].map(|figure| figure.row()).join(" | ");
        println!("| {writers} × {each} | {cells} | {ratio:.2} |");
    }
}
