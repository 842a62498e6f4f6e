//! `imprimatur reviews`: what waits for an editor, and the editor's decision.

use access::AccessError;
use audit::AssetEntry;
use serde_json::json;

use super::{
    args::{Global, Publishing, ReviewsCommand, Verdict},
    exit::{Answer, Exit, Failure},
    locate,
    output::Console,
};
use crate::{
    publishing::{self, Amendment, Notice, PublishError},
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
        ReviewsCommand::Publish(publishing) => publish(&stages, publishing, None, console).await?,
        ReviewsCommand::Correct(publishing) => {
            publish(&stages, publishing, Some(Amendment::Correct), console).await?
        }
        ReviewsCommand::Withdraw(publishing) => {
            publish(&stages, publishing, Some(Amendment::Withdraw), console).await?
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
    let reviewer = stages.accounts.authenticate(&verdict.key).await.map_err(refused)?.principal;
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

async fn publish(
    stages: &Stages,
    publishing: &Publishing,
    amendment: Option<Amendment>,
    console: &Console,
) -> Answer {
    let Publishing { verdict, url, replaced_by } = publishing;
    let editor = stages.accounts.authenticate(&verdict.key).await.map_err(refused)?.principal;
    let (url, replaced_by, reason) = (url.clone(), *replaced_by, verdict.reason.clone());
    let notice = Notice { url, replaced_by, reason };
    let done = match amendment {
        None => publishing::publish(stages, &editor, verdict.asset, &notice).await,
        Some(amendment) => {
            publishing::amend(stages, &editor, verdict.asset, amendment, &notice).await
        }
    };
    let receipt = done.map_err(not_published)?;
    let state = match amendment {
        None => "published",
        Some(Amendment::Correct) => "corrected",
        Some(Amendment::Withdraw) => "withdrawn",
    };
    let value = json!({
        "asset_id": verdict.asset, "state": state,
        "receipt": {"index": receipt.index, "leaf_hash": receipt.leaf_hash},
    });
    console.result(&value, || format!("{} is {state}, log entry {}", verdict.asset, receipt.index));
    Ok(Exit::Yes)
}

/// That it may not be published is an answer; that a part is broken is not.
fn not_published(error: PublishError) -> Failure {
    let exit = match error {
        PublishError::Log(_)
        | PublishError::Objects(_)
        | PublishError::State(_)
        | PublishError::Provenance(_)
        | PublishError::Url
        | PublishError::NoNotice => Exit::Usage,
        _ => Exit::No,
    };
    Failure { exit, error: error.into() }
}

fn refused(error: AccessError) -> Failure {
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
