//! `imprimatur webhooks`: who is told what the log says, and what they have not heard.

use clap::Subcommand;
use serde_json::json;
use time::OffsetDateTime;

use super::{
    args::Global,
    exit::{Answer, Exit},
    locate,
    output::Console,
};
use crate::{
    config::WebhookSection,
    installation::Installation,
    webhooks::{self, Calling, owed},
    wiring::Stages,
};

/// `webhooks`
#[derive(Debug, Subcommand)]
pub enum WebhooksCommand {
    /// How each of them stands, and what it has not heard; while no server runs
    List,
    /// Have all that one has not heard tried again, and enable it; while no server runs
    Retry {
        /// Its name
        name: String,
    },
    /// Send a message that says nothing, to see whether it arrives: exit 0 delivered, 1 not
    Test {
        /// Its name
        name: String,
    },
}

pub(crate) async fn run(global: &Global, command: &WebhooksCommand, console: &Console) -> Answer {
    let installation = locate::installation(global)?;
    match command {
        WebhooksCommand::List => list(installation, console).await,
        WebhooksCommand::Retry { name } => retry(installation, name, console).await,
        WebhooksCommand::Test { name } => test(&installation, name, console).await,
    }
}

async fn list(installation: Installation, console: &Console) -> Answer {
    let stages = Stages::open(installation).await?;
    let sections = &stages.installation.config().webhooks;
    for (name, section) in sections {
        let standing = outbox::standing(&stages.state, name, stages.log.size()).await?;
        let owes = outbox::waiting(&stages.state, name).await?;
        let value = json!({"name": name, "url": section.url, "standing": standing, "owes": owes});
        console.result(&value, || {
            let outbox::Standing { waiting, parked, behind, .. } = standing;
            let state = owed(name, &standing).unwrap_or_else(|| "works".to_owned());
            let mut rows = format!(
                "{name}  {waiting} wait, {parked} given up, {behind} records behind: {state}"
            );
            for row in &owes {
                let (kind, subject, attempts) = (&row.kind, &row.subject, row.attempts);
                rows += &format!("\n  {kind}  {subject}  {attempts} attempts: {}", row.reason);
            }
            rows
        });
    }
    if sections.is_empty() {
        console.note("no webhook is configured: add [webhooks.NAME] to the configuration");
    }
    stages.close().await?;
    Ok(Exit::Yes)
}

async fn retry(installation: Installation, name: &str, console: &Console) -> Answer {
    section(&installation, name)?;
    let stages = Stages::open(installation).await?;
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let count = outbox::retry(&stages.state, name, now).await?;
    stages.close().await?;
    console.result(&json!({"name": name, "messages": count}), || {
        format!("{count} messages to {name} are tried again once `imprimatur serve` runs")
    });
    Ok(Exit::Yes)
}

async fn test(installation: &Installation, name: &str, console: &Console) -> Answer {
    let section = section(installation, name)?;
    let subscription = webhooks::subscription(installation, name, section)?;
    let calling = Calling::new(section.allow_private);
    let origin = &installation.config().audit.origin;
    let sent = outbox::test(&subscription, &calling, origin, OffsetDateTime::now_utc()).await;
    let reason = sent.err().map(|failure| failure.to_string());
    let value = json!({"name": name, "delivered": reason.is_none(), "reason": reason});
    console.result(&value, || match &reason {
        None => format!("{name} has taken a test message"),
        Some(reason) => format!("{name} has not taken a test message: {reason}"),
    });
    Ok(if reason.is_none() { Exit::Yes } else { Exit::No })
}

fn section<'a>(
    installation: &'a Installation,
    name: &str,
) -> Result<&'a WebhookSection, anyhow::Error> {
    let sections = &installation.config().webhooks;
    let known = || sections.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    sections
        .get(name)
        .ok_or_else(|| anyhow::anyhow!("there is no [webhooks.{name}]; there are: {}", known()))
}
