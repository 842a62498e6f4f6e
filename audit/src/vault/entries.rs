//! Ciphertexts: a plain header, which the cipher authenticates, then nonce and ciphertext.

use serde::{Deserialize, Serialize};
use types::{MediaType, RequestId, VaultId};
use zeroize::Zeroizing;

use super::{Kind, Subject, VaultError, cipher::DataKey, shelf::Shelf};
use crate::canonical;

const MAGIC: &[u8; 8] = b"IMPVLT1\n";
/// Longest header that is read.
const HEADER_BYTES_MAX: u64 = 4096;

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

/// Ciphertexts with their headers, wherever they lie.
#[derive(Debug)]
pub(super) struct Entries {
    shelf: Box<dyn Shelf>,
}

impl Entries {
    pub(super) fn on(shelf: impl Shelf + 'static) -> Self {
        Self { shelf: Box::new(shelf) }
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
        self.shelf.write(entry.subject, entry.id, whole)
    }

    /// Reads an original back.
    pub(super) fn read(
        &self,
        entry: &Entry,
        key: &DataKey,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let bytes = self.shelf.read(entry.subject, entry.id)?;
        let bytes = bytes.ok_or(VaultError::Unknown(entry.id))?;
        let header = header(entry)?;
        let sealed = bytes.strip_prefix(header.as_slice());
        let plain = sealed.and_then(|sealed| key.open(&header, sealed));
        plain.ok_or(VaultError::Altered(entry.id))
    }

    /// What is known of an original.
    pub(super) fn find(&self, id: VaultId) -> Result<Entry, VaultError> {
        let subject = self.shelf.owner(id)?.ok_or(VaultError::Unknown(id))?;
        self.describe(subject, id)
    }

    /// Everybody of whom something is kept.
    pub(super) fn subjects(&self) -> Result<Vec<Subject>, VaultError> {
        self.shelf.subjects()
    }

    /// Ids of a person's originals, oldest first.
    pub(super) fn ids(&self, subject: Subject) -> Result<Vec<VaultId>, VaultError> {
        self.shelf.ids(subject)
    }

    /// What is known of a person's originals, oldest first.
    pub(super) fn list(&self, subject: Subject) -> Result<Vec<Entry>, VaultError> {
        let described = |id| match self.describe(subject, id) {
            // Somebody else has removed it since the names were read.
            Err(VaultError::Unknown(_)) => None,
            described => Some(described),
        };
        self.ids(subject)?.into_iter().filter_map(described).collect()
    }

    /// Copies a ciphertext as it is to another shelf.
    pub(super) fn copy(&self, to: &Self, subject: Subject, id: VaultId) -> Result<(), VaultError> {
        let bytes = self.shelf.read(subject, id)?.ok_or(VaultError::Unknown(id))?;
        to.shelf.write(subject, id, bytes)
    }

    /// Removes single originals; how many were there.
    pub(super) fn remove(&self, ids: &[VaultId]) -> Result<u64, VaultError> {
        self.shelf.remove(ids)
    }

    /// Removes all of a person.
    pub(super) fn remove_all(&self, subject: Subject) -> Result<(), VaultError> {
        self.shelf.remove_all(subject)
    }

    /// Removes what a crash left unfinished; nobody may be writing.
    pub(super) fn remove_unfinished(&self) -> Result<(), VaultError> {
        self.shelf.remove_unfinished()
    }

    /// Reads a header; what it says must be where it lies.
    fn describe(&self, subject: Subject, id: VaultId) -> Result<Entry, VaultError> {
        let bytes = self.shelf.beginning(subject, id, HEADER_BYTES_MAX)?;
        let entry = parse(&bytes.ok_or(VaultError::Unknown(id))?);
        let entry = entry.filter(|entry| entry.id == id && entry.subject == subject);
        entry.ok_or(VaultError::Altered(id))
    }
}

fn header(entry: &Entry) -> Result<Vec<u8>, VaultError> {
    let json = canonical::to_vec(entry);
    let json = json.map_err(|error| VaultError::Cipher(error.to_string()))?;
    let length = u32::try_from(json.len()).unwrap_or(u32::MAX).to_le_bytes();
    Ok([MAGIC.as_slice(), &length, &json].concat())
}

fn parse(bytes: &[u8]) -> Option<Entry> {
    let (length, rest) = bytes.strip_prefix(MAGIC)?.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    serde_json::from_slice(rest.get(..length)?).ok()
}

#[cfg(test)]
pub(super) mod tests {
    use std::{
        fs,
        path::{Path, PathBuf},
    };

    use super::*;
    use crate::vault::shelf::FolderShelf;

    fn path(folder: &Path, entry: &Entry) -> PathBuf {
        folder.join(entry.subject.to_string()).join(entry.id.to_string())
    }

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
        let entries = Entries::on(FolderShelf::open(folder.path().to_path_buf()).unwrap());
        let (entry, key) = (entry(), DataKey::random().unwrap());
        entries.write(&entry, &key, b"the plan").unwrap();
        assert_eq!(entries.find(entry.id).unwrap(), entry);
        assert_eq!(entries.read(&entry, &key).unwrap().as_slice(), b"the plan");
        let path = path(folder.path(), &entry);
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
        let entries = Entries::on(FolderShelf::open(folder.path().to_path_buf()).unwrap());
        let (one, two, key) = (entry(), entry(), DataKey::random().unwrap());
        entries.write(&one, &key, b"one").unwrap();
        entries.write(&two, &key, b"two").unwrap();
        fs::copy(path(folder.path(), &one), path(folder.path(), &two)).unwrap();
        assert!(matches!(entries.find(two.id), Err(VaultError::Altered(_))));
        assert!(matches!(entries.read(&two, &key), Err(VaultError::Altered(_))));
    }

    #[test]
    fn an_id_tells_when_it_was_kept() {
        let now = time::OffsetDateTime::now_utc().unix_timestamp();
        assert!((entry().kept_at() - now).abs() < 60);
    }
}
