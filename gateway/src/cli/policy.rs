//! `imprimatur policy`: rule packs; without a file and an installation the built-in one.

mod replay;

use std::{fs, path::Path};

use anyhow::Context as _;
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    args::{Global, PackFile, PolicyCommand},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
};
use crate::rulebook;

pub(crate) async fn run(global: &Global, command: &PolicyCommand, console: &Console) -> Answer {
    match command {
        PolicyCommand::Lint(pack) => check(global, pack, (true, false), console),
        PolicyCommand::Test(pack) => check(global, pack, (false, true), console),
        PolicyCommand::Check(pack) => check(global, pack, (true, true), console),
        PolicyCommand::Diff { file, from } => diff(global, file, from.as_deref(), console),
        PolicyCommand::Sign { file, key } => sign(file, key, console),
        PolicyCommand::Replay(args) => replay::run(global, args, console).await,
    }
}

fn check(
    global: &Global,
    file: &PackFile,
    (lint, test): (bool, bool),
    console: &Console,
) -> Answer {
    let text = pack(global, file.file.as_deref())?;
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

fn diff(global: &Global, newer: &Path, older: Option<&Path>, console: &Console) -> Answer {
    let (older, newer) = (pack(global, older)?, text_of(newer)?);
    let changes = lines(&policy::diff(&older, &newer)?);
    let said = || match changes.is_empty() {
        true => "no rule differs".to_owned(),
        false => changes.join("\n"),
    };
    console.result(&json!({"changes": changes}), said);
    Ok(if changes.is_empty() { Exit::Yes } else { Exit::No })
}

fn sign(file: &Path, key: &Path, console: &Console) -> Answer {
    let pem = Zeroizing::new(text_of(key)?);
    let signature = policy::sign(&text_of(file)?, &pem)?;
    let path = rulebook::signature_file(file);
    fs::write(&path, rulebook::encoded(&signature)).with_context(|| path.display().to_string())?;
    console.result(&json!({"signature": path}), || format!("wrote {}", path.display()));
    Ok(Exit::Yes)
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

/// The text of a pack, of the one in force, or of the built-in one.
fn pack(global: &Global, file: Option<&Path>) -> Result<String, Failure> {
    if let Some(file) = file {
        return text_of(file);
    }
    match locate::found(global)? {
        Some(installation) => rulebook::text(&installation).map_err(Failure::unreadable),
        None => Ok(policy::NEWSROOM_PACK.to_owned()),
    }
}

fn text_of(file: &Path) -> Result<String, Failure> {
    let read = fs::read_to_string(file).with_context(|| file.display().to_string());
    read.map_err(Failure::unreadable)
}
