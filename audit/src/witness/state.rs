//! The witness: what it has seen of each log, and its answer to `add-checkpoint`.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::Path,
    sync::{Mutex, PoisonError},
};

use types::Sha256;

use super::{
    AddCheckpoint, Cosigner,
    shelf::{self, FolderShelf, Shelf},
};
use crate::{
    Checkpoint, LogError, LogKey, Verifier, merkle,
    note::{self, SignedNote},
};

/// A witness of some logs.
///
/// # Contract
/// - A cosignature is released only when the checkpoint that it covers is durable as the latest of
///   its log. So after a crash at any moment nothing is cosigned that contradicts what was.
/// - Calls may run concurrently; those about one log are taken one after the other.
/// - After a failed write nothing more is cosigned for that log until the program is started again:
///   what the disk has kept is unknown.
pub struct Witness {
    key: LogKey,
    cosigner: Cosigner,
    logs: BTreeMap<String, Watched>,
    shelf: Box<dyn Shelf>,
    /// One process at a time: two would each sign their own history.
    _lock: Option<fs::File>,
}

/// A log that is watched.
struct Watched {
    verifier: Verifier,
    latest: Mutex<Latest>,
}

/// The latest cosigned checkpoint of a log.
#[derive(Default)]
struct Latest {
    checkpoint: Option<Checkpoint>,
    time_unix_s: u64,
    stopped: Option<String>,
}

/// Why a checkpoint is not cosigned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The request is not one.
    #[error("{0}")]
    Malformed(String),
    /// This witness does not watch that log.
    #[error("this witness does not watch the log {0}")]
    UnknownLog(String),
    /// The log's key has not signed.
    #[error("{0}")]
    Untrusted(String),
    /// The log named another size than was cosigned last.
    #[error("the last cosigned size is {size}")]
    Conflict {
        /// The size that was cosigned last.
        size: u64,
    },
    /// The checkpoint does not extend what was cosigned: a fork, or a wrong proof.
    #[error("{0}")]
    Inconsistent(String),
    /// The witness cannot remember.
    #[error("this witness has stopped for this log ({0}): start it again on a working disk")]
    Stopped(String),
}

impl Witness {
    /// A witness that remembers in `folder`, made if it does not exist.
    ///
    /// # Errors
    /// [`LogError::Note`] for a wrong name, or a remembered checkpoint that this key has not
    /// cosigned; [`LogError::InUse`]; [`LogError::File`].
    pub fn open(
        folder: &Path,
        name: &str,
        key: LogKey,
        logs: Vec<Verifier>,
    ) -> Result<Self, LogError> {
        let failed = |error: &std::io::Error| LogError::file(folder, error);
        let shelf = FolderShelf::open(folder).map_err(|error| failed(&error))?;
        let lock = shelf::lock(folder)?;
        Self::over(Box::new(shelf), name, key, logs)
            .map(|witness| Self { _lock: Some(lock), ..witness })
    }

    pub(super) fn over(
        shelf: Box<dyn Shelf>,
        name: &str,
        key: LogKey,
        verifiers: Vec<Verifier>,
    ) -> Result<Self, LogError> {
        let cosigner = Cosigner::new(name, key.verifying_key())?;
        let mut logs = BTreeMap::<String, Watched>::new();
        for verifier in verifiers {
            let origin = verifier.origin().to_owned();
            let verifier = match logs.remove(&origin) {
                Some(known) => known.verifier.or(&verifier),
                None => verifier,
            };
            let latest = Mutex::new(remembered(shelf.as_ref(), &cosigner, &origin)?);
            logs.insert(origin, Watched { verifier, latest });
        }
        Ok(Self { key, cosigner, logs, shelf, _lock: None })
    }

    /// The witness's name and public key.
    #[must_use]
    pub const fn cosigner(&self) -> &Cosigner {
        &self.cosigner
    }

