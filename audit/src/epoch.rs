//! A way out when the log refuses to start: a new log that declares what became of the one before.
//!
//! A tree that does not extend another needs another name (C2SP tlog-checkpoint: an origin stands
//! for one log), so witnesses that hold the old log to its checkpoints are not asked to forget. The
//! new origin is the configured one with `/epoch-N`. The damaged folder is kept beside, untouched.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::{Deserialize, Serialize};
use types::Sha256;

use crate::{
    Checkpoint, Clock, Event, Log, LogError, LogKey, LogOptions, Record, Segments, SystemClock,
    Verifier,
    clock::Monotone,
    disk::{self, sync_folder},
    merkle::Tree,
    opening, segment,
    tiles::Tiles,
};

const FILE: &str = "epoch";
/// Reasons are cut at this length: a record is short.
const REASON_CHARS_MAX: usize = 400;
/// A checkpoint with many cosignatures is named by its digest only.
const NOTE_BYTES_MAX: usize = 1200;

/// What a new epoch declares about the log before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Which epoch begins; the first log was epoch 1.
    pub number: u32,
    /// The new log's name in checkpoints.
    pub origin: String,
    /// The name of the log before.
    pub previous_origin: String,
    /// How many of its records from the first on are in order still.
    pub good_size: u64,
    /// The root over these.
    pub good_root: Sha256,
    /// How many its last checkpoint covers, if that can be read.
    pub promised_size: Option<u64>,
    /// That checkpoint.
    pub checkpoint: Option<String>,
    /// What kept the log from starting.
    pub fault: String,
    /// Why the operator begins anew.
    pub reason: String,
    /// The folder beside the log's that holds the log before.
    pub kept_as: String,
    /// Ed25519 by the log's key over all of this, base64.
    pub signature: String,
}

impl EpochRecord {
    fn message(&self) -> Result<Vec<u8>, LogError> {
        let unsigned = Self { signature: String::new(), ..self.clone() };
        let text = serde_json_canonicalizer::to_vec(&unsigned)
            .map_err(|error| wrong(&error.to_string()))?;
        Ok([b"imprimatur epoch v1\n".as_slice(), &text].concat())
    }

    /// Whether the log's key has signed this declaration.
    #[must_use]
    pub fn verifies(&self, key: &VerifyingKey) -> bool {
        let signature = STANDARD.decode(&self.signature).ok();
        let signature = signature.and_then(|bytes| Signature::from_slice(&bytes).ok());
        let message = self.message().ok();
        signature
            .zip(message)
            .is_some_and(|(signature, message)| key.verify_strict(&message, &signature).is_ok())
    }
}

/// The name of the log in `folder`, which is configured as `base`.
///
/// # Errors
/// [`LogError::Note`] when the declaration in it is not one of this log.
pub fn origin(folder: &Path, base: &str) -> Result<String, LogError> {
    let Some(epoch) = stored(folder)? else { return Ok(base.to_owned()) };
    if epoch.origin != name(base, epoch.number) {
        return Err(wrong("it is another log's"));
    }
    Ok(epoch.origin)
}

/// What the log in `folder` declares about the one before it, if it is not the first.
///
/// # Errors
/// [`LogError::Note`] when the declaration is not signed by the log's key.
pub fn declared(folder: &Path, key: &VerifyingKey) -> Result<Option<EpochRecord>, LogError> {
    let epoch = stored(folder)?;
    match epoch {
        Some(epoch) if !epoch.verifies(key) => Err(wrong("it is not signed by the log's key")),
        epoch => Ok(epoch),
    }
}

/// Puts the log in `folder` aside and begins a new one that declares the gap.
///
/// # Errors
/// [`LogError::Whole`] when the log can go on, [`LogError::InUse`] while a process has it open.
pub async fn begin(
    folder: &Path,
    key: LogKey,
    base: &str,
    reason: &str,
) -> Result<EpochRecord, LogError> {
    let epoch = examine(folder, &key, base, reason)?;
    let new = beside(folder, &format!("epoch-{}.new", epoch.number))?;
    match fs::remove_dir_all(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(LogError::file(&new, &error));
        }
        // What is left of a try that was cut short was never in force.
        _ => {}
    }
    fs::create_dir_all(&new).map_err(|error| LogError::file(&new, &error))?;
    let text = serde_json::to_vec_pretty(&epoch).map_err(|error| wrong(&error.to_string()))?;
    let path = new.join(FILE);
    disk::replace(&path, &text).map_err(|error| LogError::file(&path, &error))?;
    {
        let log = Log::open(&new, key, LogOptions::new(base))?;
        let mut record = Record::new(Event::EpochBegun, "installation", "operator");
        record.epoch = Some(epoch.clone());
        log.append(record).await?;
        log.checkpoint_now().await?;
    }
    exchange(folder, &new, &folder.with_file_name(&epoch.kept_as))
        .map_err(|error| LogError::file(folder, &error))?;
    Ok(epoch)
}

