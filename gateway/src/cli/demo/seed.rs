//! `imprimatur demo seed`: a data folder full of requests, for whoever tries exports, the console or
//! the sizes of things.
//!
//! Nothing is written past the line: every request runs through it with the starter models, and what
//! editors decide goes the way of their decisions. Only people, prompts and, in a new folder, the time
//! of the log are invented; the name of such a log says so under every checkpoint.

mod calendar;
mod orders;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use audit::LogOptions;
use calendar::TurnedClock;
use futures::future::join_all;
use indicatif::{ProgressBar, ProgressStyle};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::json;
use time::{Duration, OffsetDateTime};
use types::AssetId;

use super::request;
use crate::{
    cli::{
        args::{Global, Seed},
        exit::{Answer, Exit, Failure},
        locate,
        output::Console,
    },
    config::Config,
    installation::Installation,
    outcome::Outcome,
    pipeline::{Delivery, Line},
    publishing::{self, Amendment, Notice},
    reviews::{self, Ruling},
    wiring::Stages,
};

const FOLDER: &str = "imprimatur-trial";
/// The reserved domain makes sure that no checkpoint of a trial passes for a real one.
const ORIGIN: &str = "trial.invalid/imprimatur";
/// Requests at the same moment: the log takes them together.
const AT_ONCE: usize = 8;

pub(super) async fn run(global: &Global, args: &Seed, console: &Console) -> Answer {
    let now = OffsetDateTime::now_utc();
    let from = now - Duration::days(args.days.into());
    let (installation, clock) = installation(global, from)?;
    let folder = installation.folder().display().to_string();
    let mut options = LogOptions::new(installation.config().audit.origin.clone());
    if let Some(clock) = &clock {
        options.clock = Box::new(clock.clone());
    }
    let stages = Stages::open_with(installation, options).await?;
    let mut trial = Trial {
        line: Line::new(Arc::new(stages)),
        clock,
        rng: StdRng::seed_from_u64(args.seed),
        names: orders::names(),
        counts: BTreeMap::new(),
    };
    let bar = bar(console, args.n);
    let mut open = usize::try_from(args.n)?;
    // The last decisions also lie before now.
    let until = now - Duration::hours(1);
    // Times depend on the time now; what is asked for depends on the seed alone.
    let mut times = StdRng::seed_from_u64(args.seed.wrapping_add(1));
    for time in calendar::times(open.div_ceil(AT_ONCE), from, until, &mut times) {
        let many = open.min(AT_ONCE);
        trial.burst(time, many).await?;
        open -= many;
        bar.inc(u64::try_from(many)?);
    }
    bar.finish_and_clear();
    let stages = trial.line.stages();
    let entries = stages.log.size();
    stages.close().await?;
    let Trial { counts, names, .. } = trial;
    let report = json!({
        "folder": folder, "requests": args.n, "counts": counts, "entries": entries,
        "from": from.date().to_string(), "until": now.date().to_string(), "names": names,
    });
    console.result(&report, || {
        let counted: Vec<_> = counts.iter().map(|(what, many)| format!("{what} {many}")).collect();
        format!("{} requests in {folder}, {entries} log entries: {}", args.n, counted.join(", "))
    });
    console.note(&format!(
        "next: imprimatur people create, then imprimatur serve, both with --data-dir {folder}"
    ));
    Ok(Exit::Yes)
}

/// The folder that is filled, and the clock of a new one.
fn installation(
    global: &Global,
    from: OffsetDateTime,
) -> Result<(Installation, Option<TurnedClock>), Failure> {
    let folder = global.data_dir.clone().unwrap_or_else(|| PathBuf::from(FOLDER));
    if global.config.is_some() {
        return Ok((locate::installation(global)?, None));
    }
    if folder.join("imprimatur.toml").is_file() {
        let there = Global { data_dir: Some(folder), ..global.clone() };
        return Ok((locate::installation(&there)?, None));
    }
    Ok((create(&folder)?, Some(TurnedClock::at(from))))
}

