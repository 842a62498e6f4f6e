//! Rotation of the log's key: a statement signed by the old and the new key, so that whoever knows
//! one of them can follow to the other.
//!
//! Statements lie in `rotations/SIZE.note` beside the log. Each is a signed note:
//!
//! ```text
//! imprimatur log key rotation v1
//! ORIGIN
//! SIZE
//! ROOT in base64
//! VKEY of the old key
//! VKEY of the new key
//! ```
//!
//! The old key counts for checkpoints up to `SIZE` and receipts below it, the new one from there on.
//! Storing the statement is the moment of the change: a crash before it changes nothing, one after it
//! is finished by [`current_key`].

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::VerifyingKey;
use types::Sha256;

use crate::{
    Checkpoint, Event, Log, LogError, LogKey, Record, Verifier, disk,
    note::{self, ED25519, NoteKey, SignedNote, Span},
};

const FIRST_LINE: &str = "imprimatur log key rotation v1";
const WHAT: &str = "rotation statement";

/// One change of the log's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The log's name.
    pub origin: String,
    /// The log's size at the change.
    pub size: u64,
    /// The root of the tree of that size.
    pub root: Sha256,
    /// The key before.
    pub old: String,
    /// The key after.
    pub new: String,
    /// The signed statement.
    pub note: String,
}

impl Rotation {
    fn sign(old: &LogKey, new: &LogKey, checkpoint: &Checkpoint) -> Self {
        let origin = checkpoint.origin.clone();
        let name = |key: &LogKey| NoteKey::new(origin.clone(), ED25519, key.verifying_key());
        let (old_vkey, new_vkey) = (name(old).vkey(), name(new).vkey());
        let (size, root) = (checkpoint.size, checkpoint.root);
        let hash = STANDARD.encode(root.as_bytes());
        let text = format!("{FIRST_LINE}\n{origin}\n{size}\n{hash}\n{old_vkey}\n{new_vkey}\n");
        let line = |key: &LogKey| name(key).line(&key.sign(text.as_bytes()).to_bytes());
        let note = format!("{text}\n{}{}", line(old), line(new));
        Self { origin, size, root, old: old_vkey, new: new_vkey, note }
    }

    /// Reads a statement and checks both signatures.
    ///
    /// # Errors
    /// [`LogError::Note`] saying what is wrong with it.
    pub fn parse(note: &str) -> Result<Self, LogError> {
        let wrong = |reason: &str| note::wrong(WHAT, reason);
        let SignedNote { text, signatures } = SignedNote::parse(note, WHAT)?;
        let lines: Vec<&str> = text.lines().collect();
        let [FIRST_LINE, origin, size, root, old, new] = lines.as_slice() else {
            return Err(wrong("its lines are not those of a rotation"));
        };
        let size = note::decimal(size).ok_or_else(|| wrong("the size is no number"))?;
        let root = note::hash(root).ok_or_else(|| wrong("the root is no hash"))?;
        for vkey in [old, new] {
            let key = NoteKey::parse(vkey, ED25519)?;
            let mut lines = signatures.iter().filter(|line| key.made(line));
            let signed = lines.any(|line| key.verifies(text.as_bytes(), &line.signature));
            if !signed || key.name() != *origin {
                return Err(wrong("the old and the new key must both sign it"));
            }
        }
        let [origin, old, new] = [origin, old, new].map(|text| (*text).to_owned());
        Ok(Self { origin, size, root, old, new, note: note.to_owned() })
    }
}

/// The statements beside a log, oldest first.
///
/// # Errors
/// [`LogError::Note`] for one that is wrong, [`LogError::File`] for one that cannot be read.
pub fn statements(folder: &Path) -> Result<Vec<Rotation>, LogError> {
    let folder = rotations(folder);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(LogError::file(&folder, &error)),
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "note"))
        .collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let note = fs::read_to_string(path).map_err(|error| LogError::file(path, &error))?;
        Rotation::parse(&note)
    };
    paths.iter().map(read).collect()
}

/// The verifier of the log in `folder` for whoever knows one of its keys, whichever.
///
/// # Errors
/// [`LogError::Note`] when the statements do not lead from that key, or to it.
pub fn verifier(folder: &Path, origin: &str, known: VerifyingKey) -> Result<Verifier, LogError> {
    chain(&statements(folder)?, Verifier::new(origin.to_owned(), known))
}

/// Follows statements from a known key to all the others.
///
/// # Errors
/// [`LogError::Note`] when they do not follow each other, or do not name the known key.
pub fn chain(statements: &[Rotation], known: Verifier) -> Result<Verifier, LogError> {
    let wrong = |reason: &str| note::wrong("chain of rotations", reason);
    let Some((first, last)) = statements.first().zip(statements.last()) else { return Ok(known) };
    let follows = |pair: &[Rotation]| match pair {
        [before, after] => before.new == after.old && before.size < after.size,
        _ => true,
    };
    if !statements.windows(2).all(follows) {
        return Err(wrong("a statement does not follow the one before"));
    }
    if statements.iter().any(|statement| statement.origin != known.origin()) {
        return Err(wrong("a statement is another log's"));
    }
    let mut vkeys = [&first.old].into_iter().chain(statements.iter().map(|one| &one.new));
    if !vkeys.any(|vkey| known.knows(vkey)) {
        return Err(wrong("it does not name the key that is known to be the log's"));
    }
    let mut from = 0;
    let mut earlier = Vec::new();
    for statement in statements {
        let key = NoteKey::parse(&statement.old, ED25519)?;
        earlier.push(Span { key, from, until: Some(statement.size) });
        from = statement.size;
    }
    let key = NoteKey::parse(&last.new, ED25519)?;
    let current = Span { key, from, until: None };
    Ok(Verifier::with_chain(known.origin().to_owned(), earlier, current))
}

