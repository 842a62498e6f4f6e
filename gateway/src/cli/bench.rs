//! `imprimatur bench`: what requests cost on this machine beside a model that costs nothing.
//!
//! A text of a model that answers at once goes through the whole line.
//! The log is in a folder of its own on the disk of the data folder, since every answer waits for that
//! disk; how long the disk alone takes stands beside it.

use std::{
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::try_join_all;
use policy::Hook;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use types::{GenerationRequest, Message, Modality, Principal, Role, Sampling, Speaker};

use super::{
    args::{Bench, Global},
    exit::{Answer, Exit, Failure},
    output::Console,
};
use crate::{
    config::GeneratorSection,
    installation::Installation,
    pipeline::{Delivery, Line},
    screening,
    wiring::Stages,
};

/// A prompt of usual length that no rule has anything against.
const PROMPT: &str = "Write two sentences on the rise of the Elbe at Dresden: the gauge stood at 412 \
    centimetres on Monday, 20 more than the day before, and the alert mark is at 500. Say that the \
    ferry at Pillnitz runs as usual.";
/// About as much as a text adds to the log.
const RECORD: [u8; 4096] = [b'.'; 4096];
const MODEL: &str = "null";

pub(super) async fn run(global: &Global, args: &Bench, console: &Console) -> Answer {
    let beside = global.data_dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let folder = tempfile::Builder::new().prefix(".imprimatur-bench-").tempdir_in(beside)?;
    let section = GeneratorSection { kind: MODEL.to_owned(), ..GeneratorSection::default() };
    let installation = Installation::create(&folder.path().join("data"), "Bench")?
        .with_generators([(MODEL.to_owned(), section)]);
    let lasting = Duration::from_secs(args.seconds.into());
    row(console, "disk alone", 1, &disk(folder.path(), lasting)?);
    let line = Line::new(Arc::new(Stages::open(installation).await?));
    row(console, "rules alone", 1, &rules(&line, lasting));
    for clients in [1, args.clients] {
        row(console, "whole line", clients, &load(&line, clients, lasting).await?);
    }
    line.stages().close().await?;
    Ok(Exit::Yes)
}

/// How long each of many took, and the processor time of all.
struct Measured {
    times: Vec<Duration>,
    wall: Duration,
    cpu: Duration,
}

impl Measured {
    /// `share` of a hundred took no longer, in milliseconds.
    fn quantile(&self, share: usize) -> f64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        let at = (times.len() * share / 100).min(times.len().saturating_sub(1));
        times.get(at).copied().unwrap_or_default().as_secs_f64() * 1e3
    }

    #[expect(clippy::cast_precision_loss, reason = "nobody counts 2^52 requests in seconds")]
    fn per(&self, time: Duration) -> f64 {
        self.times.len() as f64 / time.as_secs_f64().max(1e-9)
    }

    fn json(&self) -> Value {
        json!({
            "count": self.times.len(), "per_s": self.per(self.wall),
            "per_cpu_s": self.per(self.cpu), "p50_ms": self.quantile(50),
            "p99_ms": self.quantile(99),
        })
    }
}

fn row(console: &Console, what: &str, clients: u16, measured: &Measured) {
    let mut value = measured.json();
    crate::members::put(&mut value, "what", json!(what));
    crate::members::put(&mut value, "clients", json!(clients));
    console.result(&value, || {
        format!(
            "{what:12} {clients:3} at once: {:9.0} a second, {:9.0} a CPU second, {:8.3} ms (half), {:8.3} ms (99 of 100)",
            measured.per(measured.wall),
            measured.per(measured.cpu),
            measured.quantile(50),
            measured.quantile(99),
        )
    });
}

/// Writes that reach the disk, without anything else.
fn disk(folder: &Path, lasting: Duration) -> io::Result<Measured> {
    let mut file = File::create(folder.join("raw"))?;
    let mut failed = Ok(());
    let measured = repeat(lasting, || {
        if failed.is_ok() {
            failed = file.write_all(&RECORD).and_then(|()| file.sync_data());
        }
    });
    failed.map(|()| measured)
}

/// Decisions about the prompt.
fn rules(line: &Line, lasting: Duration) -> Measured {
    let (stages, who) = (line.stages(), journalist());
    repeat(lasting, || {
        let scope = screening::scope(&who, Modality::Text, Hook::Input, PROMPT);
        std::hint::black_box(stages.policy().judge(&scope, PROMPT));
    })
}

fn repeat(lasting: Duration, mut act: impl FnMut()) -> Measured {
    let (cpu, began) = (cpu(), Instant::now());
    let mut times = Vec::new();
    while began.elapsed() < lasting {
        let since = Instant::now();
        act();
        times.push(since.elapsed());
    }
    Measured { times, wall: began.elapsed(), cpu: self::cpu().saturating_sub(cpu) }
}

/// Requests of so many who each wait for their answer.
async fn load(line: &Line, clients: u16, lasting: Duration) -> Result<Measured, Failure> {
    let (cpu, began) = (cpu(), Instant::now());
    let running = (0..clients).map(|_| client(line.clone(), began + lasting));
    let times = try_join_all(running.map(tokio::spawn)).await?;
    let times = times.into_iter().collect::<Result<Vec<_>, Failure>>()?.concat();
    Ok(Measured { times, wall: began.elapsed(), cpu: self::cpu().saturating_sub(cpu) })
}

async fn client(line: Line, until: Instant) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::new();
    while Instant::now() < until {
        let messages = vec![Message { role: Speaker::User, text: PROMPT.to_owned() }];
        let model = MODEL.to_owned();
        let request = GenerationRequest::new(Modality::Text, model, messages, Sampling::default());
        let since = Instant::now();
        line.run(journalist(), request, Delivery::Whole).await?;
        times.push(since.elapsed());
    }
    Ok(times)
}

/// Processor time of this process so far.
fn cpu() -> Duration {
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(spent).unwrap_or_default()
}

fn journalist() -> Principal {
    Principal {
        tenant: "bench".into(),
        desk: "city".into(),
        role: Role::Journalist,
        subject: "bench".into(),
    }
}