fn create(folder: &Path) -> Result<Installation, Failure> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let made = Installation::create(folder, "Trial Newsroom")?;
    let file = made.config_file();
    let usual = &Config::default().audit.origin;
    let text = fs::read_to_string(&file)?
        .replace(&format!("\norigin = \"{usual}\"\n"), &format!("\norigin = \"{ORIGIN}\"\n"));
    fs::write(&file, text)?;
    Ok(Installation::new(folder.to_path_buf(), Config::load(Some(&file))?))
}

fn bar(console: &Console, length: u32) -> ProgressBar {
    if !console.draws() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(length.into());
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    bar
}

/// What is being filled.
struct Trial {
    line: Line,
    clock: Option<TurnedClock>,
    rng: StdRng,
    names: Vec<String>,
    counts: BTreeMap<String, u64>,
}

impl Trial {
    /// Requests of one moment, and what editors make of them a little later.
    async fn burst(&mut self, time: OffsetDateTime, many: usize) -> Result<(), Failure> {
        self.turn(time);
        let mut running = Vec::with_capacity(many);
        for _ in 0..many {
            let order = orders::draw(&self.names, &mut self.rng);
            let request = request(order.modality, &order.prompt, &self.line, self.rng.random())?;
            *self.counts.entry(order.modality.to_string()).or_default() += 1;
            running.push(self.line.run(order.principal, request, Delivery::Whole));
        }
        let outcomes = join_all(running).await;
        let later = Duration::minutes(self.rng.random_range(5..50));
        self.turn(time + later);
        for outcome in outcomes {
            match outcome? {
                Outcome::Refused(_) => self.count("refused"),
                Outcome::Held(held) => {
                    self.count("held");
                    self.judge(held.asset_id).await?;
                }
                Outcome::Released(released) => {
                    self.count("released");
                    if self.rng.random_bool(0.2) {
                        self.publish(released.asset_id).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Four in five held assets are decided about, the first of them in any trial; the others wait.
    async fn judge(&mut self, asset: AssetId) -> Result<(), Failure> {
        let held = self.counts.get("held").copied().unwrap_or_default();
        let (ruling, reason, what) = match held % 5 {
            0 => return Ok(()),
            2 => (Ruling::Approve, "the source confirmed it", "approved"),
            _ => (Ruling::Reject, "misleading", "rejected"),
        };
        let editor = orders::editor(&self.names, &mut self.rng);
        reviews::decide(&self.line.stages(), &editor, asset, ruling, reason).await?;
        self.count(what);
        Ok(())
    }

    /// An editor approves and publishes; a few are corrected or withdrawn.
    async fn publish(&mut self, asset: AssetId) -> Result<(), Failure> {
        let stages = self.line.stages();
        let editor = orders::editor(&self.names, &mut self.rng);
        reviews::decide(&stages, &editor, asset, Ruling::Approve, "checked").await?;
        self.count("approved");
        let notice = Notice {
            url: Some(format!("https://news.invalid/{asset}")),
            replaced_by: None,
            reason: "planned for today".into(),
        };
        publishing::publish(&stages, &editor, asset, &notice).await?;
        self.count("published");
        let (amendment, what) = match self.rng.random_range(0..40) {
            0 => (Amendment::Withdraw, "withdrawn"),
            1 | 2 => (Amendment::Correct, "corrected"),
            _ => return Ok(()),
        };
        let notice = Notice { reason: "a figure was wrong".into(), ..notice };
        publishing::amend(&stages, &editor, asset, amendment, &notice).await?;
        self.count(what);
        Ok(())
    }

    fn count(&mut self, what: &str) {
        *self.counts.entry(what.to_owned()).or_default() += 1;
    }

    fn turn(&self, to: OffsetDateTime) {
        if let Some(clock) = &self.clock {
            clock.turn(to);
        }
    }
}
