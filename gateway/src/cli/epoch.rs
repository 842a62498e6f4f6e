//! `imprimatur audit epoch`: a way out when the log refuses to start.

use ::audit::{EpochRecord, LogKey, epoch};
use serde_json::json;

use super::{
    args::Global,
    exit::{Answer, Exit},
    locate,
    output::Console,
};

pub(super) async fn run(global: &Global, reason: &str, console: &Console) -> Answer {
    let installation = locate::installation(global)?;
    let key = LogKey::load(&installation.log_key())?;
    let base = &installation.config().audit.origin;
    let begun = epoch::begin(&installation.log(), key, base, reason).await?;
    console.result(&json!({"begun": true, "epoch": begun}), || explain(&begun));
    Ok(Exit::Yes)
}

/// What a new epoch says about the log before it, in words.
pub(super) fn explain(epoch: &EpochRecord) -> String {
    let EpochRecord { number, origin, previous_origin, good_size, kept_as, .. } = epoch;
    let promised = epoch.promised_size.map_or("an unknown number of".to_owned(), |n| n.to_string());
    format!(
        "epoch {number} as {origin}, because {previous_origin} could not go on: {}\n\
         its first {good_size} of {promised} records are in order (root {}); it is kept in {kept_as}\n\
         reason: {}",
        epoch.fault, epoch.good_root, epoch.reason
    )
}
