//! Erasing a person: their key first, then what it opened, then the record that says so.

use audit::{
    Event, Record, Vault,
    vault::{ENTRIES_MAX, Entry, EntryRecord, Ground, INSTALLATION, Scope, VaultRecord},
};
use serde::Serialize;
use types::{Language, VaultId};

use super::{Actor, Person, VaultingError, blocking, holds};
use crate::{profiles, wiring::Stages};

/// Why something was kept although it was asked to be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kept {
    /// A legal hold covers it.
    LegalHold,
    /// It is part of what the newsroom has made public.
    EditorialArchive,
}

impl Kept {
    /// The ground as the law has it, for people.
    #[must_use]
    pub const fn words(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::LegalHold, Language::En) => {
                "kept for legal claims (GDPR Article 17(3)(e)): a legal hold covers it; it can be erased when the hold ends"
            }
            (Self::LegalHold, Language::Zh) => {
                "因法律主张须保留（GDPR 第 17(3)(e) 条）：处于法律保全之下，保全结束后可删除"
            }
            (Self::EditorialArchive, Language::En) => {
                "kept as part of the editorial archive (GDPR Articles 17(3)(a) and 85): ask the editors for a correction or withdrawal"
            }
            (Self::EditorialArchive, Language::Zh) => {
                "作为新闻档案保留（GDPR 第 17(3)(a) 条与第 85 条）：请向编辑部申请更正或撤回"
            }
        }
    }

    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::LegalHold => "legal_hold",
            Self::EditorialArchive => "editorial_archive",
        }
    }
}

/// What became of a request to erase.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Erasure {
    /// How many originals were destroyed.
    pub erased: u64,
    /// Whether the person's key was destroyed, and with it every commitment to what they wrote.
    pub key_destroyed: bool,
    /// What was kept, why, and how many.
    pub refused: Vec<(Kept, u64)>,
    /// Log entries about it.
    pub records: Vec<u64>,
}

impl Erasure {
    /// Whether everything was erased that was asked for.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.refused.is_empty()
    }
}

/// Erases a person: key, originals and the meaning of every commitment to them. What a legal hold
/// covers stays.
///
/// # Errors
/// [`VaultingError`] when vault or log fail; asking again goes on where it stopped.
pub async fn erase(
    stages: &Stages,
    person: &Person,
    actor: &Actor,
) -> Result<Erasure, VaultingError> {
    let (vault, subject) = (stages.vault.clone(), person.subject);
    // What somebody prefers is no evidence: no hold keeps it.
    profiles::remove(stages, subject).await?;
    let entries = blocking(move || vault.entries_of(subject)).await?;
    let holds = holds(stages).await?;
    let whole = holds.iter().any(|hold| hold.covers_all_of(&person.tenant, subject));
    let held = |entry: &Entry| whole || holds.iter().any(|hold| hold.covers(entry));
    let (kept, free): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(held);
    if kept.is_empty() && !whole {
        return erase_key(stages, person, actor).await;
    }
    // The key opens what must be kept, so only single originals go.
    let mut erasure = erase_entries(stages, &person.tenant, actor, &free).await?;
    let scope = Scope::Subject(subject);
    let refused = kept.len() as u64;
    refuse(stages, person, actor, (Kept::LegalHold, refused, Some(scope)), &mut erasure).await?;
    Ok(erasure)
}

async fn erase_key(
    stages: &Stages,
    person: &Person,
    actor: &Actor,
) -> Result<Erasure, VaultingError> {
    let (vault, subject) = (stages.vault.clone(), person.subject);
    let erased = blocking(move || vault.erase(subject, Ground::Request)).await?;
    let mut record = Record::new(Event::Erased, person.tenant.clone(), actor.pseudonym.clone());
    record.vault = Some(VaultRecord {
        subject: Some(subject),
        count: Some(erased),
        ground: Some(Ground::Request.name().to_owned()),
        ..VaultRecord::default()
    });
    let receipt = stages.log.append(record).await?;
    let vault = stages.vault.clone();
    blocking(move || vault.recorded(subject)).await?;
    let records = vec![receipt.index];
    Ok(Erasure { erased, key_destroyed: true, refused: Vec::new(), records })
}

/// Erases single originals. They are named in the log first: a crash in between is made good by
/// the next start, which erases again what the log says is erased.
pub(super) async fn erase_entries(
    stages: &Stages,
    tenant: &str,
    actor: &Actor,
    entries: &[Entry],
) -> Result<Erasure, VaultingError> {
    let mut erasure = Erasure::default();
    for some in entries.chunks(ENTRIES_MAX) {
        let mut record = Record::new(Event::Erased, tenant, actor.pseudonym.clone());
        record.vault = Some(VaultRecord {
            entries: some.iter().map(EntryRecord::from).collect(),
            count: Some(some.len() as u64),
            ground: Some(Ground::Request.name().to_owned()),
            ..VaultRecord::default()
        });
        erasure.records.push(stages.log.append(record).await?.index);
        erasure.erased += remove(&stages.vault, some).await?;
    }
    Ok(erasure)
}

async fn remove(vault: &Vault, entries: &[Entry]) -> Result<u64, VaultingError> {
    let ids: Vec<VaultId> = entries.iter().map(|entry| entry.id).collect();
    let vault = vault.clone();
    blocking(move || vault.remove(&ids)).await
}

/// Records that something was asked to be erased and had to be kept.
pub(super) async fn refuse(
    stages: &Stages,
    person: &Person,
    actor: &Actor,
    (kept, count, scope): (Kept, u64, Option<Scope>),
    erasure: &mut Erasure,
) -> Result<(), VaultingError> {
    let record = refusal(&person.tenant, actor, kept, count, scope);
    erasure.records.push(stages.log.append(record).await?.index);
    erasure.refused.push((kept, count));
    Ok(())
}

/// The record of a refusal.
pub(super) fn refusal(
    tenant: &str,
    actor: &Actor,
    kept: Kept,
    count: u64,
    scope: Option<Scope>,
) -> Record {
    let mut record = Record::new(Event::ErasureRefused, tenant, actor.pseudonym.clone());
    record.vault = Some(VaultRecord {
        refused: Some(count),
        ground: Some(kept.code().to_owned()),
        scope,
        ..VaultRecord::default()
    });
    record
}

/// Completes and records erasures that a crash cut off after the key was destroyed.
///
/// # Errors
/// [`VaultingError`] when vault or log fail.
pub async fn record_interrupted(stages: &Stages) -> Result<(), VaultingError> {
    let vault = stages.vault.clone();
    for (subject, ground) in blocking(move || vault.unrecorded()).await? {
        let vault = stages.vault.clone();
        blocking(move || vault.erase(subject, ground)).await?;
        let event = if ground == Ground::Expired { Event::Expired } else { Event::Erased };
        let mut record = Record::new(event, INSTALLATION, "operator");
        record.detail = Some("found unfinished".to_owned());
        record.vault = Some(VaultRecord {
            subject: Some(subject),
            ground: Some(ground.name().to_owned()),
            ..VaultRecord::default()
        });
        stages.log.append(record).await?;
        let vault = stages.vault.clone();
        blocking(move || vault.recorded(subject)).await?;
    }
    Ok(())
}
