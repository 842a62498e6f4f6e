//! Access: a person is given what is kept about them, as a ZIP for them to read.

use std::io::{Cursor, Write as _};

use audit::{
    Event, Log, LogError, Record,
    vault::{Entry, VaultRecord},
};
use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use zeroize::Zeroizing;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{Actor, Person, VaultingError, blocking, mentions};
use crate::{profiles, wiring::Stages};

const README: &str = include_str!("answering.README.txt");
/// Records are read in stretches of this many.
const STRETCH: u64 = 4096;

/// What a person was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The ZIP; wiped from memory when dropped.
    pub zip: Zeroizing<Vec<u8>>,
    /// Originals, or places where they are mentioned.
    pub originals: u64,
    /// Log entries about what they did.
    pub records: u64,
    /// Index of the record that they were answered.
    pub index: u64,
}

/// What is kept about a caller: originals in clear and the log's entries.
///
/// # Errors
/// [`VaultingError::Answer`] when the ZIP cannot be made; else when vault or log fail.
pub async fn answer(
    stages: &Stages,
    person: &Person,
    actor: &Actor,
) -> Result<Answered, VaultingError> {
    let (vault, subject) = (stages.vault.clone(), person.subject);
    let originals = blocking(move || {
        let entries = vault.entries_of(subject)?.into_iter();
        entries
            .map(|entry| vault.reveal(&entry).map(|plain| (entry, plain)))
            .collect::<Result<Vec<_>, _>>()
    });
    let originals = originals.await?;
    let records = records(&stages.log, &person.subject.to_string())?;
    let mut files = vec![("records.jsonl".to_owned(), Zeroizing::new(lines(&records)))];
    files.push(("originals.jsonl".to_owned(), Zeroizing::new(described(&originals))));
    if let Some(kept) = profiles::of(stages, subject).await? {
        let json = serde_json::to_vec_pretty(&kept);
        let json = json.map_err(|error| VaultingError::Answer(error.to_string()))?;
        files.push(("profile.json".to_owned(), Zeroizing::new(json)));
    }
    for (entry, plain) in originals.iter() {
        files.push((
            format!("originals/{}.{}", entry.id, entry.media_type.extension()),
            plain.clone(),
        ));
    }
    let counts = (originals.len() as u64, records.len() as u64);
    finish(stages, &person.tenant, actor, (files, counts, Some(person))).await
}

/// Where a tenant's originals and finished texts mention a person, with the surroundings of the name but not the rest of what others wrote.
///
/// # Errors
/// [`VaultingError::Nobody`] when nobody of this name is mentioned; those of [`answer`].
pub async fn answer_mentioned(
    stages: &Stages,
    tenant: &str,
    name: &str,
    actor: &Actor,
) -> Result<Answered, VaultingError> {
    let found = mentions::search(stages, tenant, name).await?;
    let archived = mentions::archived(stages, tenant, name).await?;
    if found.is_empty() && archived.is_empty() {
        return Err(VaultingError::Nobody(name.to_owned()));
    }
    let kept = found.iter().map(|mention| {
        json!({"kept_at": kept_at(&mention.entry), "kind": mention.entry.kind, "excerpt": mention.excerpt})
    });
    let finished = archived.iter().map(
        |(asset, excerpt)| json!({"asset_id": asset, "kind": "finished_text", "excerpt": excerpt}),
    );
    let rows: Vec<Vec<u8>> = kept.chain(finished).map(|row| row.to_string().into_bytes()).collect();
    let files = vec![("mentions.jsonl".to_owned(), Zeroizing::new(lines(&rows)))];
    finish(stages, tenant, actor, (files, (rows.len() as u64, 0), None)).await
}

type Files = Vec<(String, Zeroizing<Vec<u8>>)>;

/// The record first: nothing is handed out that is not on record.
async fn finish(
    stages: &Stages,
    tenant: &str,
    actor: &Actor,
    (files, (originals, records), person): (Files, (u64, u64), Option<&Person>),
) -> Result<Answered, VaultingError> {
    let mut record = Record::new(Event::AccessAnswered, tenant, actor.pseudonym.clone());
    record.vault = Some(VaultRecord {
        subject: person.map(|person| person.subject),
        count: Some(originals),
        ..VaultRecord::default()
    });
    let receipt = stages.log.append(record).await?;
    let packing = tokio::task::spawn_blocking(move || pack(&files));
    let packed = packing.await.map_err(|_| VaultingError::Stopped)?;
    let zip = packed.map_err(|error| VaultingError::Answer(error.to_string()))?;
    Ok(Answered { zip, originals, records, index: receipt.index })
}

fn pack(files: &Files) -> zip::result::ZipResult<Zeroizing<Vec<u8>>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("README.txt", SimpleFileOptions::default())?;
    zip.write_all(README.as_bytes())?;
    for (name, bytes) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default())?;
        zip.write_all(bytes)?;
    }
    Ok(Zeroizing::new(zip.finish()?.into_inner()))
}

/// Log entries whose actor has this pseudonym.
fn records(log: &Log, pseudonym: &str) -> Result<Vec<Vec<u8>>, LogError> {
    let mut found = Vec::new();
    let mut first = 0;
    while first < log.size() {
        let end = log.size().min(first + STRETCH);
        for entry in log.entries(first, end)? {
            if Record::parse(&entry)?.actor == pseudonym {
                found.push(entry);
            }
        }
        first = end;
    }
    Ok(found)
}

fn described(originals: &[(Entry, Zeroizing<Vec<u8>>)]) -> Vec<u8> {
    let row = |entry: &Entry| {
        let (id, kind, request) = (entry.id, entry.kind, entry.request_id);
        json!({"id": id, "kind": kind, "kept_at": kept_at(entry), "request_id": request, "media_type": entry.media_type})
    };
    let rows: Vec<Vec<u8>> =
        originals.iter().map(|original| row(&original.0).to_string().into_bytes()).collect();
    lines(&rows)
}

fn lines(rows: &[Vec<u8>]) -> Vec<u8> {
    rows.iter().flat_map(|row| row.iter().chain(b"\n")).copied().collect()
}

fn kept_at(entry: &Entry) -> String {
    let time = OffsetDateTime::from_unix_timestamp(entry.kept_at()).ok();
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
}
