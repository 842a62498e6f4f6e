//! The evidence vault: originals that the log only commits to, encrypted for each person apart.
//!
//! Reading order: `subject` says whom an original is about; `cipher` the keys; `keys` is where they
//! lie: `slots` in a file, or `shared_keys` where several gateways reach them; `entries` are the
//! ciphertexts, on a `shelf` of this machine or a `shared_shelf`; [`Vault`] puts them together; `hold`
//! and `ledger` follow the log; `replay` reads erasures from another log; [`retention`] counts the term.
//!
//! Whoever destroys a person's 32 bytes has destroyed everything that is kept of them, also in copies
//! of the ciphertexts. The log's records stay, and so do their proofs: what
//! they say about the originals are commitments under the destroyed key.

mod cipher;
mod entries;
mod error;
mod hold;
mod keeping;
mod keys;
mod ledger;
mod progress;
mod reach;
mod record;
mod replay;
pub mod retention;
mod sealing;
mod shared_keys;
mod shared_shelf;
mod shelf;
mod slots;
mod store;
mod subject;
#[cfg(test)]
mod tests;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

pub use cipher::EvidenceKey;
pub use entries::Entry;
pub use error::VaultError;
pub use hold::{Hold, INSTALLATION, Scope};
pub use keeping::{Deposit, Kept};
use ledger::Ledger;
use progress::Progress;
use reach::Reach;
pub use record::{ENTRIES_MAX, EntryRecord, VaultRecord};
pub use replay::{Erasures, replay};
pub use slots::Ground;
use store::Store;
pub use subject::{Kind, Subject};
use types::VaultId;
use zeroize::Zeroizing;

use crate::{Driver, Event, Log, LogError, Place, Record};

/// Records are read in stretches of this many.
const STRETCH: u64 = 4096;
/// Objects by which a store shows what it does.
const VERSIONS_PROBE: &str = "vault/probes/versions";
const CONDITIONS_PROBE: &str = "vault/probes/conditions";

/// An open vault. Cheap to clone. Calls block on the disk.
///
/// # Contract
/// - [`Self::keep`] returns when the original is durable; so a record that points at it may follow.
/// - [`Self::erase`] returns when the person's key is overwritten and their ciphertexts are gone; a
///   crash before that leaves either everything as it was or an erasure that is completed later:
///   by the next [`Self::open`], or by whoever finds it in [`Self::unrecorded`] and erases again.
///   [`Self::recorded`] follows when the erasure is in the log: until then nothing new is kept of
///   that person.
/// - Any number of calls may run at once. One process has a vault open in a folder, the one with the
///   log; any number of processes have [`Self::shared`] open.
#[derive(Debug, Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    key: EvidenceKey,
    store: RwLock<Store>,
    ledger: Mutex<Ledger>,
    ledger_file: PathBuf,
    /// How far the log was followed by any gateway, where several share the vault.
    progress: Option<Progress>,
}

impl Vault {
    /// Opens or makes the vault in `folder`.
    ///
    /// # Errors
    /// [`VaultError::Damaged`], [`VaultError::KeysMissing`] or [`VaultError::WrongKey`] when what
    /// is kept could not be read any more.
    pub fn open(folder: &Path, key: EvidenceKey) -> Result<Self, VaultError> {
        fs::create_dir_all(folder).map_err(|error| VaultError::file(folder, &error))?;
        Self::over(Store::open(folder)?, folder, key, None)
    }

    /// Opens the vault that all gateways share in `place`; what this one knows of the log is noted in
    /// `folder`.
    ///
    /// # Errors
    /// [`VaultError::Versions`] when the place could bring back what is destroyed,
    /// [`VaultError::Conditions`] when several gateways would overwrite each other's changes in it,
    /// [`VaultError::WrongKey`], or [`VaultError::Elsewhere`] when it cannot be reached.
    pub fn shared(
        place: Place,
        driver: Arc<Driver>,
        folder: &Path,
        key: EvidenceKey,
    ) -> Result<Self, VaultError> {
        fs::create_dir_all(folder).map_err(|error| VaultError::file(folder, &error))?;
        let reach = Reach::new(place, driver);
        if reach.ask(|place| async move { place.keeps_versions(VERSIONS_PROBE).await })? {
            return Err(VaultError::Versions);
        }
        if !reach.ask(|place| async move { place.keeps_conditions(CONDITIONS_PROBE).await })? {
            return Err(VaultError::Conditions);
        }
        Self::over(Store::shared(&reach), folder, key, Some(Progress::on(reach)))
    }

