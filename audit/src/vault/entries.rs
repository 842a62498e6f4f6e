//! Ciphertexts: one file for each original, in one folder for each person.
//!
//! A file is a plain header, which the cipher authenticates, then nonce and ciphertext. The folders
//! are the index: there is nothing else to forget when a person is erased.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use types::{MediaType, RequestId, VaultId};
use zeroize::Zeroizing;

use super::{Kind, Subject, VaultError, cipher::DataKey};
use crate::{canonical, disk::sync_folder};

const MAGIC: &[u8; 8] = b"IMPVLT1\n";
/// Longest header that is read.
const HEADER_BYTES_MAX: usize = 4096;
/// A file that is being written.
const UNFINISHED: &str = "new";

/// What is known of an original without its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name in records.
    pub id: VaultId,
    /// Whose it is.
    pub subject: Subject,
    /// The organisation.
    pub tenant: String,
    /// What it is.
    pub kind: Kind,
    /// The request it belongs to.
    pub request_id: RequestId,
    /// What its bytes are.
    pub media_type: MediaType,
}

impl Entry {
    /// When it was kept, Unix seconds.
    #[must_use]
    pub fn kept_at(&self) -> i64 {
        kept_at(self.id)
    }
}

/// The time in a UUIDv7 (RFC 9562): 48 bits of Unix milliseconds.
pub(super) fn kept_at(id: VaultId) -> i64 {
    let milliseconds =
        id.as_bytes().iter().take(6).fold(0, |sum, byte| sum << 8 | i64::from(*byte));
    milliseconds / 1000
}

/// The folder of all ciphertexts.
#[derive(Debug)]
pub(super) struct Entries {
    folder: PathBuf,
}

impl Entries {
    pub(super) fn open(folder: PathBuf) -> Result<Self, VaultError> {
        fs::create_dir_all(&folder).map_err(|error| VaultError::file(&folder, &error))?;
        Ok(Self { folder })
    }

