//! Conversations that their client may go on from, kept under the person's key as other inputs are.
//!
//! A conversation is found by the records of its request: there is no index to forget when a person
//! is erased.

use audit::{
    Event, Log, Record, Vault, VaultError,
    vault::{Entry, Kind},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use types::{AssetId, MediaType, Principal, RequestId};

use super::{Actor, VaultingError, closed, erasing, keep, prohibited};
use crate::{case::Case, pipeline::LineError, recording, wiring::Stages};

/// What a client said, as it may be read again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Conversation {
    /// How the answer repeats what was asked for.
    pub(crate) asked: Value,
    /// The items of this turn; those before it are kept with the turn before.
    pub(crate) items: Vec<Value>,
}

/// A kept conversation and how its request ended.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) conversation: Conversation,
    /// `None` while it runs.
    pub(crate) ended: Option<Ended>,
    entry: Entry,
}

/// How a request ended.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    /// The event of its last record.
    pub(crate) event: Event,
    /// The asset, if there is one.
    pub(crate) asset: Option<AssetId>,
    /// Why, as a code.
    pub(crate) detail: Option<String>,
}

/// Keeps the conversation that a request brings, unless policy found what may be kept nowhere.
pub(crate) async fn conversation(mut case: Case) -> Result<Case, LineError> {
    let Some(bytes) = case.conversation.take() else { return Ok(case) };
    let keeps = case.stages.installation.config().audit.vault.prompts
        && !case.input.as_ref().is_some_and(prohibited);
    if !keeps {
        return Ok(case);
    }
    let outcome = keep(&mut case, Kind::Input, MediaType::PlainText, bytes).await.map(drop);
    closed(case, outcome).await
}

/// The conversation of a request; `None` when it is not this person's, or is kept no more.
///
/// # Errors
/// [`LineError`] when log or vault fail.
pub(crate) async fn find(
    stages: &Stages,
    who: &Principal,
    request: RequestId,
) -> Result<Option<Found>, LineError> {
    stages.read_to_the_end().await?;
    let (log, vault) = (stages.log.clone(), stages.vault.clone());
    let tenant = who.tenant.clone();
    let actor = recording::pseudonym(&stages.pseudonym_key, who);
    let reading = tokio::task::spawn_blocking(move || {
        let Some((pointer, ended)) = told(&log, request, &tenant, &actor)? else {
            return Ok(None);
        };
        let Some((entry, conversation)) = read(&vault, pointer)? else { return Ok(None) };
        Ok(Some(Found { conversation, ended, entry }))
    });
    reading.await.map_err(|_| LineError::Stopped)?
}

/// What the records of a request say: where its conversation is, and how it ended.
fn told(
    log: &Log,
    request: RequestId,
    tenant: &str,
    actor: &str,
) -> Result<Option<(types::VaultId, Option<Ended>)>, LineError> {
    let (mut pointer, mut ended) = (None, None);
    for index in log.registry().request(request)? {
        let record = Record::parse(&log.entry(index)?)?;
        if record.tenant != tenant {
            return Ok(None);
        }
        let is_first = matches!(record.event, Event::Admitted | Event::Refused);
        if is_first && record.actor != actor {
            return Ok(None);
        }
        let mut entries = record.vault.iter().flat_map(|vault| &vault.entries);
        let kept = entries.find(|entry| entry.kind == Kind::Input);
        pointer = kept.map(|entry| entry.id).or(pointer);
        let decides = matches!(record.event, Event::Approved | Event::Rejected);
        if record.event.is_terminal() || decides {
            let (event, asset, detail) = (record.event, record.asset_id, record.detail);
            ended = Some(Ended { event, asset, detail });
        }
    }
    Ok(pointer.map(|pointer| (pointer, ended)))
}

fn read(vault: &Vault, id: types::VaultId) -> Result<Option<(Entry, Conversation)>, LineError> {
    let entry = match vault.entry(id) {
        Ok(entry) => entry,
        Err(VaultError::Unknown(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let plain = match vault.reveal(&entry) {
        Ok(plain) => plain,
        Err(VaultError::Unknown(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    Ok(serde_json::from_slice(&plain).ok().map(|conversation| (entry, conversation)))
}

/// Destroys a conversation on its owner's wish, on record; `false` when a legal hold covers it.
/// Prompt and asset of the request stay, as those of any other.
///
/// # Errors
/// [`VaultingError`] when vault or log fail.
pub(crate) async fn forget(
    stages: &Stages,
    who: &Principal,
    found: &Found,
) -> Result<bool, VaultingError> {
    let subject = found.entry.subject;
    let covers = |hold: &audit::vault::Hold| {
        hold.covers(&found.entry) || hold.covers_all_of(&who.tenant, subject)
    };
    if super::holds(stages).await?.iter().any(covers) {
        return Ok(false);
    }
    let pseudonym = recording::pseudonym(&stages.pseudonym_key, who);
    let actor = Actor { tenant: who.tenant.clone(), pseudonym };
    let entry = std::slice::from_ref(&found.entry);
    erasing::erase_entries(stages, &who.tenant, &actor, entry).await.map(|_| true)
}
