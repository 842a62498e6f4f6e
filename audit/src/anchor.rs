//! Time-stamped checkpoints beside the log: `anchors/SIZE.note` and the answer of a time-stamp
//! authority over its SHA-256, `anchors/SIZE.tsr` (RFC 3161).
//!
//! This only stores: what an answer is worth is for whoever asked for it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::{Checkpoint, LogError, disk, note};

/// The anchors of a log.
#[derive(Debug, Clone)]
pub struct Anchors {
    folder: PathBuf,
}

/// A time-stamped checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The checkpoint's size.
    pub size: u64,
    /// The checkpoint's note: what was stamped.
    pub note: PathBuf,
    /// The authority's answer, DER.
    pub answer: PathBuf,
    /// When it was stored.
    pub stored_at: SystemTime,
}

impl Anchors {
    /// The anchors of the log in `folder`.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self { folder: folder.join("anchors") }
    }

    /// Stores a checkpoint and the answer about it; returns when both are durable. An anchor is
    /// complete when its answer is there: that is written last.
    ///
    /// # Errors
    /// [`LogError::File`] when they cannot be written.
    pub fn store(&self, checkpoint: &Checkpoint, answer: &[u8]) -> Result<Anchor, LogError> {
        let failed = |error: io::Error| LogError::file(&self.folder, &error);
        fs::create_dir_all(&self.folder).map_err(failed)?;
        self.folder.parent().map_or(Ok(()), disk::sync_folder).map_err(failed)?;
        let anchor = self.at(checkpoint.size, SystemTime::now());
        disk::replace(&anchor.note, checkpoint.note.as_bytes()).map_err(failed)?;
        disk::replace(&anchor.answer, answer).map_err(failed)?;
        Ok(anchor)
    }

    /// The anchor over the most entries; `None` while there is none.
    ///
    /// # Errors
    /// [`LogError::File`] when the folder cannot be read.
    pub fn latest(&self) -> Result<Option<Anchor>, LogError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(LogError::file(&self.folder, &error)),
        };
        let complete = entries.flatten().filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let size = note::decimal(name.strip_suffix(".tsr")?)?;
            Some((size, entry.metadata().ok()?.modified().ok()?))
        });
        let latest = complete.max_by_key(|(size, _)| *size);
        Ok(latest.map(|(size, stored_at)| self.at(size, stored_at)))
    }

    fn at(&self, size: u64, stored_at: SystemTime) -> Anchor {
        let path = |extension: &str| self.folder.join(format!("{size}.{extension}"));
        Anchor { size, note: path("note"), answer: path("tsr"), stored_at }
    }
}

#[cfg(test)]
mod tests {
    use types::Sha256;

    use super::*;

    #[test]
    fn the_latest_is_the_one_over_the_most_entries_with_an_answer() {
        let folder = tempfile::tempdir().unwrap();
        let anchors = Anchors::of(folder.path());
        assert_eq!(anchors.latest().unwrap(), None);
        let checkpoint = |size| Checkpoint {
            origin: "log".into(),
            size,
            root: Sha256::of(b""),
            note: format!("log\n{size}\n"),
        };
        for size in [9, 10] {
            anchors.store(&checkpoint(size), b"answer").unwrap();
        }
        // A crash came before the answer was stored.
        fs::write(folder.path().join("anchors/11.note"), "log\n11\n").unwrap();
        let latest = anchors.latest().unwrap().unwrap();
        assert_eq!(latest.size, 10);
        assert_eq!(fs::read_to_string(&latest.note).unwrap(), "log\n10\n");
        assert_eq!(fs::read(&latest.answer).unwrap(), b"answer");
    }
}
