//! Reading originals takes two people: one asks, another confirms, and both are on record before
//! anything is shown.

use audit::{
    Event, Record, ReviewRecord,
    vault::{ENTRIES_MAX, Entry, EntryRecord, VaultRecord},
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use types::{Principal, Receipt, RequestId, VaultId};
use zeroize::Zeroizing;

use super::{VaultingError, blocking, reason};
use crate::{recording, wiring::Stages};

/// A request that nobody confirms ends after this.
const REQUEST_SECONDS_MAX: i64 = 24 * 60 * 60;

/// A request on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requested {
    /// How many originals it is about.
    pub entries: usize,
    /// The receipt of the request.
    pub receipt: Receipt,
}

/// Originals in clear; wiped from memory when dropped.
#[derive(Debug)]
pub struct Revealed {
    /// Each original with its bytes.
    pub originals: Vec<(Entry, Zeroizing<Vec<u8>>)>,
    /// The receipt of the confirmation.
    pub receipt: Receipt,
}

/// What waits for a second person.
#[derive(Debug, Serialize, Deserialize)]
struct Waiting {
    entries: Vec<VaultId>,
    by: String,
    at: i64,
    index: u64,
}

/// Asks to read originals: an id of the vault or of a request, or a log index.
///
/// # Errors
/// [`VaultingError::Role`], [`VaultingError::Unknown`], [`VaultingError::Reason`], or when the log
/// or the state store fail.
pub async fn request(
    stages: &Stages,
    who: &Principal,
    id: &str,
    why: &str,
) -> Result<Requested, VaultingError> {
    let by = reader(stages, who)?;
    let why = reason(why)?;
    let entries = entries(stages, who, id).await?;
    let mut record = record(Event::RevealRequested, who, &by, &entries);
    record.review = Some(ReviewRecord { role: who.role, reason: why });
    let receipt = stages.log.append(record).await?;
    let waiting = Waiting {
        entries: entries.iter().map(|entry| entry.id).collect(),
        by,
        at: now(),
        index: receipt.index,
    };
    // The latest request counts.
    let (key, bytes) = (key(who, id), serde_json::to_vec(&waiting).unwrap_or_default());
    loop {
        let known = stages.state.get(&key).await?;
        if stages.state.compare_and_swap(&key, known.as_deref(), Some(&bytes)).await? {
            return Ok(Requested { entries: entries.len(), receipt });
        }
    }
}

/// Confirms another person's request and gives the originals, once.
///
/// # Errors
/// [`VaultingError::NotRequested`], [`VaultingError::RequestExpired`],
/// [`VaultingError::SamePerson`], [`VaultingError::Role`], or when an original cannot be read.
pub async fn confirm(
    stages: &Stages,
    who: &Principal,
    id: &str,
) -> Result<Revealed, VaultingError> {
    let by = reader(stages, who)?;
    let missing = || VaultingError::NotRequested(id.to_owned());
    let stored = stages.state.get(&key(who, id)).await?.ok_or_else(missing)?;
    let waiting: Waiting = serde_json::from_slice(&stored).map_err(|_| missing())?;
    if now() - waiting.at > REQUEST_SECONDS_MAX {
        return Err(VaultingError::RequestExpired(id.to_owned()));
    }
    if waiting.by == by {
        return Err(VaultingError::SamePerson);
    }
    let originals = read(stages, waiting.entries).await?;
    // Whoever takes the request away may show the originals; nobody else can with the same one.
    if !stages.state.compare_and_swap(&key(who, id), Some(&stored), None).await? {
        return Err(missing());
    }
    let entries: Vec<Entry> = originals.iter().map(|original| original.0.clone()).collect();
    let mut record = record(Event::Revealed, who, &by, &entries);
    if let Some(vault) = &mut record.vault {
        vault.about = Some(waiting.index);
    }
    let receipt = stages.log.append(record).await?;
    Ok(Revealed { originals, receipt })
}

fn reader(stages: &Stages, who: &Principal) -> Result<String, VaultingError> {
    if who.role.may_audit() || who.role.may_review() {
        Ok(recording::pseudonym(&stages.pseudonym_key, who))
    } else {
        Err(VaultingError::Role(who.role))
    }
}

/// The originals that an id means, within the caller's tenant.
async fn entries(stages: &Stages, who: &Principal, id: &str) -> Result<Vec<Entry>, VaultingError> {
    let unknown = || VaultingError::Unknown(id.to_owned());
    stages.read_to_the_end().await?;
    let mut ids = Vec::new();
    if let Ok(index) = id.parse::<u64>() {
        ids.extend(pointers(stages, index)?);
    } else {
        ids.push(id.parse::<VaultId>().map_err(|_| unknown())?);
        let request: RequestId = id.parse().map_err(|_| unknown())?;
        for index in stages.log.registry().request(request)? {
            ids.extend(pointers(stages, index)?);
        }
    }
    let (vault, tenant) = (stages.vault.clone(), who.tenant.clone());
    let found = blocking(move || {
        Ok(ids.into_iter().filter_map(|id| vault.entry(id).ok()).collect::<Vec<_>>())
    });
    let mut found: Vec<Entry> = found.await?;
    found.retain(|entry| entry.tenant == tenant);
    found.dedup();
    found.truncate(ENTRIES_MAX);
    if found.is_empty() { Err(unknown()) } else { Ok(found) }
}

fn pointers(stages: &Stages, index: u64) -> Result<Vec<VaultId>, VaultingError> {
    let record = Record::parse(&stages.log.entry(index)?)?;
    let entries = record.vault.map(|vault| vault.entries).unwrap_or_default();
    Ok(entries.into_iter().map(|entry| entry.id).collect())
}

async fn read(
    stages: &Stages,
    ids: Vec<VaultId>,
) -> Result<Vec<(Entry, Zeroizing<Vec<u8>>)>, VaultingError> {
    let vault = stages.vault.clone();
    blocking(move || {
        let read = |id: VaultId| {
            let entry = vault.entry(id)?;
            let plain = vault.reveal(&entry)?;
            Ok((entry, plain))
        };
        ids.into_iter().map(read).collect()
    })
    .await
}

fn record(event: Event, who: &Principal, by: &str, entries: &[Entry]) -> Record {
    let mut record = Record::new(event, who.tenant.clone(), by);
    let count = Some(entries.len() as u64);
    let entries = entries.iter().map(EntryRecord::from).collect();
    record.vault = Some(VaultRecord { entries, count, ..VaultRecord::default() });
    record
}

/// Requests of one tenant are not seen by another, and keys are short.
fn key(who: &Principal, id: &str) -> Vec<u8> {
    let digest = types::Sha256::of(format!("{}\n{id}", who.tenant).as_bytes()).to_string();
    format!("reveal/{digest}").into_bytes().into_iter().take(55).collect()
}

fn now() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}
