//! `imprimatur reviews`: what waits for an editor, and the editor's decision.

use audit::AssetEntry;
use serde_json::json;

use super::{
    args::{Global, ReviewsCommand, Verdict},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
};
use crate::{
    accounts::AccountError,
    reviews::{self, ReviewError, Ruling},
    wiring::Stages,
};

pub(crate) async fn run(global: &Global, command: &ReviewsCommand, console: &Console) -> Answer {
    let stages = Stages::open(locate::installation(global)?).await?;
    stages.close_unfinished().await?;
    let exit = match command {
        ReviewsCommand::List => list(&stages, console)?,
        ReviewsCommand::Approve(verdict) => {
            decide(&stages, verdict, Ruling::Approve, console).await?
        }
        ReviewsCommand::Reject(verdict) => {
            decide(&stages, verdict, Ruling::Reject, console).await?
        }
    };
    stages.close().await?;
    Ok(exit)
}

fn list(stages: &Stages, console: &Console) -> Answer {
    let waiting = reviews::waiting(stages)?;
    for entry in &waiting {
        let value = json!({
            "asset_id": entry.asset_id, "request_id": entry.request_id, "tenant": entry.tenant,
            "held_at": entry.time, "media_type": entry.media_type, "index": entry.index,
        });
        console.result(&value, || row(entry));
    }
    if waiting.is_empty() {
        console.note("nothing waits for a review");
    }
    Ok(Exit::Yes)
}

fn row(entry: &AssetEntry) -> String {
    let AssetEntry { asset_id, time, media_type, tenant, index, .. } = entry;
    format!("{asset_id}  {time}  {media_type:10}  {tenant}  log entry {index}")
}

async fn decide(stages: &Stages, verdict: &Verdict, ruling: Ruling, console: &Console) -> Answer {
    let reviewer = stages.accounts.authenticate(&verdict.key).await.map_err(refused)?;
    let decided = reviews::decide(stages, &reviewer, verdict.asset, ruling, &verdict.reason).await;
    let receipt = decided.map_err(not_decided)?;
    let value = json!({
        "asset_id": verdict.asset, "decision": ruling,
        "receipt": {"index": receipt.index, "leaf_hash": receipt.leaf_hash},
    });
    console.result(&value, || match ruling {
        Ruling::Approve => format!("{} is released, log entry {}", verdict.asset, receipt.index),
        Ruling::Reject => format!("{} stays back, log entry {}", verdict.asset, receipt.index),
    });
    Ok(Exit::Yes)
}

fn refused(error: AccountError) -> Failure {
    Failure { exit: Exit::No, error: error.into() }
}

/// That somebody may not decide is an answer; that the log is broken is not.
fn not_decided(error: ReviewError) -> Failure {
    let exit = match error {
        ReviewError::Log(_) | ReviewError::Objects(_) | ReviewError::State(_) => Exit::Usage,
        _ => Exit::No,
    };
    Failure { exit, error: error.into() }
}