/// Makes a new key beside the one in `key_file` and states the change, on record and signed by both.
/// The log must be closed and opened again with [`current_key`] before anything else is appended.
///
/// # Errors
/// [`LogError`] when the log or the disk fails: then the old key still counts, unless the statement
/// could be stored.
pub async fn rotate(
    log: &Log,
    folder: &Path,
    key_file: &Path,
    mut record: Record,
) -> Result<Rotation, LogError> {
    let (old, new) = (LogKey::load(key_file)?, LogKey::load_or_create(&next(key_file))?);
    let vkey = Verifier::new(log.verifier().origin().to_owned(), new.verifying_key()).vkey();
    record.event = Event::LogKeyRotated;
    record.detail = Some(vkey);
    log.append(record).await?;
    let checkpoint = log.checkpoint_now().await?;
    let statement = Rotation::sign(&old, &new, &checkpoint);
    keep(folder, &statement)?;
    Ok(statement)
}

/// Stores a statement beside the log in `folder`; returns when it is durable.
pub(crate) fn keep(folder: &Path, statement: &Rotation) -> Result<(), LogError> {
    let folder = rotations(folder);
    let path = folder.join(file_name(statement.size));
    let failed = |error: io::Error| LogError::file(&path, &error);
    fs::create_dir_all(&folder).map_err(failed)?;
    folder.parent().map_or(Ok(()), disk::sync_folder).map_err(failed)?;
    disk::replace(&path, statement.note.as_bytes()).map_err(failed)
}

/// The name of the file with the statement of a rotation at `size`; names are in order of sizes.
pub(crate) fn file_name(size: u64) -> String {
    format!("{size:020}.note")
}

/// The key that signs now, from `key_file`. Finishes a rotation whose statement is stored: the new
/// key signs the last checkpoint too and takes the file's place, the old one is kept beside it under
/// its id. The log must be closed.
///
/// # Errors
/// [`LogError::Key`] when the file does not hold the key that the last statement names.
pub fn current_key(key_file: &Path, folder: &Path) -> Result<LogKey, LogError> {
    let key = LogKey::load(key_file)?;
    let Some(last) = statements(folder)?.pop() else { return Ok(key) };
    let vkey = |key: &LogKey| Verifier::new(last.origin.clone(), key.verifying_key()).vkey();
    if vkey(&key) == last.new {
        return Ok(key);
    }
    let next = next(key_file);
    let new = LogKey::load(&next).ok().filter(|new| vkey(new) == last.new);
    let new = new.ok_or_else(|| LogError::Key {
        path: key_file.to_path_buf(),
        reason: format!("the log's key was rotated to {}: restore that one", last.new),
    })?;
    sign_last_checkpoint(folder, &last, &new)?;
    let id = NoteKey::new(last.origin.clone(), ED25519, key.verifying_key()).id();
    let retired = key_file.with_extension(format!("retired-{:08x}", u32::from_be_bytes(id)));
    let failed = |error: io::Error| LogError::file(key_file, &error);
    match fs::hard_link(key_file, &retired) {
        Ok(()) => {}
        // A crash came between this and the next step.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed(error)),
    }
    fs::rename(&next, key_file).map_err(failed)?;
    key_file.parent().map_or(Ok(()), disk::sync_folder).map_err(failed)?;
    Ok(new)
}

/// The checkpoint at the rotation carries both signatures. One that lies in a database gets the
/// second when the log is opened.
fn sign_last_checkpoint(folder: &Path, last: &Rotation, new: &LogKey) -> Result<(), LogError> {
    let path = folder.join("checkpoint");
    let note = match fs::read_to_string(&path) {
        Ok(note) => note,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(LogError::file(&path, &error)),
    };
    let checkpoint = Checkpoint::unverified(&note)?;
    if checkpoint.size != last.size || checkpoint.root != last.root {
        return Ok(());
    }
    let both = checkpoint.signed_also_by(new);
    disk::replace(&path, both.note.as_bytes()).map_err(|error| LogError::file(&path, &error))
}

/// The checkpoint with the current key's signature too, where it was signed before a rotation.
pub(crate) fn also_signed(checkpoint: Checkpoint, key: &LogKey, verifier: &Verifier) -> Checkpoint {
    let lines = verifier.lines(&checkpoint.note);
    let own = checkpoint.signed_also_by(key);
    if verifier.lines(&own.note).len() > lines.len() { own } else { checkpoint }
}

fn rotations(folder: &Path) -> PathBuf {
    folder.join("rotations")
}

fn next(key_file: &Path) -> PathBuf {
    key_file.with_extension("next")
}

#[cfg(test)]
mod tests;
