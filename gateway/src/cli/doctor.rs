//! `imprimatur doctor`: looks for what is wrong; every finding has a line that says how to mend it.

mod attested;
mod serving;
mod signing;
mod upstreams;
mod webhooks;

use std::path::Path;

use audit::{Log, LogError, LogOptions, Record};
use serde::Serialize;
use serde_json::json;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    args::Global,
    exit::{Answer, Exit},
    locate,
    output::Console,
};
use crate::{
    installation::Installation,
    models, rulebook,
    storage::Storage,
    wiring::{self, WiringError},
};

/// Less free space than this share of the disk is a finding.
const DISK_FREE_PERCENT_MIN: u64 = 3;
/// Clocks differ a little.
const CLOCK_BEHIND_MAX: Duration = Duration::minutes(5);

/// Something to mend.
#[derive(Debug, Serialize)]
struct Finding {
    /// What was looked at.
    check: &'static str,
    /// What is wrong.
    problem: String,
    /// How to mend it.
    fix: String,
}

impl Finding {
    fn new(check: &'static str, problem: impl ToString, fix: impl Into<String>) -> Self {
        Self { check, problem: problem.to_string(), fix: fix.into() }
    }
}

pub(crate) fn run(global: &Global, console: &Console) -> Answer {
    let help = "run `imprimatur init --dir FOLDER`, or name a configuration with -C";
    let installation = match locate::found(global) {
        Ok(Some(installation)) => installation,
        Ok(None) => {
            console.result(&json!({"config": "missing", "help": help}), || {
                format!("no configuration: {help}")
            });
            return Ok(Exit::Usage);
        }
        Err(failure) => {
            let reason = format!("{:#}", failure.error);
            console.result(&json!({"config": "unusable", "reason": reason, "help": help}), || {
                reason.clone()
            });
            return Ok(Exit::Usage);
        }
    };
    let findings = examine(&installation);
    let signing = signing::about(&installation);
    let unmarked = upstreams::unmarked(&installation);
    let value = json!({
        "config": installation.config_file(), "signing": signing, "unmarked": unmarked,
        "findings": findings,
    });
    if let Some(signing) = &signing {
        console.note(&signing.to_string());
    }
    for model in &unmarked {
        console.note(&model.sentence());
    }
    console.result(&value, || {
        let lines = findings
            .iter()
            .map(|found| format!("{}: {}\n  fix: {}", found.check, found.problem, found.fix));
        let lines: Vec<String> = lines.collect();
        if lines.is_empty() {
            "nothing found: everything works".to_owned()
        } else {
            lines.join("\n")
        }
    });
    Ok(if findings.is_empty() { Exit::Yes } else { Exit::No })
}

fn examine(installation: &Installation) -> Vec<Finding> {
    let checks = [policy(installation), disk(installation.folder())];
    let mut findings: Vec<Finding> = checks.into_iter().flatten().collect();
    findings.extend(signing::examine(installation));
    findings.extend(keys(installation));
    findings.extend(generators(installation));
    findings.extend(log(installation));
    findings.extend(serving::examine(installation));
    findings.extend(webhooks::examine(installation));
    if let Ok(verifier) = installation.log_verifier() {
        findings.extend(attested::examine(installation, &verifier));
    }
    findings
}

fn policy(installation: &Installation) -> Option<Finding> {
    let error = rulebook::engine(installation).err()?;
    Some(Finding::new("policy", error, "run `imprimatur policy check` and correct the rule pack"))
}

fn keys(installation: &Installation) -> Vec<Finding> {
    let fix = "restore it from a backup with mode 600: what an old key made, a new one cannot read";
    let secrets = [installation.watermark_key(), installation.pseudonym_key()];
    // The evidence key is made together with the vault.
    let evidence = installation.vault().exists().then(|| installation.evidence_key());
    let unreadable = secrets.iter().chain(&evidence).filter_map(|path| wiring::secret(path).err());
    let mut findings: Vec<Finding> =
        unreadable.map(|error| Finding::new("key", error, fix)).collect();
    let log_key = installation.log_verifier().err();
    findings.extend(log_key.map(|error| Finding::new("key", error, fix)));
    findings
}

fn disk(folder: &Path) -> Option<Finding> {
    let fix = "free space, or move the data folder to a larger disk: the log stops when it is full";
    let space = match rustix::fs::statvfs(folder) {
        Ok(space) => space,
        Err(error) => {
            return Some(Finding::new("disk", error, "see that the data folder can be read"));
        }
    };
    let percent = space.f_bavail.saturating_mul(100).checked_div(space.f_blocks).unwrap_or(100);
    let problem = format!("{percent} % of the disk is free");
    (percent < DISK_FREE_PERCENT_MIN).then(|| Finding::new("disk", problem, fix))
}

fn generators(installation: &Installation) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, section) in &installation.config().generators {
        let fix = if crate::upstreams::is_server(section) {
            format!("start the server, or correct [generators.{name}] in the configuration")
        } else {
            format!(
                "put the model's files back, or remove [generators.{name}] from the configuration"
            )
        };
        let problems = match models::check(installation, name, section) {
            Ok(checked) => checked.problems,
            Err(error) => vec![error.to_string()],
        };
        let problem = |problem: &String| Finding::new("model", format!("{name}: {problem}"), &*fix);
        findings.extend(problems.iter().map(problem));
    }
    findings
}

/// The log's entries and checkpoint, then the clock against the last record.
fn log(installation: &Installation) -> Option<Finding> {
    installation.current_log_key().ok()?;
    let storage = match Storage::open(installation) {
        Ok(storage) => storage,
        Err(error) => {
            return Some(Finding::new("storage", error, "correct [storage] in the configuration"));
        }
    };
    if let Err(error) = storage.verify_log() {
        let fix = "restore the log folder from a backup (`imprimatur audit verify` names the first entry at fault), or begin a new epoch with `imprimatur audit epoch`";
        return Some(Finding::new("log", error, fix));
    }
    match storage.log(LogOptions::new(installation.config().audit.origin.clone())) {
        Ok(log) => clock(&log),
        // A running server looks after the clock itself.
        Err(WiringError::Log(LogError::InUse(_))) => None,
        Err(error) => Some(Finding::new("log", error, "restore the log folder from a backup")),
    }
}

fn clock(log: &Log) -> Option<Finding> {
    let last = log.entry(log.size().checked_sub(1)?).ok()?;
    let last = OffsetDateTime::parse(&Record::parse(&last).ok()?.time, &Rfc3339).ok()?;
    let behind = last - OffsetDateTime::now_utc();
    let problem = format!("the clock is {} minutes behind the last record", behind.whole_minutes());
    let fix = "set the clock, for example with an NTP service";
    (behind > CLOCK_BEHIND_MAX).then(|| Finding::new("clock", problem, fix))
}