    fn over(
        store: Store,
        folder: &Path,
        key: EvidenceKey,
        progress: Option<Progress>,
    ) -> Result<Self, VaultError> {
        store.check(&key)?;
        let ledger_file = folder.join("ledger");
        let ledger = Mutex::new(Ledger::read(&ledger_file)?);
        let inner = Inner { key, store: RwLock::new(store), ledger, ledger_file, progress };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Follows the log since the last time: holds come into force or end, and who was erased after
    /// this vault was copied is erased again. How many were.
    ///
    /// # Errors
    /// [`LogError`] when the log cannot be read, [`VaultError`] when an erasure fails.
    pub fn follow(&self, log: &Log) -> Result<u64, FollowError> {
        let mut ledger = self.ledger();
        // A log that is behind was itself restored from a backup.
        if ledger.followed > log.size() {
            *ledger = Ledger::default();
        }
        if let Some(progress) = &self.inner.progress {
            ledger.followed = progress.begin(ledger.followed)?;
        }
        if ledger.followed == log.size() {
            return Ok(0);
        }
        let (mut erased, mut named) = (0, false);
        while ledger.followed < log.size() {
            let (first, end) = (ledger.followed, log.size().min(ledger.followed + STRETCH));
            for (index, entry) in (first..).zip(log.entries(first, end)?) {
                let record = Record::parse(&entry)?;
                ledger.apply(index, &record);
                named |= matches!(record.event, Event::Erased | Event::Expired);
                erased += u64::from(self.write().replay(index, &record)?);
            }
            ledger.followed = end;
        }
        ledger.write(&self.inner.ledger_file)?;
        if let Some(progress) = &self.inner.progress {
            progress.reached(ledger.followed, named)?;
        }
        Ok(erased)
    }

    /// Copies everything to another vault under the same evidence key; how many originals there are.
    /// A copy that was cut off goes on when it is made again.
    ///
    /// # Errors
    /// [`VaultError::Erasing`] while an erasure is not on record; others where something cannot be read
    /// or written.
    pub fn copy(&self, to: &Self) -> Result<u64, VaultError> {
        self.read().copy(&mut to.write())
    }

    /// What is known of an original.
    ///
    /// # Errors
    /// [`VaultError::Unknown`] when nothing of this id is kept.
    pub fn entry(&self, id: VaultId) -> Result<Entry, VaultError> {
        self.read().entries.find(id)
    }

    /// What is known of a person's originals, oldest first.
    ///
    /// # Errors
    /// [`VaultError::File`] when they cannot be listed.
    pub fn entries_of(&self, subject: Subject) -> Result<Vec<Entry>, VaultError> {
        self.read().entries.list(subject)
    }

    /// Everybody of whom something is kept.
    ///
    /// # Errors
    /// [`VaultError::File`] when they cannot be listed.
    pub fn subjects(&self) -> Result<Vec<Subject>, VaultError> {
        self.read().entries.subjects()
    }

    /// An original in clear; wiped from memory when dropped.
    ///
    /// # Errors
    /// [`VaultError::Unknown`] when its key was destroyed, [`VaultError::Altered`] when it is not
    /// what was kept.
    pub fn reveal(&self, entry: &Entry) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let store = self.read();
        let key = store.key(&self.inner.key, entry.subject)?;
        let key = key.ok_or(VaultError::Unknown(entry.id))?;
        store.entries.read(entry, &key)
    }

    /// Whether the person has a key, so that something may be kept or committed to under it.
    ///
    /// # Errors
    /// [`VaultError::Elsewhere`] when it cannot be looked up.
    pub fn knows(&self, subject: Subject) -> Result<bool, VaultError> {
        Ok(self.read().keys.find(subject)?.is_some())
    }

    /// Holds in force.
    #[must_use]
    pub fn holds(&self) -> Vec<Hold> {
        self.ledger().holds.clone()
    }

    /// Takes note of a hold that the log has just taken or ended.
    ///
    /// # Errors
    /// [`VaultError::File`] when it cannot be kept; the next start reads it from the log.
    pub fn held(&self, index: u64, record: &Record) -> Result<(), VaultError> {
        let mut ledger = self.ledger();
        ledger.apply(index, record);
        ledger.write(&self.inner.ledger_file)
    }

    /// Why nothing is kept or erased any more, if so.
    #[must_use]
    pub fn stopped(&self) -> Option<String> {
        self.read().keys.stopped()
    }

    fn read(&self) -> RwLockReadGuard<'_, Store> {
        self.inner.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Store> {
        self.inner.store.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.inner.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The vault cannot follow the log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An erasure cannot be repeated.
    #[error(transparent)]
    Vault(#[from] VaultError),
}
