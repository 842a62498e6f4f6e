//! `audit prove`: that a record is in the log.

use ::audit::{Log, LogError, merkle, witness::cosigned};
use serde_json::json;
use types::{AssetId, RequestId};

use crate::cli::{
    args::Global,
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
};

pub(super) async fn run(global: &Global, record: &str, console: &Console) -> Answer {
    let log = super::open(global)?;
    let index =
        find(&log, record).map_err(|error| Failure { exit: Exit::No, error: error.into() })?;
    let mut checkpoint = log.checkpoint_now().await?;
    let folder = locate::installation(global)?.log();
    let cosigned = cosigned::load(&folder, log.verifier())?;
    // Witnesses say more than the log itself, as soon as their checkpoint covers the record.
    if let Some(cosigned) = cosigned.filter(|cosigned| index < cosigned.size) {
        checkpoint = cosigned;
    }
    let (entry, proof) = (log.entry(index)?, log.proof_under(index, &checkpoint)?);
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
