//! `audit prove`: that a record is in the log.

use ::audit::{Log, LogError, merkle};
use serde_json::json;
use types::{AssetId, RequestId};

use crate::cli::{
    exit::{Answer, Exit, Failure},
    output::Console,
};

pub(super) async fn run(log: &Log, record: &str, console: &Console) -> Answer {
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
