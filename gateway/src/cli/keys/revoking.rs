//! Signing certificates that count no more, and what they have signed.

use anyhow::Context as _;
use audit::{Event, Filter, Log, Order, Query, Record, query::PAGE_MAX};
use provenance::keys::{Kept, Reason, Revocation};
use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    cli::{exit::Failure, output::Console},
    criteria, signing_keys,
    wiring::Stages,
};

/// Revokes a certificate that is no longer used.
pub(super) async fn revoke(
    stages: &Stages,
    name: &str,
    since: Option<&str>,
    console: &Console,
) -> Result<(), Failure> {
    let since = criteria::moment("since", since)?.unwrap_or_else(OffsetDateTime::now_utc);
    let kept = record(stages, name, since, Reason::CessationOfOperation).await?;
    let value = json!({"certificate": kept.chain.fingerprint(), "revoked_at": stated(since)});
    console.result(&value, || {
        format!("{} is revoked since {}", kept.chain.fingerprint(), stated(since))
    });
    after(stages, &kept, console)
}

/// Revokes a certificate whose key somebody else may have, and lists the assets that it has signed
/// since: they are the installation's, which only the log can show now.
pub(super) async fn compromise(
    stages: &Stages,
    name: &str,
    since: &str,
    console: &Console,
) -> Result<(), Failure> {
    let since = criteria::moment("since", Some(since))?.context("a time is needed")?;
    let kept = record(stages, name, since, Reason::KeyCompromise).await?;
    let affected = affected(&stages.log, &kept, since)?;
    for (index, found) in &affected {
        let content = found.content.as_ref().map(|content| content.sha256);
        let label = found.c2pa.as_ref().map(|c2pa| &c2pa.manifest_label);
        let value = json!({
            "asset_id": found.asset_id, "sha256": content, "manifest_label": label,
            "event": found.event.name(), "time": found.time, "tenant": found.tenant, "index": index,
        });
        console.result(&value, || {
            let asset = found.asset_id.map(|id| id.to_string()).unwrap_or_default();
            format!("{index:6}  {}  {:8} asset {asset}", found.time, found.event.name())
        });
    }
    console.note(&format!(
        "{} assets since {}: what this certificate signed since and is not among them, others have made",
        affected.len(),
        stated(since),
    ));
    after(stages, &kept, console)
}

/// On record before it counts no more.
async fn record(
    stages: &Stages,
    name: &str,
    since: OffsetDateTime,
    reason: Reason,
) -> Result<Kept, Failure> {
    let folder = signing_keys::folder(&stages.installation);
    let (kept, mut revocations) = (folder.find(name)?, folder.revocations()?);
    let certificate = kept.chain.fingerprint();
    let why = match reason {
        Reason::KeyCompromise => "key compromise",
        _ => "no longer used",
    };
    let mut record = Record::new(Event::SigningKeyRevoked, "installation", "operator");
    record.detail = Some(format!("{certificate} since {}: {why}", stated(since)));
    stages.append(record).await?;
    revocations.add(Revocation { certificate, since, reason })?;
    Ok(kept)
}

fn after(stages: &Stages, kept: &Kept, console: &Console) -> Result<(), Failure> {
    let current = signing_keys::current_chain(&stages.installation)?;
    if current.fingerprint() == kept.chain.fingerprint() {
        console.note("nothing is signed until there is another key: run `imprimatur keys rotate --signing`, or `keys csr` and `keys import`");
    }
    console.note("gateways that are running take notice when they are started again");
    Ok(())
}

/// Records of assets that a certificate has signed since a time. Records from before certificates
/// were recorded are of the identity that the installation was made with.
fn affected(log: &Log, kept: &Kept, since: OffsetDateTime) -> Result<Vec<(u64, Record)>, Failure> {
    let fingerprint = kept.chain.fingerprint();
    let mut found = Vec::new();
    for event in [Event::Released, Event::Held] {
        let filters = vec![Filter::Event(event)];
        let mut query = Query {
            filters,
            since: Some(since),
            order: Order::Oldest,
            limit: PAGE_MAX,
            ..Query::default()
        };
        loop {
            let page = log.find(&query)?;
            for index in page.indices {
                let record = Record::parse(&log.entry(index)?)?;
                let Some(c2pa) = &record.c2pa else { continue };
                let signed = c2pa.certificate_sha256;
                if signed == Some(fingerprint) || signed.is_none() && kept.number == 0 {
                    found.push((index, record));
                }
            }
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => break,
            }
        }
    }
    found.sort_by_key(|(index, _)| *index);
    Ok(found)
}

/// Years after 9999 have no RFC 3339 form; nobody means those.
fn stated(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}
