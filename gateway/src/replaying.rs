//! What other rules would have decided about what was asked and written.
//!
//! Judged again are prompts and refused answers that the evidence vault keeps, and texts that were released or
//! held: by the rules in force now and by a candidate, both for the record's tenant, desk and medium and at its
//! time. So what differs is the candidate's doing, and not that of checkers, of lists of pictures or of rules of
//! another day. Records do not hold roles: rules for one role are judged as for a journalist.
//!
//! Nobody sees a word. But a candidate can be written to ask about words, so a replay is on record with the
//! candidate's digest before its result is told.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use audit::{Event, Filter, Order, Query, Record, vault::Kind};
use policy::{Engine, Hook};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use types::{Action, Decision, MediaType, Modality, Principal, Receipt, Role, VaultId};

use crate::{items, pipeline::LineError, screening, wiring::Stages, working};

/// Records that are read at once.
const PAGE: usize = 100;
/// Differences that are told one by one; all are counted.
pub const LISTED_MAX: usize = 1000;
/// Records with words, and what their words were judged as.
const EVENTS: [Event; 4] = [Event::Admitted, Event::Refused, Event::Released, Event::Held];

/// Which records.
#[derive(Debug, Clone, Default)]
pub struct Period {
    /// Of this time or later.
    pub since: Option<OffsetDateTime>,
    /// Before this time.
    pub until: Option<OffsetDateTime>,
    /// Of one organisation, or of all.
    pub tenant: Option<String>,
}

/// What a candidate would have decided.
#[derive(Debug, Default)]
pub struct Replay {
    /// Texts that were judged.
    pub judged: u64,
    /// Records whose words are not kept: never, not any more, or not in a form that can be read.
    pub without: u64,
    /// How many decisions go from one action to another.
    pub moves: BTreeMap<(Action, Action), u64>,
    /// The first [`LISTED_MAX`] of them.
    pub otherwise: Vec<Otherwise>,
    /// Originals that were judged: several records of a request name the same.
    originals: HashSet<VaultId>,
}

/// A text that a candidate would have decided otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Otherwise {
    /// The record's log index.
    pub index: u64,
    /// Whether it is what was asked, or what was written.
    pub hook: Hook,
    /// What the rules in force say.
    pub now: Action,
    /// What the candidate says.
    pub candidate: Action,
    /// Rules in effect that only the candidate has found something by.
    pub added: BTreeSet<String>,
    /// Rules in effect that only those in force have found something by.
    pub gone: BTreeSet<String>,
}

/// Words of a record.
struct Words {
    index: u64,
    scope: policy::Scope,
    text: String,
}

