//! What the console knows beside the log: what an author asked for, called it and says of it, what was
//! sent to an editor, and what the editor noted.
//!
//! Whatever a person wrote is kept under that person's key in the vault, so erasing the person makes it
//! unreadable; the log holds none of it.

use audit::{AssetEntry, LogError, Record, StateError, Subject, VaultError};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use types::{AssetId, Principal, RequestId};

use crate::{recording, wiring::Stages};

const SHEET: &str = "sheet";
const NOTE: &str = "decision";
/// The store takes 4 KiB, and encryption needs some of it.
const BYTES_MAX: usize = 3900;
/// Longest text of one kind that is kept beside others.
const CHARS_MAX: usize = 1200;
/// Somebody else may change the same sheet at the same time, so often.
const TRIES_MAX: usize = 8;

/// Why a sheet cannot be kept or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum SheetError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store.
    #[error(transparent)]
    State(#[from] StateError),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// What an author said about a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Sheet {
    /// The desk.
    pub(crate) desk: String,
    /// What was asked for, as policy read it.
    pub(crate) prompt: String,
    /// Facts and sources.
    pub(crate) sources: String,
    /// What a picture shows, for people who cannot see it.
    pub(crate) alt: String,
    /// A word to the editor.
    pub(crate) note: String,
}

/// What an editor said with a decision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Note {
    /// Who is editorially responsible.
    pub(crate) responsible: String,
    /// Why, in words.
    pub(crate) text: String,
}

/// Keeps a sheet; what is too long is cut, because the original is evidence and kept elsewhere.
pub(crate) async fn keep(
    stages: &Stages,
    author: &Principal,
    request: RequestId,
    sheet: &Sheet,
) -> Result<(), SheetError> {
    let cut = |text: &str| text.chars().take(CHARS_MAX).collect::<String>();
    let mut sheet = Sheet {
        desk: sheet.desk.clone(),
        prompt: cut(&sheet.prompt),
        sources: cut(&sheet.sources),
        alt: cut(&sheet.alt),
        note: cut(&sheet.note),
    };
    if written(&sheet).len() > BYTES_MAX {
        // Three bytes a character: Chinese texts of full length would not fit together.
        for text in [&mut sheet.prompt, &mut sheet.sources, &mut sheet.alt, &mut sheet.note] {
            *text = text.chars().take(CHARS_MAX / 4).collect();
        }
    }
    let subject = recording::subject(&stages.pseudonym_key, author)?;
    seal(stages, subject, SHEET, &sheet_key(request), &sheet).await
}

/// What the author of an asset said.
pub(crate) async fn of(stages: &Stages, asset: &AssetEntry) -> Result<Option<Sheet>, SheetError> {
    of_request(stages, asset.request_id, &asset.actor).await
}

/// What somebody who is known by a pseudonym said about a request.
pub(crate) async fn of_request(
    stages: &Stages,
    request: RequestId,
    actor: &str,
) -> Result<Option<Sheet>, SheetError> {
    open(stages, actor, SHEET, &sheet_key(request)).await
}

/// Sends an asset to the editors; doing so again changes nothing.
pub(crate) async fn submit(stages: &Stages, asset: AssetId, at: &str) -> Result<(), SheetError> {
    let set = stages.state.compare_and_swap(&submitted_key(asset), None, Some(at.as_bytes())).await;
    Ok(set.map(drop)?)
}

/// Since when an asset waits for an editor, if it was sent to one.
pub(crate) async fn submitted(
    stages: &Stages,
    asset: AssetId,
) -> Result<Option<String>, SheetError> {
    let found = stages.state.get(&submitted_key(asset)).await?;
    Ok(found.map(|at| String::from_utf8_lossy(&at).into_owned()))
}

/// What was sent to editors of a tenant and waits, each with the time, oldest first.
pub(crate) async fn waiting(
    stages: &Stages,
    tenant: &str,
) -> Result<Vec<(AssetEntry, String)>, SheetError> {
    let mut found = Vec::new();
    for (key, at) in stages.state.scan(SUBMITTED.as_bytes()).await? {
        let id = String::from_utf8_lossy(&key).trim_start_matches(SUBMITTED).parse::<AssetId>();
        let Ok(id) = id else { continue };
        let entry = stages.log.registry().asset(id)?;
        let Some(entry) = entry.filter(|entry| entry.tenant == tenant) else { continue };
        if entry.review.is_none() {
            found.push((entry, String::from_utf8_lossy(&at).into_owned()));
        } else {
            // Decided since: it waits no more.
            stages.state.compare_and_swap(&key, Some(&at), None).await?;
        }
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(found)
}

/// Keeps what an editor said with a decision.
pub(crate) async fn keep_note(
    stages: &Stages,
    editor: &Principal,
    asset: AssetId,
    note: &Note,
) -> Result<(), SheetError> {
    let subject = recording::subject(&stages.pseudonym_key, editor)?;
    seal(stages, subject, NOTE, &note_key(asset), note).await
}

/// What the editor said who decided in this record.
pub(crate) async fn note(
    stages: &Stages,
    asset: AssetId,
    decision: &Record,
) -> Result<Option<Note>, SheetError> {
    open(stages, &decision.actor, NOTE, &note_key(asset)).await
}

const SUBMITTED: &str = "submitted/";

fn submitted_key(asset: AssetId) -> Vec<u8> {
    format!("{SUBMITTED}{asset}").into_bytes()
}

fn sheet_key(request: RequestId) -> Vec<u8> {
    format!("sheet/{request}").into_bytes()
}

fn note_key(asset: AssetId) -> Vec<u8> {
    format!("note/{asset}").into_bytes()
}

fn written(value: &impl Serialize) -> Vec<u8> {
    // Plain structs of strings: this cannot fail, and nothing is kept if it did.
    serde_json::to_vec(value).unwrap_or_default()
}

async fn seal(
    stages: &Stages,
    subject: Subject,
    purpose: &str,
    key: &[u8],
    value: &impl Serialize,
) -> Result<(), SheetError> {
    let plain = zeroize::Zeroizing::new(written(value));
    let log = stages.log.clone();
    let sealed = stages.vault.seal(subject, || log.size(), purpose, &plain)?;
    for _ in 0..TRIES_MAX {
        let before = stages.state.get(key).await?;
        if stages.state.compare_and_swap(key, before.as_deref(), Some(&sealed)).await? {
            break;
        }
    }
    Ok(())
}

async fn open<T: DeserializeOwned>(
    stages: &Stages,
    actor: &str,
    purpose: &str,
    key: &[u8],
) -> Result<Option<T>, SheetError> {
    let Some(sealed) = stages.state.get(key).await? else { return Ok(None) };
    // Who is no person of ours has left no sheet.
    let Ok(subject) = actor.parse::<Subject>() else { return Ok(None) };
    let plain = stages.vault.unseal(subject, purpose, &sealed)?;
    Ok(plain.and_then(|plain| serde_json::from_slice(&plain).ok()))
}