    /// Encrypts and writes an original; durable on return.
    pub(super) fn write(
        &self,
        entry: &Entry,
        key: &DataKey,
        plain: &[u8],
    ) -> Result<(), VaultError> {
        let header = header(entry)?;
        let whole = [header.as_slice(), &key.seal(&header, plain)?].concat();
        let folder = self.of(entry.subject);
        let path = folder.join(entry.id.to_string());
        let unfinished = path.with_extension(UNFINISHED);
        let write = || {
            if !folder.is_dir() {
                fs::create_dir_all(&folder)?;
                sync_folder(&self.folder)?;
            }
            let mut options = fs::OpenOptions::new();
            let mut file = options.write(true).create_new(true).mode(0o600).open(&unfinished)?;
            file.write_all(&whole)?;
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

    /// Reads an original back.
    pub(super) fn read(
        &self,
        entry: &Entry,
        key: &DataKey,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let path = self.of(entry.subject).join(entry.id.to_string());
        let bytes = fs::read(&path).map_err(|error| VaultError::file(&path, &error))?;
        let header = header(entry)?;
        let sealed = bytes.strip_prefix(header.as_slice());
        let plain = sealed.and_then(|sealed| key.open(&header, sealed));
        plain.ok_or(VaultError::Altered(entry.id))
    }

    /// Looks an original up in the folders of these people.
    pub(super) fn find(&self, id: VaultId) -> Result<Entry, VaultError> {
        let name = id.to_string();
        for subject in self.subjects()? {
            let path = self.of(subject).join(&name);
            if path.is_file() {
                return describe(&path, subject, id);
            }
        }
        Err(VaultError::Unknown(id))
    }

    /// Everybody of whom something is kept.
    pub(super) fn subjects(&self) -> Result<Vec<Subject>, VaultError> {
        let names = names(&self.folder)?;
        Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
    }

    /// Ids of a person's originals, oldest first.
    pub(super) fn ids(&self, subject: Subject) -> Result<Vec<VaultId>, VaultError> {
        let mut ids: Vec<VaultId> =
            names(&self.of(subject))?.iter().filter_map(|name| name.parse().ok()).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// What is known of a person's originals, oldest first.
    pub(super) fn list(&self, subject: Subject) -> Result<Vec<Entry>, VaultError> {
        let folder = self.of(subject);
        let described = |id: VaultId| describe(&folder.join(id.to_string()), subject, id);
        self.ids(subject)?.into_iter().map(described).collect()
    }

    /// Overwrites and removes an original; whether it was there. The key it was written under may
    /// live on, so the ciphertext must not.
    pub(super) fn remove(&self, subject: Subject, id: VaultId) -> Result<bool, VaultError> {
        let path = self.of(subject).join(id.to_string());
        match shred(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(VaultError::file(path, &error)),
        }
    }

    /// Removes a person's folder with all that is in it.
    pub(super) fn remove_all(&self, subject: Subject) -> Result<(), VaultError> {
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

    /// Removes what a crash left unfinished; nobody may be writing.
    pub(super) fn remove_unfinished(&self) -> Result<(), VaultError> {
        for subject in self.subjects()? {
            let folder = self.of(subject);
            for name in names(&folder)?.iter().filter(|name| name.ends_with(UNFINISHED)) {
                let path = folder.join(name);
                fs::remove_file(&path).map_err(|error| VaultError::file(&path, &error))?;
            }
        }
        Ok(())
    }

    fn of(&self, subject: Subject) -> PathBuf {
        self.folder.join(subject.to_string())
    }
}

fn header(entry: &Entry) -> Result<Vec<u8>, VaultError> {
    let json = canonical::to_vec(entry);
    let json = json.map_err(|error| VaultError::Cipher(error.to_string()))?;
    let length = u32::try_from(json.len()).unwrap_or(u32::MAX).to_le_bytes();
    Ok([MAGIC.as_slice(), &length, &json].concat())
}

/// Reads a file's header; what it says must be where it lies.
fn describe(path: &Path, subject: Subject, id: VaultId) -> Result<Entry, VaultError> {
    let mut bytes = Vec::new();
    let read = fs::File::open(path)
        .and_then(|file| file.take(HEADER_BYTES_MAX as u64).read_to_end(&mut bytes));
    read.map_err(|error| VaultError::file(path, &error))?;
    let entry = parse(&bytes).filter(|entry| entry.id == id && entry.subject == subject);
    entry.ok_or(VaultError::Altered(id))
}

fn parse(bytes: &[u8]) -> Option<Entry> {
    let (length, rest) = bytes.strip_prefix(MAGIC)?.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    serde_json::from_slice(rest.get(..length)?).ok()
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

fn shred(path: &Path) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).open(path)?;
    let length = file.metadata()?.len();
    io::copy(&mut io::repeat(0).take(length), &mut file)?;
    file.sync_all()?;
    fs::remove_file(path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::vault) fn entry() -> Entry {
        Entry {
            id: VaultId::new(),
            subject: Subject::from_bytes([1; 16]),
            tenant: "press".into(),
            kind: Kind::Prompt,
            request_id: RequestId::new(),
            media_type: MediaType::PlainText,
        }
    }

    #[test]
    fn an_original_comes_back_and_no_byte_of_it_may_change() {
        let folder = tempfile::tempdir().unwrap();
        let entries = Entries::open(folder.path().join("entries")).unwrap();
        let (entry, key) = (entry(), DataKey::random().unwrap());
        entries.write(&entry, &key, b"the plan").unwrap();
        assert_eq!(entries.find(entry.id).unwrap(), entry);
        assert_eq!(entries.read(&entry, &key).unwrap().as_slice(), b"the plan");
        let path = entries.of(entry.subject).join(entry.id.to_string());
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(&path, &changed).unwrap();
            let read = entries.find(entry.id).and_then(|found| entries.read(&found, &key));
            assert!(matches!(read, Err(VaultError::Altered(_))), "byte {at}");
            fs::write(&path, &whole[..at]).unwrap();
            let read = entries.find(entry.id).and_then(|found| entries.read(&found, &key));
            assert!(matches!(read, Err(VaultError::Altered(_))), "{at} bytes");
        }
    }

    #[test]
    fn originals_do_not_trade_places() {
        let folder = tempfile::tempdir().unwrap();
        let entries = Entries::open(folder.path().join("entries")).unwrap();
        let (one, two, key) = (entry(), entry(), DataKey::random().unwrap());
        entries.write(&one, &key, b"one").unwrap();
        entries.write(&two, &key, b"two").unwrap();
        let path = |entry: &Entry| entries.of(entry.subject).join(entry.id.to_string());
        fs::copy(path(&one), path(&two)).unwrap();
        assert!(matches!(entries.find(two.id), Err(VaultError::Altered(_))));
        assert!(matches!(entries.read(&two, &key), Err(VaultError::Altered(_))));
    }

    #[test]
    fn what_is_removed_is_gone_and_unfinished_files_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        let entries = Entries::open(folder.path().join("entries")).unwrap();
        let (entry, key) = (entry(), DataKey::random().unwrap());
        entries.write(&entry, &key, b"x").unwrap();
        let left = entries.of(entry.subject).join(format!("{}.new", VaultId::new()));
        fs::write(&left, "half").unwrap();
        assert_eq!(entries.ids(entry.subject).unwrap(), [entry.id]);
        entries.remove_unfinished().unwrap();
        assert!(!left.exists());
        assert!(entries.remove(entry.subject, entry.id).unwrap());
        assert!(!entries.remove(entry.subject, entry.id).unwrap());
        assert!(matches!(entries.find(entry.id), Err(VaultError::Unknown(_))));
    }

    #[test]
    fn an_id_tells_when_it_was_kept() {
        let now = time::OffsetDateTime::now_utc().unix_timestamp();
        assert!((entry().kept_at() - now).abs() < 60);
    }
}