/// Judges a period again. `seen` hears how many records were read.
///
/// # Errors
/// [`LineError`] when log, vault or store cannot be read, or the log does not take the record.
pub async fn replay(
    stages: &Stages,
    candidate: Engine,
    period: &Period,
    seen: impl Fn(u64),
) -> Result<(Replay, Receipt), LineError> {
    let mut replay = Replay::default();
    let mut read = 0;
    for event in EVENTS {
        let mut query = query(period, event);
        loop {
            let page = stages.log.find(&query)?;
            let mut texts = Vec::new();
            for index in page.indices {
                texts.extend(words(stages, index, &mut replay).await?);
                read += 1;
                seen(read);
            }
            replay = judged(stages, &candidate, replay, texts).await?;
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
    }
    replay.otherwise.sort_by_key(|one| (one.index, one.hook == Hook::Output));
    let receipt = stages.append(record(&candidate, period, &replay)).await?;
    Ok((replay, receipt))
}

fn query(period: &Period, event: Event) -> Query {
    let tenant = period.tenant.clone().map(Filter::Tenant);
    Query {
        filters: tenant.into_iter().chain([Filter::Event(event)]).collect(),
        since: period.since,
        until: period.until,
        order: Order::Oldest,
        limit: PAGE,
        ..Query::default()
    }
}

/// The words of a record that can still be read.
async fn words(stages: &Stages, index: u64, replay: &mut Replay) -> Result<Vec<Words>, LineError> {
    let record = Record::parse(&stages.log.entry(index)?)?;
    let mut found = Vec::new();
    let kept = record.vault.as_ref().map(|vault| vault.entries.as_slice()).unwrap_or_default();
    for entry in kept {
        let hook = match entry.kind {
            Kind::Prompt => Hook::Input,
            Kind::RefusedOutput => Hook::Output,
            // Files that were brought are not words.
            _ => continue,
        };
        if !replay.originals.insert(entry.id) {
            continue;
        }
        found.push((hook, original(stages, entry.id).await?));
    }
    let is_text = record.modality == Some(Modality::Text);
    if let Some(asset) = record.asset_id.filter(|_| is_text && is_made(&record)) {
        let entry = stages.log.registry().asset(asset)?;
        let entry = entry.filter(|entry| items::is_words(entry.media_type));
        let text = match entry {
            Some(entry) => items::words(stages, &entry).await.ok(),
            None => None,
        };
        found.push((Hook::Output, text));
    } else if kept.is_empty() && !is_made(&record) {
        replay.without += 1;
    }
    let texts = found.into_iter().filter_map(|(hook, text)| {
        replay.without += u64::from(text.is_none());
        let text = text?;
        Some(Words { index, scope: scope(&record, hook, &text), text })
    });
    Ok(texts.collect())
}

const fn is_made(record: &Record) -> bool {
    matches!(record.event, Event::Released | Event::Held)
}

/// An original, if it is a text that is still kept.
async fn original(stages: &Stages, id: VaultId) -> Result<Option<String>, LineError> {
    let vault = stages.vault.clone();
    let read = move || {
        let entry = vault.entry(id).ok().filter(|entry| {
            matches!(entry.media_type, MediaType::PlainText | MediaType::Markdown)
        })?;
        let bytes = vault.reveal(&entry).ok()?;
        String::from_utf8(bytes.to_vec()).ok()
    };
    tokio::task::spawn_blocking(read).await.map_err(|_| LineError::Stopped)
}

fn scope(record: &Record, hook: Hook, text: &str) -> policy::Scope {
    let principal = Principal {
        tenant: record.tenant.clone(),
        desk: record.desk.clone().unwrap_or_default(),
        role: Role::Journalist,
        subject: record.actor.clone(),
    };
    let modality = record.modality.unwrap_or(Modality::Text);
    let time = OffsetDateTime::parse(&record.time, &Rfc3339);
    let scope = screening::scope(&principal, modality, hook, text);
    policy::Scope { now: time.map_or(scope.now, OffsetDateTime::unix_timestamp), ..scope }
}

async fn judged(
    stages: &Stages,
    candidate: &Engine,
    mut replay: Replay,
    texts: Vec<Words>,
) -> Result<Replay, LineError> {
    let (now, candidate) = (stages.policy().clone(), candidate.clone());
    let bytes = texts.iter().map(|words| words.text.len()).sum();
    let judging = working::done(bytes, move || {
        for words in texts {
            let [before, after] =
                [&now, &candidate].map(|engine| engine.judge(&words.scope, &words.text).decision);
            replay.judged += 1;
            if before.action == after.action {
                continue;
            }
            *replay.moves.entry((before.action, after.action)).or_default() += 1;
            if replay.otherwise.len() < LISTED_MAX {
                replay.otherwise.push(differing(&words, &before, &after));
            }
        }
        replay
    });
    judging.await.map_err(|error| LineError::Policy(error.to_string()))
}

fn differing(words: &Words, before: &Decision, after: &Decision) -> Otherwise {
    let rules = |decision: &Decision| -> BTreeSet<String> {
        let enforced = decision.findings.iter().filter(|finding| !finding.shadow);
        enforced.map(|finding| finding.rule.clone()).collect()
    };
    let (now, candidate) = (rules(before), rules(after));
    Otherwise {
        index: words.index,
        hook: words.scope.hook,
        now: before.action,
        candidate: after.action,
        added: candidate.difference(&now).cloned().collect(),
        gone: now.difference(&candidate).cloned().collect(),
    }
}

fn record(candidate: &Engine, period: &Period, replay: &Replay) -> Record {
    let tenant = period.tenant.clone().unwrap_or_else(|| "installation".to_owned());
    let mut record = Record::new(Event::PolicyReplayed, tenant, "operator");
    let version = candidate.version();
    let otherwise: u64 = replay.moves.values().sum();
    record.detail = Some(format!(
        "{} {} sha256:{} judged {}, otherwise {otherwise}",
        version.id, version.version, version.sha256, replay.judged
    ));
    record
}