    /// The names of the logs that it watches.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.logs.keys().map(String::as_str)
    }

    /// Answers the body of an `add-checkpoint` request: signature lines, each with its newline.
    ///
    /// It may block on the disk.
    ///
    /// # Errors
    /// [`Refusal`]; nothing is cosigned then.
    pub fn add_checkpoint(&self, body: &str, now_unix_s: u64) -> Result<String, Refusal> {
        let malformed = |error: LogError| Refusal::Malformed(error.to_string());
        let request = AddCheckpoint::parse(body).map_err(malformed)?;
        let unverified = Checkpoint::unverified(&request.checkpoint).map_err(malformed)?;
        let log = self.logs.get(&unverified.origin);
        let log = log.ok_or(Refusal::UnknownLog(unverified.origin))?;
        let checkpoint = Checkpoint::open(&request.checkpoint, &log.verifier)
            .map_err(|error| Refusal::Untrusted(error.to_string()))?;
        if request.old > checkpoint.size {
            let reason = "the old size is larger than the checkpoint's";
            return Err(Refusal::Malformed(reason.to_owned()));
        }
        // Held until the new state is durable and signed: two requests must not both be checked
        // against the same old state.
        let mut latest = log.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.check(&request, &checkpoint)?;
        self.accept(log, &mut latest, &checkpoint, now_unix_s)
    }

    /// The latest cosigned checkpoint of the log whose origin has this SHA-256, for monitors.
    #[must_use]
    pub fn latest(&self, origin_sha256: &str) -> Option<String> {
        let named = |origin: &&String| Sha256::of(origin.as_bytes()).to_string() == origin_sha256;
        let log = self.logs.get(self.logs.keys().find(named)?)?;
        let latest = log.latest.lock().unwrap_or_else(PoisonError::into_inner);
        latest.checkpoint.as_ref().map(|checkpoint| checkpoint.note.clone())
    }

    /// Remembers, then signs.
    fn accept(
        &self,
        log: &Watched,
        latest: &mut Latest,
        checkpoint: &Checkpoint,
        now_unix_s: u64,
    ) -> Result<String, Refusal> {
        // Time does not go back for one log, and is never zero, also when the clock is wrong.
        let time_unix_s = now_unix_s.max(latest.time_unix_s).max(1);
        let line = self.cosigner.sign(&self.key, checkpoint.text(), time_unix_s);
        let signed = log.verifier.lines(&checkpoint.note);
        let bare = format!("{}\n", checkpoint.text());
        let bare = Checkpoint { note: bare, ..checkpoint.clone() };
        let kept = bare.with_lines(signed.iter().map(String::as_str).chain([line.as_str()]));
        if let Err(error) = self.shelf.replace(&file(&checkpoint.origin), &kept.note) {
            latest.stopped = Some(error.to_string());
            return Err(Refusal::Stopped(error.to_string()));
        }
        latest.time_unix_s = time_unix_s;
        latest.checkpoint = Some(kept);
        Ok(line)
    }
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witness").field("cosigner", &self.cosigner).finish_non_exhaustive()
    }
}

impl Latest {
    /// Whether the checkpoint extends what was cosigned last.
    fn check(&self, request: &AddCheckpoint, checkpoint: &Checkpoint) -> Result<(), Refusal> {
        let inconsistent = |reason: &str| Err(Refusal::Inconsistent(reason.to_owned()));
        if let Some(reason) = &self.stopped {
            return Err(Refusal::Stopped(reason.clone()));
        }
        let empty = merkle::empty_root();
        let known = self.checkpoint.as_ref();
        let (size, root) = known.map_or((0, empty), |known| (known.size, known.root));
        if request.old != size {
            return Err(Refusal::Conflict { size });
        }
        if checkpoint.size == 0 && checkpoint.root != empty {
            return inconsistent("the root of an empty tree is another");
        }
        let (old, new) = ((size, &root), (checkpoint.size, &checkpoint.root));
        if !merkle::verify_consistency(old, new, &request.proof) {
            return inconsistent(
                "the proof does not show that the checkpoint extends what was cosigned",
            );
        }
        Ok(())
    }
}

/// What was cosigned last, checked by the witness's own signature. Damage is an error, never an
/// empty memory: that would let a log begin another history.
fn remembered(shelf: &dyn Shelf, cosigner: &Cosigner, origin: &str) -> Result<Latest, LogError> {
    let name = file(origin);
    let wrong = |reason: String| LogError::File { path: name.clone().into(), reason };
    let Some(note) = shelf.read(&name).map_err(|error| wrong(error.to_string()))? else {
        return Ok(Latest::default());
    };
    let checkpoint = Checkpoint::unverified(&note)?;
    let parsed = SignedNote::parse(&note, "checkpoint")?;
    let own = cosigner.among(parsed.text, &parsed.signatures)?;
    let own = own.filter(|_| checkpoint.origin == origin).ok_or_else(|| {
        note::wrong("remembered checkpoint", "this witness's key has not cosigned it: restore it")
    })?;
    Ok(Latest { checkpoint: Some(checkpoint), time_unix_s: own.time_unix_s, stopped: None })
}

fn file(origin: &str) -> String {
    format!("{}.checkpoint", Sha256::of(origin.as_bytes()))
}

#[cfg(test)]
mod tests;
