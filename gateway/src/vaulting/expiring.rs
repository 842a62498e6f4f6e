//! The end of the term: originals that have been kept long enough are destroyed.

use std::{collections::BTreeMap, time::Duration};

use audit::{
    Event, Record,
    vault::{Entry, Ground, INSTALLATION, VaultRecord, retention},
};
use time::OffsetDateTime;
use types::VaultId;

use super::{VaultingError, blocking, holds};
use crate::{jobs, pipeline::Line, wiring::Stages};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What has reached its term.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expiry {
    /// How many originals were destroyed.
    pub expired: u64,
    /// How many keys of people of whom nothing is kept any more.
    pub keys: u64,
}

/// Destroys what was kept longer than the configured term before `now`, but for what a legal hold
/// covers. Counts go into the log first, so that nothing disappears without a record.
///
/// # Errors
/// [`VaultingError`] when vault or log fail; the next run goes on.
pub async fn expire(stages: &Stages, now: OffsetDateTime) -> Result<Expiry, VaultingError> {
    let months = stages.installation.config().audit.vault.retention_months;
    let cutoff = retention::cutoff(now, months);
    // What is held is known before anything is looked for.
    holds(stages).await?;
    let vault = stages.vault.clone();
    let entries = blocking(move || vault.expired(cutoff)).await?;
    let mut tenants = BTreeMap::<String, Vec<Entry>>::new();
    for entry in entries {
        tenants.entry(entry.tenant.clone()).or_default().push(entry);
    }
    let mut expiry = Expiry::default();
    for (tenant, entries) in tenants {
        let mut record = Record::new(Event::Expired, tenant, "operator");
        record.detail = Some(format!("kept for {months} months"));
        record.vault =
            Some(VaultRecord { count: Some(entries.len() as u64), ..VaultRecord::default() });
        stages.log.append(record).await?;
        let ids: Vec<VaultId> = entries.iter().map(|entry| entry.id).collect();
        let vault = stages.vault.clone();
        expiry.expired += blocking(move || vault.remove(&ids)).await?;
    }
    let vault = stages.vault.clone();
    for subject in blocking(move || vault.idle(cutoff)).await? {
        if holds(stages).await?.iter().any(|hold| hold.may_need_key_of(subject)) {
            continue;
        }
        let vault = stages.vault.clone();
        blocking(move || vault.erase(subject, Ground::Expired)).await?;
        let mut record = Record::new(Event::Expired, INSTALLATION, "operator");
        let ground = Some(Ground::Expired.name().to_owned());
        record.vault =
            Some(VaultRecord { subject: Some(subject), ground, ..VaultRecord::default() });
        stages.log.append(record).await?;
        let vault = stages.vault.clone();
        blocking(move || vault.recorded(subject)).await?;
        expiry.keys += 1;
    }
    Ok(expiry)
}

/// Does so at once and then every day, until it is dropped; of several gateways one does.
pub async fn expire_daily(line: Line) {
    let mut days = tokio::time::interval(DAY);
    loop {
        days.tick().await;
        match line.stages().takes_turn_to_expire().await {
            Ok(true) => {}
            Ok(false) => continue,
            Err(error) => {
                tracing::warn!(%error, "whose turn it is to destroy expired evidence is not known");
                continue;
            }
        }
        let (stages, now) = (line.stages(), OffsetDateTime::now_utc());
        if let Err(error) = jobs::sweep(&*stages.state, now).await {
            tracing::warn!(%error, "rows of jobs that ended long ago could not be removed");
        }
        match expire(&stages, now).await {
            Ok(Expiry { expired: 0, keys: 0 }) => {}
            Ok(expiry) => tracing::info!(expired = expiry.expired, "evidence reached its term"),
            Err(error) => tracing::warn!(%error, "expired evidence could not be destroyed"),
        }
    }
}
