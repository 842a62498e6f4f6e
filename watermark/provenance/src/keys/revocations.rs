//! Certificates that count no more, as the installation keeps them: `revoked.json`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use types::Sha256;

use crate::{ProvenanceError, TrustLists, authority};

/// Why a certificate counts no more (RFC 5280, section 5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// Somebody else may have the key.
    KeyCompromise,
    /// It is no longer used.
    CessationOfOperation,
}

/// A certificate that counts no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// SHA-256 of the certificate, DER.
    pub certificate: Sha256,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// Why.
    pub reason: Reason,
}

/// All revocations of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocations {
    file: PathBuf,
    list: Vec<Revocation>,
}

impl Revocations {
    /// Reads `revoked.json`; there are none where it is missing.
    ///
    /// # Errors
    /// [`ProvenanceError::File`] when it is damaged: then nobody knows what is revoked.
    pub fn load(folder: &Path) -> Result<Self, ProvenanceError> {
        let file = folder.join("revoked.json");
        let wrong =
            |reason: String| ProvenanceError::File { path: folder.join("revoked.json"), reason };
        let list = match fs::read(&file) {
            Ok(json) => serde_json::from_slice(&json)
                .map_err(|error| wrong(format!("restore it from a backup: {error}")))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(wrong(error.to_string())),
        };
        Ok(Self { file, list })
    }

    /// All, in the order in which they were added.
    #[must_use]
    pub fn all(&self) -> &[Revocation] {
        &self.list
    }

    /// The earliest revocation of a certificate.
    #[must_use]
    pub fn of(&self, certificate: Sha256) -> Option<&Revocation> {
        let same = self.list.iter().filter(|revoked| revoked.certificate == certificate);
        same.min_by_key(|revoked| revoked.since)
    }

    /// Adds one; it is durable on return.
    ///
    /// # Errors
    /// [`ProvenanceError::File`] when it cannot be written; then nothing has changed.
    pub fn add(&mut self, revocation: Revocation) -> Result<(), ProvenanceError> {
        let mut list = self.list.clone();
        list.push(revocation);
        let wrong = |reason: String| ProvenanceError::File { path: self.file.clone(), reason };
        let text = serde_json::to_string_pretty(&list).map_err(|error| wrong(error.to_string()))?;
        replace(&self.file, &(text + "\n"))?;
        self.list = list;
        Ok(())
    }

    /// Has lists count none of these.
    pub fn apply(&self, lists: &mut TrustLists) {
        for revoked in &self.list {
            lists.revoke(revoked.certificate, revoked.since);
        }
    }
}

/// Writes a file in the place of the one before, in one step.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), ProvenanceError> {
    let wrong = |error: io::Error| ProvenanceError::File {
        path: path.to_path_buf(),
        reason: error.to_string(),
    };
    let new = path.with_extension("new");
    // What a crash left of an earlier try was never used.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(wrong(error)),
        _ => {}
    }
    authority::write(&new, text, 0o644)?;
    fs::rename(&new, path).map_err(wrong)?;
    match path.parent() {
        Some(folder) => sync(folder),
        None => Ok(()),
    }
}

/// Makes names in a folder durable.
pub(super) fn sync(folder: &Path) -> Result<(), ProvenanceError> {
    let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| ProvenanceError::File {
        path: folder.to_path_buf(),
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use time::{Duration, macros::datetime};

    use super::*;

    #[test]
    fn revocations_survive_their_file_and_the_earliest_counts() {
        let folder = tempfile::tempdir().unwrap();
        let mut revoked = Revocations::load(folder.path()).unwrap();
        assert!(revoked.all().is_empty());
        let (certificate, since) = (Sha256::of(b"one"), datetime!(2026-05-01 12:00 UTC));
        for (since, reason) in [
            (since, Reason::CessationOfOperation),
            (since - Duration::days(3), Reason::KeyCompromise),
        ] {
            revoked.add(Revocation { certificate, since, reason }).unwrap();
        }
        let read = Revocations::load(folder.path()).unwrap();
        assert_eq!(read, revoked);
        assert_eq!(read.of(certificate).unwrap().since, since - Duration::days(3));
        assert_eq!(read.of(Sha256::of(b"other")), None);
        fs::write(folder.path().join("revoked.json"), "[").unwrap();
        let said = Revocations::load(folder.path()).unwrap_err().to_string();
        assert!(said.contains("backup"), "{said}");
    }
}
