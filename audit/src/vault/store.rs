//! Keys and ciphertexts together, without the key that opens them: enough to destroy.

use std::path::Path;

use types::VaultId;

use super::{
    EvidenceKey, Subject, VaultError,
    cipher::DataKey,
    entries::Entries,
    keys::Keys,
    reach::Reach,
    shared_keys::SharedKeys,
    shared_shelf::SharedShelf,
    shelf::FolderShelf,
    slots::{Ground, Slots},
};
use crate::{Event, Record};

/// Keys and ciphertexts, wherever they lie.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) keys: Box<dyn Keys>,
    pub(super) entries: Entries,
}

impl Store {
    /// In a folder of this gateway's own.
    pub(super) fn open(folder: &Path) -> Result<Self, VaultError> {
        let file = folder.join("keys");
        let entries = Entries::on(FolderShelf::open(folder.join("entries"))?);
        if !file.exists() && !entries.subjects()?.is_empty() {
            return Err(VaultError::KeysMissing(file));
        }
        let store = Self { keys: Box::new(Slots::open(&file)?), entries };
        // A crash between key and ciphertexts: what cannot be read any more goes, too.
        for (subject, _) in store.keys.erased()? {
            store.entries.remove_all(subject)?;
        }
        Ok(store)
    }

    /// In a place that other gateways reach, too.
    pub(super) fn shared(reach: &Reach) -> Self {
        let entries = Entries::on(SharedShelf::on(reach.clone()));
        Self { keys: Box::new(SharedKeys::on(reach.clone())), entries }
    }

    /// A wrong evidence key is found out before anything is kept under it.
    pub(super) fn check(&self, key: &EvidenceKey) -> Result<(), VaultError> {
        let any = self.keys.all()?.into_iter().next();
        any.map_or(Ok(()), |(subject, live)| key.unwrap(subject, &live.wrapped).map(drop))
    }

    /// A person's data key.
    pub(super) fn key(
        &self,
        key: &EvidenceKey,
        subject: Subject,
    ) -> Result<Option<DataKey>, VaultError> {
        self.keys.find(subject)?.map(|live| key.unwrap(subject, &live.wrapped)).transpose()
    }

    /// Destroys a person's key, then their ciphertexts; how many there were.
    pub(super) fn erase(&mut self, subject: Subject, ground: Ground) -> Result<u64, VaultError> {
        let count = self.entries.ids(subject)?.len();
        self.keys.erase(subject, ground)?;
        self.entries.remove_all(subject)?;
        Ok(count as u64)
    }

    /// Copies keys and ciphertexts to another store; how many ciphertexts there are. Erasures that are
    /// not on record yet keep it from beginning.
    pub(super) fn copy(&self, to: &mut Self) -> Result<u64, VaultError> {
        if !self.keys.erased()?.is_empty() {
            return Err(VaultError::Erasing);
        }
        for (subject, live) in self.keys.all()? {
            to.keys.add(subject, live)?;
            if !to.keys.stands(subject, &live)? {
                return Err(VaultError::WrongKey);
            }
        }
        let mut count = 0;
        for subject in self.entries.subjects()? {
            let there = to.entries.ids(subject)?;
            for id in self.entries.ids(subject)? {
                if !there.contains(&id) {
                    self.entries.copy(&to.entries, subject, id)?;
                }
                count += 1;
            }
        }
        Ok(count)
    }

    /// Repeats an erasure that is on record; whether there was anything left to erase.
    ///
    /// A person may have come back after it: a key that is younger than the record stays.
    pub(super) fn replay(&mut self, index: u64, record: &Record) -> Result<bool, VaultError> {
        let (Event::Erased | Event::Expired, Some(vault)) = (record.event, &record.vault) else {
            return Ok(false);
        };
        let ids: Vec<VaultId> = vault.entries.iter().map(|entry| entry.id).collect();
        let removed = if ids.is_empty() { 0 } else { self.entries.remove(&ids)? };
        let Some(subject) = vault.subject.filter(|_| ids.is_empty()) else {
            return Ok(removed > 0);
        };
        // Another gateway may have written the record.
        self.keys.forget(subject);
        let older = self.keys.find(subject)?.is_some_and(|live| live.log_size <= index);
        if older {
            self.erase(subject, Ground::Replayed)?;
            self.keys.free(subject)?;
        }
        Ok(older)
    }
}