/// The two folders change places at once; so there is a log at any time.
fn exchange(folder: &Path, new: &Path, kept: &Path) -> io::Result<()> {
    if kept.exists() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    renameat_with(CWD, new, CWD, folder, RenameFlags::EXCHANGE)?;
    fs::rename(new, kept)?;
    folder.parent().map_or(Ok(()), sync_folder)
}

/// What is wrong with the log, and how much of it is good.
fn examine(folder: &Path, key: &LogKey, base: &str, reason: &str) -> Result<EpochRecord, LogError> {
    let verifier = Verifier::new(origin(folder, base)?, key.verifying_key());
    let fault = fault(folder, key, &verifier)?;
    let number = stored(folder)?.map_or(1, |epoch| epoch.number) + 1;
    let tree = good(folder, &fault);
    let note = fs::read_to_string(folder.join("checkpoint")).ok();
    let promised = note.as_deref().and_then(|note| Checkpoint::open(note, &verifier).ok());
    let size = tree.size();
    let mut epoch = EpochRecord {
        number,
        origin: name(base, number),
        previous_origin: verifier.origin().to_owned(),
        good_size: size,
        good_root: tree.root(size).unwrap_or_else(crate::merkle::empty_root),
        promised_size: promised.map(|checkpoint| checkpoint.size),
        checkpoint: note.map(|note| {
            let short = note.len() <= NOTE_BYTES_MAX;
            if short { note } else { format!("sha256:{}", Sha256::of(note.as_bytes())) }
        }),
        fault: short(&fault.to_string()),
        reason: short(reason),
        kept_as: kept_as(folder, number - 1)?,
        signature: String::new(),
    };
    epoch.signature = STANDARD.encode(key.sign(&epoch.message()?).to_bytes());
    Ok(epoch)
}

/// Why the log does not open.
fn fault(folder: &Path, key: &LogKey, verifier: &Verifier) -> Result<LogError, LogError> {
    // The lock is let go before the folders change places: nothing else here writes.
    let mut store = Segments::open(folder, None, 0)?;
    let clock = Monotone::new(Box::new(SystemClock) as Box<dyn Clock>);
    let tiles = std::sync::Arc::new(Tiles::new(folder));
    let found = opening::read(&mut store, folder, verifier, (&tiles, clock))
        .and_then(|found| opening::compare(&mut store, folder, key, (verifier, &found)));
    match found {
        Ok(_) => Err(LogError::Whole),
        Err(error @ (LogError::File { .. } | LogError::InUse(_))) => Err(error),
        Err(error) => Ok(error),
    }
}

/// The tree over the records before the fault.
fn good(folder: &Path, fault: &LogError) -> Tree {
    let mut tree = Tree::default();
    let end = if let LogError::Damaged { index, .. } = fault { *index } else { u64::MAX };
    let read = segment::check(&folder.join("segments"), |segment| {
        segment.entries().take_while(|entry| entry.0 < end).for_each(|entry| tree.push(entry.1));
        Ok(())
    });
    // It ends with the fault that is declared.
    drop(read);
    tree
}

fn stored(folder: &Path) -> Result<Option<EpochRecord>, LogError> {
    let path = folder.join(FILE);
    match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| wrong(&format!("{}: {error}", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LogError::file(&path, &error)),
    }
}

fn name(base: &str, number: u32) -> String {
    format!("{base}/epoch-{number}")
}

fn wrong(reason: &str) -> LogError {
    LogError::Note { what: "epoch", reason: reason.to_owned() }
}

fn short(text: &str) -> String {
    text.chars().take(REASON_CHARS_MAX).collect()
}

fn kept_as(folder: &Path, number: u32) -> Result<String, LogError> {
    let kept = beside(folder, &format!("epoch-{number}"))?;
    Ok(kept.file_name().unwrap_or_default().to_string_lossy().into_owned())
}

fn beside(folder: &Path, suffix: &str) -> Result<PathBuf, LogError> {
    let name = folder.file_name().ok_or_else(|| wrong("the log's folder has no name"))?;
    let name = format!("{}.{suffix}", name.to_string_lossy());
    Ok(folder.with_file_name(name))
}

#[cfg(test)]
mod tests;
