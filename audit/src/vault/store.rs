//! Key file and ciphertexts together, without the key that opens them: enough to destroy.

use std::{collections::HashSet, path::Path};

use types::VaultId;

use super::{
    EvidenceKey, Subject, VaultError,
    cipher::DataKey,
    entries::Entries,
    slots::{Ground, Slots},
};
use crate::{Event, Record};

/// What lies in the vault's folder.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) slots: Slots,
    pub(super) entries: Entries,
}

impl Store {
    pub(super) fn open(folder: &Path) -> Result<Self, VaultError> {
        let keys = folder.join("keys");
        let entries = Entries::open(folder.join("entries"))?;
        if !keys.exists() && !entries.subjects()?.is_empty() {
            return Err(VaultError::KeysMissing(keys));
        }
        let store = Self { slots: Slots::open(&keys)?, entries };
        // A crash between key and ciphertexts: what cannot be read any more goes, too.
        for (subject, _) in store.slots.erased() {
            store.entries.remove_all(subject)?;
        }
        Ok(store)
    }

    /// A wrong evidence key is found out before anything is kept under it.
    pub(super) fn check(&self, key: &EvidenceKey) -> Result<(), VaultError> {
        let any = self.slots.subjects().next();
        any.map_or(Ok(()), |(subject, live)| key.unwrap(subject, &live.wrapped).map(drop))
    }

    /// A person's data key.
    pub(super) fn key(
        &self,
        key: &EvidenceKey,
        subject: Subject,
    ) -> Result<Option<DataKey>, VaultError> {
        self.slots.live(subject).map(|live| key.unwrap(subject, &live.wrapped)).transpose()
    }

    /// Destroys a person's key, then their ciphertexts; how many there were.
    pub(super) fn erase(&mut self, subject: Subject, ground: Ground) -> Result<u64, VaultError> {
        let count = self.entries.ids(subject)?.len();
        self.slots.erase(subject, ground)?;
        self.entries.remove_all(subject)?;
        Ok(count as u64)
    }

    /// Removes single originals; how many were there.
    pub(super) fn remove(&self, ids: &[VaultId]) -> Result<u64, VaultError> {
        let mut wanted: HashSet<VaultId> = ids.iter().copied().collect();
        let mut removed = 0;
        for subject in self.entries.subjects()? {
            if wanted.is_empty() {
                break;
            }
            for id in self.entries.ids(subject)? {
                if wanted.remove(&id) {
                    removed += u64::from(self.entries.remove(subject, id)?);
                }
            }
        }
        Ok(removed)
    }

    /// Repeats an erasure that is on record; whether there was anything left to erase.
    ///
    /// A person may have come back after it: a key that is younger than the record stays.
    pub(super) fn replay(&mut self, index: u64, record: &Record) -> Result<bool, VaultError> {
        let (Event::Erased | Event::Expired, Some(vault)) = (record.event, &record.vault) else {
            return Ok(false);
        };
        let ids: Vec<VaultId> = vault.entries.iter().map(|entry| entry.id).collect();
        let removed = if ids.is_empty() { 0 } else { self.remove(&ids)? };
        let Some(subject) = vault.subject.filter(|_| ids.is_empty()) else {
            return Ok(removed > 0);
        };
        let older = self.slots.live(subject).is_some_and(|live| live.log_size <= index);
        if older {
            self.erase(subject, Ground::Replayed)?;
            self.slots.free(subject)?;
        }
        Ok(older)
    }
}
