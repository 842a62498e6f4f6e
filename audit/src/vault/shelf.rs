//! The seam between the vault and where ciphertexts lie, and the one in folders: one file for each
//! original, in one folder for each person.

use std::{
    collections::HashSet,
    fmt, fs,
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use types::VaultId;

use super::{Subject, VaultError};
use crate::disk::{shred, sync_folder};

/// A file that is being written.
const UNFINISHED: &str = "new";

/// Ciphertexts by person and id.
///
/// # Contract
/// - [`Self::write`] is durable on return, and never replaces.
/// - What was removed is overwritten where that is possible: the key it was written under may live
///   on. Removing what is not there is no error.
pub(super) trait Shelf: fmt::Debug + Send + Sync {
    /// Puts a ciphertext under a new id.
    fn write(&self, subject: Subject, id: VaultId, bytes: Vec<u8>) -> Result<(), VaultError>;

    /// A ciphertext.
    fn read(&self, subject: Subject, id: VaultId) -> Result<Option<Vec<u8>>, VaultError>;

    /// Its first bytes, all if it is shorter.
    fn beginning(
        &self,
        subject: Subject,
        id: VaultId,
        bytes: u64,
    ) -> Result<Option<Vec<u8>>, VaultError>;

    /// Whose ciphertext has this id.
    fn owner(&self, id: VaultId) -> Result<Option<Subject>, VaultError>;

    /// Everybody of whom something is kept.
    fn subjects(&self) -> Result<Vec<Subject>, VaultError>;

    /// Ids of a person's ciphertexts, oldest first.
    fn ids(&self, subject: Subject) -> Result<Vec<VaultId>, VaultError>;

    /// Removes single ciphertexts; how many were there.
    fn remove(&self, ids: &[VaultId]) -> Result<u64, VaultError>;

    /// Removes all of a person.
    fn remove_all(&self, subject: Subject) -> Result<(), VaultError>;

    /// Removes what a crash left unfinished; nobody may be writing.
    fn remove_unfinished(&self) -> Result<(), VaultError>;
}

/// The folder of all ciphertexts. Folders are the index: there is nothing else to forget when a
/// person is erased.
#[derive(Debug)]
pub(super) struct FolderShelf {
    folder: PathBuf,
}

impl FolderShelf {
    pub(super) fn open(folder: PathBuf) -> Result<Self, VaultError> {
        fs::create_dir_all(&folder).map_err(|error| VaultError::file(&folder, &error))?;
        Ok(Self { folder })
    }

    fn of(&self, subject: Subject) -> PathBuf {
        self.folder.join(subject.to_string())
    }

    fn path(&self, subject: Subject, id: VaultId) -> PathBuf {
        self.of(subject).join(id.to_string())
    }
}

impl Shelf for FolderShelf {
    fn write(&self, subject: Subject, id: VaultId, bytes: Vec<u8>) -> Result<(), VaultError> {
        let (folder, path) = (self.of(subject), self.path(subject, id));
        let unfinished = path.with_extension(UNFINISHED);
        let write = || {
            if !folder.is_dir() {
                fs::create_dir_all(&folder)?;
                sync_folder(&self.folder)?;
            }
            let mut options = fs::OpenOptions::new();
            let mut file = options.write(true).create_new(true).mode(0o600).open(&unfinished)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)?;
            sync_folder(&folder)
        };
        write().map_err(|error: io::Error| {
            // What is left is encrypted and named by nothing.
            drop(fs::remove_file(&unfinished));
            VaultError::file(&path, &error)
        })
    }

    fn read(&self, subject: Subject, id: VaultId) -> Result<Option<Vec<u8>>, VaultError> {
        self.beginning(subject, id, u64::MAX)
    }

    fn beginning(
        &self,
        subject: Subject,
        id: VaultId,
        bytes: u64,
    ) -> Result<Option<Vec<u8>>, VaultError> {
        let (path, mut read) = (self.path(subject, id), Vec::new());
        let opened = fs::File::open(&path);
        match opened.and_then(|file| file.take(bytes).read_to_end(&mut read)) {
            Ok(_) => Ok(Some(read)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(VaultError::file(path, &error)),
        }
    }

    fn owner(&self, id: VaultId) -> Result<Option<Subject>, VaultError> {
        let has = |subject: &Subject| self.path(*subject, id).is_file();
        Ok(self.subjects()?.into_iter().find(has))
    }

    fn subjects(&self) -> Result<Vec<Subject>, VaultError> {
        let names = names(&self.folder)?;
        Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
    }

    fn ids(&self, subject: Subject) -> Result<Vec<VaultId>, VaultError> {
        let mut ids: Vec<VaultId> =
            names(&self.of(subject))?.iter().filter_map(|name| name.parse().ok()).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    fn remove(&self, ids: &[VaultId]) -> Result<u64, VaultError> {
        let mut wanted: HashSet<VaultId> = ids.iter().copied().collect();
        let mut removed = 0;
        for subject in self.subjects()? {
            if wanted.is_empty() {
                break;
            }
            for id in self.ids(subject)? {
                if wanted.remove(&id) {
                    removed += u64::from(removed_file(&self.path(subject, id))?);
                }
            }
        }
        Ok(removed)
    }

    fn remove_all(&self, subject: Subject) -> Result<(), VaultError> {
        let folder = self.of(subject);
        let remove = || {
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            sync_folder(&self.folder)
        };
        remove().map_err(|error| VaultError::file(&folder, &error))
    }

    fn remove_unfinished(&self) -> Result<(), VaultError> {
        for subject in self.subjects()? {
            let folder = self.of(subject);
            for name in names(&folder)?.iter().filter(|name| name.ends_with(UNFINISHED)) {
                let path = folder.join(name);
                fs::remove_file(&path).map_err(|error| VaultError::file(&path, &error))?;
            }
        }
        Ok(())
    }
}

/// Overwrites and removes a file; whether it was there.
fn removed_file(path: &Path) -> Result<bool, VaultError> {
    match shred(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(VaultError::file(path, &error)),
    }
}

fn names(folder: &Path) -> Result<Vec<String>, VaultError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(VaultError::file(folder, &error)),
    };
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.collect::<io::Result<_>>().map_err(|error| VaultError::file(folder, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_removed_is_gone_and_unfinished_files_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = FolderShelf::open(folder.path().join("entries")).unwrap();
        let (subject, id) = (Subject::from_bytes([1; 16]), VaultId::new());
        shelf.write(subject, id, b"x".to_vec()).unwrap();
        let left = shelf.of(subject).join(format!("{}.new", VaultId::new()));
        fs::write(&left, "half").unwrap();
        assert_eq!(shelf.ids(subject).unwrap(), [id]);
        shelf.remove_unfinished().unwrap();
        assert!(!left.exists());
        assert_eq!(shelf.remove(&[id]).unwrap(), 1);
        assert_eq!(shelf.remove(&[id]).unwrap(), 0);
        assert_eq!(shelf.read(subject, id).unwrap(), None);
    }
}
