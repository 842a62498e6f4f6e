//! `imprimatur audit`: proofs, checks, exports.

use std::path::Path;

use ::audit::{
    Event, ExportError, Log, LogError, LogKey, LogOptions, Record, Verified, Verifier, merkle,
};
use serde_json::{Value, json};
use types::{AssetId, RequestId};

use super::{
    args::{AuditCommand, Global},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
    vault,
};
use crate::{installation::Installation, wiring::Stages};

pub(crate) async fn run(global: &Global, command: AuditCommand, console: &Console) -> Answer {
    match command {
        AuditCommand::Prove { record } => prove(&open(global)?, &record, console).await,
        AuditCommand::Verify { export: Some(path) } => verify_export(&path, console),
        AuditCommand::Verify { export: None } => {
            verify_log(&locate::installation(global)?, console)
        }
        AuditCommand::Export { output } => export(global, &output, console).await,
        AuditCommand::Tail { n } => tail(&open(global)?, n, console),
        AuditCommand::Vault(command) => vault::run(global, command, console).await,
    }
}

fn open(global: &Global) -> Result<Log, Failure> {
    let installation = locate::installation(global)?;
    let options = LogOptions::new(installation.config().audit.origin.clone());
    Ok(Log::open(&installation.log(), LogKey::load(&installation.log_key())?, options)?)
}

async fn prove(log: &Log, record: &str, console: &Console) -> Answer {
    let index =
        find(log, record).map_err(|error| Failure { exit: Exit::No, error: error.into() })?;
    let checkpoint = log.checkpoint_now().await?;
    let (entry, proof) = (log.entry(index)?, log.proof(index)?);
    // What is handed out was checked as a stranger would.
    let proves = proof.verifies(&entry, log.verifier());
    let value = json!({
        "index": index,
        "leaf_hash": merkle::leaf_hash(&entry),
        "log_size": checkpoint.size,
        "vkey": log.verifier().vkey(),
        "proof": proof.text(),
        "entry": String::from_utf8_lossy(&entry),
        "proves": proves,
    });
    console.result(&value, || proof.text());
    Ok(if proves { Exit::Yes } else { Exit::No })
}

/// An index, or the last record about an asset or a request.
fn find(log: &Log, record: &str) -> Result<u64, LogError> {
    let unknown = || LogError::Unknown(record.to_owned());
    if let Ok(index) = record.parse::<u64>() {
        return if index < log.size() { Ok(index) } else { Err(unknown()) };
    }
    let asset: AssetId = record.parse().map_err(|_| unknown())?;
    if let Some(entry) = log.registry().asset(asset)? {
        return Ok(entry.index);
    }
    let request: RequestId = record.parse().map_err(|_| unknown())?;
    log.registry().request(request)?.into_iter().next_back().ok_or_else(unknown)
}

fn verify_export(path: &Path, console: &Console) -> Answer {
    match ::audit::verify_export(path) {
        Ok(verified) => Ok(confirmed(&verified, console)),
        Err(ExportError::Unreadable(reason)) => {
            Err(Failure::unreadable(anyhow::anyhow!("{}: {reason}", path.display())))
        }
        Err(error) => {
            let index = match &error {
                ExportError::Entry { index } => Some(*index),
                _ => None,
            };
            Ok(denied(&error, index, console))
        }
    }
}

/// Reads the files themselves, so it also works while a server has the log open.
fn verify_log(installation: &Installation, console: &Console) -> Answer {
    let key = LogKey::load(&installation.log_key())?;
    let verifier = Verifier::new(installation.config().audit.origin.clone(), key.verifying_key());
    match ::audit::verify_log(&installation.log(), &verifier) {
        Ok(verified) => Ok(confirmed(&verified, console)),
        Err(error @ (LogError::File { .. } | LogError::Key { .. })) => {
            Err(Failure::unreadable(error))
        }
        Err(error) => {
            let index = match &error {
                LogError::Damaged { index, .. } => Some(*index),
                _ => None,
            };
            Ok(denied(&error, index, console))
        }
    }
}

fn confirmed(verified: &Verified, console: &Console) -> Exit {
    let (entries, size) = (verified.entries, verified.checkpoint.size);
    let value = json!({
        "verified": true, "entries": entries, "checkpoint_size": size,
        "root": verified.checkpoint.root, "vkey": verified.vkey,
    });
    console.result(&value, || {
        format!("{entries} entries fit the checkpoint over {size}, signed by {}", verified.vkey)
    });
    Exit::Yes
}

fn denied(error: &dyn std::error::Error, index: Option<u64>, console: &Console) -> Exit {
    let reason = error.to_string();
    console
        .result(&json!({"verified": false, "index": index, "reason": reason}), || reason.clone());
    Exit::No
}

async fn export(global: &Global, output: &Path, console: &Console) -> Answer {
    let stages = Stages::open(locate::installation(global)?).await?;
    let entries = stages.export(output).await?;
    let value = json!({"file": output, "entries": entries, "vkey": stages.log.verifier().vkey()});
    console.result(&value, || format!("{}: {entries} entries with their proofs", output.display()));
    stages.close().await?;
    Ok(Exit::Yes)
}

fn tail(log: &Log, n: u64, console: &Console) -> Answer {
    let start = log.size().saturating_sub(n);
    for (index, entry) in (start..).zip(log.entries(start, log.size())?) {
        let record: Value = serde_json::from_slice(&entry)?;
        console.result(&json!({"index": index, "record": record}), || row(index, &entry));
    }
    Ok(Exit::Yes)
}

fn row(index: u64, entry: &[u8]) -> String {
    let Ok(record) = Record::parse(entry) else { return format!("{index}  unreadable") };
    let Record { time, event, tenant, request_id, asset_id, detail, .. } = record;
    let subject = match (event, asset_id, request_id) {
        (Event::Released | Event::Held | Event::Approved | Event::Rejected, Some(asset), _) => {
            format!("asset {asset}")
        }
        (_, _, Some(request)) => format!("request {request}"),
        _ => String::new(),
    };
    format!(
        "{index:6}  {time}  {:14} {tenant:12} {subject} {}",
        event.name(),
        detail.unwrap_or_default()
    )
}
