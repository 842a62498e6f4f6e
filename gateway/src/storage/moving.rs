//! Moving an installation from its data folder to where several gateways reach it.
//!
//! The log goes on in the new storage with the same entries, numbers and key, so receipts, proofs and
//! witnesses stay valid. The old log is left as it is, and is marked so that no gateway writes to it
//! any more: two that go on from one history would be a fork.

use std::{fs, path::Path};

use audit::{
    EvidenceKey, LogOptions, Place, PostgresLog, Segments, SledState, Vault, epoch,
    transfer::{self, TransferError},
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Storage, driver};
use crate::{
    installation::{Installation, InstallationError},
    wiring::{self, WiringError},
};

/// In the folder of a log that goes on elsewhere.
const MOVED: &str = "moved";
/// Turns and presences belong to processes that have ended.
const LEFT_BEHIND: [&str; 2] = ["lease/", "gateway/"];

/// Why an installation is not moved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MoveError {
    /// This way is not known.
    #[error(
        "only from `kind = \"embedded\"` to `kind = \"postgres\"`: see [storage] of both files"
    )]
    Kinds,
    /// The log would have another name.
    #[error("the log's origin is `{0}`: set it as [audit] origin in the new configuration")]
    Origin(String),
    /// Something cannot be copied.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// One of the storages cannot be opened.
    #[error(transparent)]
    Wiring(#[from] WiringError),
    /// A key cannot be read.
    #[error(transparent)]
    Installation(#[from] InstallationError),
    /// The old log cannot be marked.
    #[error("the old log cannot be marked as moved: {0}")]
    Mark(std::io::Error),
}

/// What was copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Entries of the log.
    pub entries: u64,
    /// Rows of state: keys, people, reviews, jobs.
    pub rows: u64,
    /// Assets, manifests, rule packs.
    pub objects: u64,
    /// Originals in the vault.
    pub originals: u64,
}

/// Copies everything of `from` to where `to` keeps it; both have one data folder. Blocks, but for what
/// it waits for; `each` hears how many entries are there. One that was cut off goes on when it is
/// asked for again.
///
/// # Errors
/// [`MoveError`]; nothing of `from` was changed.
pub async fn move_to(
    from: &Installation,
    to: &Installation,
    each: &(dyn Fn(u64) + Sync),
) -> Result<Moved, MoveError> {
    let (old, new) = (Storage::open(from)?, Storage::open(to)?);
    let Some(place) = new.place.clone().filter(|_| new.is_shared() && !old.is_shared()) else {
        return Err(MoveError::Kinds);
    };
    let configured = &from.config().audit.origin;
    let origin = epoch::origin(&from.log(), configured).map_err(WiringError::from)?;
    if origin != to.config().audit.origin {
        return Err(MoveError::Origin(origin));
    }
    old.verify_log()?;
    let url = new.url()?;
    let opened = PostgresLog::open(driver()?, url.reveal(), None);
    let mut target = opened.map_err(WiringError::from)?;
    let options = LogOptions::new(origin);
    // As long as this is open no server writes.
    let source = Segments::open(&from.log(), None, options.segment_bytes);
    let mut source = source.map_err(WiringError::from)?;
    transfer::log(&mut source, &mut target, each)?;
    let state = SledState::open(&from.state()).map_err(WiringError::from)?;
    let rows = transfer::state(&state, &*new.state()?, &LEFT_BEHIND).await?;
    let objects = match &old.place {
        Some(old) => transfer::objects(old, &place).await?,
        None => transfer::objects(&folder(&from.objects())?, &place).await?,
    };
    let originals = originals(from, &new)?;
    // Again, from the first entry on: now every leaf is compared.
    let entries = transfer::log(&mut source, &mut target, each)?;
    mark(&from.log()).map_err(MoveError::Mark)?;
    Ok(Moved { entries, rows, objects, originals })
}

fn folder(path: &Path) -> Result<Place, WiringError> {
    Ok(Place::folder(path)?)
}

fn originals(from: &Installation, new: &Storage<'_>) -> Result<u64, MoveError> {
    if !from.vault().exists() {
        return Ok(0);
    }
    let key = || wiring::secret(&from.evidence_key()).map(|key| EvidenceKey::new(*key.bytes()));
    let old = Vault::open(&from.vault(), key()?).map_err(WiringError::from)?;
    let copied = old.copy(&new.vault(key()?)?);
    Ok(copied.map_err(WiringError::from)?)
}

fn mark(log: &Path) -> std::io::Result<()> {
    let now = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
    fs::write(log.join(MOVED), format!("{now}\n"))
}

/// Refuses a log that goes on elsewhere.
pub(super) fn check(log: &Path) -> Result<(), WiringError> {
    let Ok(when) = fs::read_to_string(log.join(MOVED)) else { return Ok(()) };
    Err(WiringError::Storage(format!(
        "this log was moved on {}: start with the configuration that it was moved to",
        when.trim()
    )))
}
