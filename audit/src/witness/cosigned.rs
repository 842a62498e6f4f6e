//! The last checkpoint that a quorum of witnesses has cosigned, beside the log.

use std::{fs, io, path::Path};

use crate::{Checkpoint, LogError, Verifier, disk};

/// Its file in the log's folder.
const NAME: &str = "checkpoint.cosigned";

/// Reads the cosigned checkpoint; `None` while there is none.
///
/// # Errors
/// [`LogError::Note`] when the log did not sign it, [`LogError::File`] when it cannot be read.
pub fn load(folder: &Path, verifier: &Verifier) -> Result<Option<Checkpoint>, LogError> {
    text(folder)?.map(|note| Checkpoint::open(&note, verifier)).transpose()
}

/// The cosigned checkpoint as it lies there, unchecked.
pub(crate) fn text(folder: &Path) -> Result<Option<String>, LogError> {
    let path = folder.join(NAME);
    match fs::read_to_string(&path) {
        Ok(note) => Ok(Some(note)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LogError::file(&path, &error)),
    }
}

/// Stores a cosigned checkpoint; returns when it is durable. The caller has checked the
/// cosignatures. One writer at a time.
///
/// # Errors
/// [`LogError::Behind`] rather than replacing one over more entries; [`LogError::File`].
pub fn store(folder: &Path, verifier: &Verifier, checkpoint: &Checkpoint) -> Result<(), LogError> {
    if let Some(known) = load(folder, verifier)?.filter(|known| known.size > checkpoint.size) {
        return Err(LogError::Behind { found: checkpoint.size, promised: known.size });
    }
    replace(folder, checkpoint)
}

/// Stores one over whatever lies there; returns when it is durable.
pub(crate) fn replace(folder: &Path, checkpoint: &Checkpoint) -> Result<(), LogError> {
    let path = folder.join(NAME);
    // Not `with_extension`: the log's own checkpoint is replaced through `checkpoint.new`.
    let temporary = folder.join("cosigned.note");
    disk::replace(&temporary, checkpoint.note.as_bytes())
        .and_then(|()| fs::rename(&temporary, &path))
        .and_then(|()| disk::sync_folder(folder))
        .map_err(|error| LogError::file(&path, &error))
}
