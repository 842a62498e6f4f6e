//! `imprimatur policy`: rule packs; without a file and an installation the built-in one.

use std::{fs, path::PathBuf};

use anyhow::Context as _;
use serde_json::json;

use super::{
    args::{Global, PolicyCommand},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
};

pub(crate) fn run(global: &Global, command: &PolicyCommand, console: &Console) -> Answer {
    let (lint, test, file) = match command {
        PolicyCommand::Lint { file } => (true, false, file),
        PolicyCommand::Test { file } => (false, true, file),
        PolicyCommand::Check { file } => (true, true, file),
    };
    let text = pack(global, file.as_ref())?;
    let linted = if lint { lines(&policy::lint(&text)?) } else { Vec::new() };
    let (passed, failed) = if test { tested(&text)? } else { (0, Vec::new()) };
    let good = linted.is_empty() && failed.is_empty();
    let value = json!({"lint": linted, "tests_passed": passed, "tests_failed": failed});
    console.result(&value, || {
        let mut text = linted.iter().chain(&failed).cloned().collect::<Vec<_>>();
        text.push(format!(
            "{} lint findings, {passed} tests passed, {} failed",
            linted.len(),
            failed.len()
        ));
        text.join("\n")
    });
    Ok(if good { Exit::Yes } else { Exit::No })
}

/// Findings as sentences.
fn lines(findings: &[impl ToString]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

/// How many inline tests passed, and the others as sentences.
fn tested(pack: &str) -> Result<(usize, Vec<String>), Failure> {
    let report = policy::test(pack)?;
    Ok((report.passed, lines(&report.failed)))
}

fn pack(global: &Global, file: Option<&PathBuf>) -> Result<String, Failure> {
    let file = match file {
        Some(file) => Some(file.clone()),
        None => locate::found(global)?.and_then(|installation| {
            installation.config().policy.pack.as_ref().map(|pack| installation.resolve(pack))
        }),
    };
    match file {
        None => Ok(policy::NEWSROOM_PACK.to_owned()),
        Some(file) => {
            let read = fs::read_to_string(&file).with_context(|| file.display().to_string());
            read.map_err(Failure::unreadable)
        }
    }
}
