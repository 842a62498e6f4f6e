//! Keeping, erasing and expiring.

use time::OffsetDateTime;
use types::{MediaType, RequestId, Sha256, VaultId};

use super::{
    Entry, EntryRecord, Ground, Kind, Subject, Vault, VaultError, cipher::DataKey,
    entries::kept_at, slots::Live,
};

/// An original to keep.
#[derive(Debug, Clone)]
pub struct Deposit<'a> {
    /// Whose it is.
    pub subject: Subject,
    /// The organisation.
    pub tenant: &'a str,
    /// The request it belongs to.
    pub request_id: RequestId,
    /// What it is.
    pub kind: Kind,
    /// What its bytes are.
    pub media_type: MediaType,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// What a record may say of a kept original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The pointer.
    pub entry: EntryRecord,
    /// The commitment to its bytes under the person's key.
    pub commitment: Sha256,
}

impl Vault {
    /// Keeps an original; durable on return. `log_size` gives the log's size, and is asked when the
    /// person's first key is made.
    ///
    /// # Errors
    /// [`VaultError::Erasing`] while the person's erasure is not on record;
    /// [`VaultError::File`] or [`VaultError::Stopped`] when it cannot be written.
    pub fn keep(
        &self,
        deposit: &Deposit<'_>,
        log_size: impl Fn() -> u64,
    ) -> Result<Kept, VaultError> {
        let write = |store: &super::Store, key: &DataKey| {
            let entry = Entry {
                id: VaultId::new(),
                subject: deposit.subject,
                tenant: deposit.tenant.to_owned(),
                kind: deposit.kind,
                request_id: deposit.request_id,
                media_type: deposit.media_type,
            };
            store.entries.write(&entry, key, deposit.bytes)?;
            let commitment = key.commit(label(deposit.kind), deposit.bytes);
            Ok(Kept { entry: EntryRecord::from(&entry), commitment })
        };
        let undo =
            |store: &super::Store, kept: &Kept| store.entries.remove(&[kept.entry.id]).map(drop);
        self.with_key(deposit.subject, log_size, write, undo)
    }

    /// Commits to bytes that are not kept, under the person's key.
    ///
    /// # Errors
    /// Those of [`Self::keep`].
    pub fn commit(
        &self,
        subject: Subject,
        log_size: impl Fn() -> u64,
        kind: Kind,
        bytes: &[u8],
    ) -> Result<Sha256, VaultError> {
        let commit = |_: &super::Store, key: &DataKey| Ok(key.commit(label(kind), bytes));
        self.with_key(subject, log_size, commit, |_, _| Ok(()))
    }

    /// Whether a commitment is to these bytes; `None` when the person's key was destroyed.
    ///
    /// # Errors
    /// [`VaultError::WrongKey`] when the person's key cannot be opened.
    pub fn confirms(
        &self,
        subject: Subject,
        kind: Kind,
        bytes: &[u8],
        commitment: &Sha256,
    ) -> Result<Option<bool>, VaultError> {
        let key = self.read().key(&self.inner.key, subject)?;
        Ok(key.map(|key| key.commit(label(kind), bytes) == *commitment))
    }

    /// Destroys a person's key and ciphertexts; how many originals there were. The erasure waits
    /// for [`Self::recorded`].
    ///
    /// # Errors
    /// [`VaultError::Stopped`] or [`VaultError::File`]; try again, or open the vault again.
    pub fn erase(&self, subject: Subject, ground: Ground) -> Result<u64, VaultError> {
        self.write().erase(subject, ground)
    }

    /// Erasures that are not on record although nobody is about to record them.
    ///
    /// # Errors
    /// [`VaultError::Elsewhere`] when they cannot be listed.
    pub fn unrecorded(&self) -> Result<Vec<(Subject, Ground)>, VaultError> {
        let erased = self.read().keys.erased()?.into_iter();
        Ok(erased.map(|(subject, tombstone)| (subject, tombstone.ground)).collect())
    }

    /// The person's erasure is in the log: from now on they may have a new key.
    ///
    /// # Errors
    /// [`VaultError::Stopped`].
    pub fn recorded(&self, subject: Subject) -> Result<(), VaultError> {
        self.write().keys.free(subject)
    }

    /// Overwrites and removes single originals; how many were there.
    ///
    /// # Errors
    /// [`VaultError::File`].
    pub fn remove(&self, ids: &[VaultId]) -> Result<u64, VaultError> {
        self.read().entries.remove(ids)
    }

    /// Originals that were kept before `cutoff` and that no hold covers.
    ///
    /// # Errors
    /// [`VaultError::File`] when they cannot be listed.
    pub fn expired(&self, cutoff: OffsetDateTime) -> Result<Vec<Entry>, VaultError> {
        let (holds, cutoff) = (self.holds(), cutoff.unix_timestamp());
        let store = self.read();
        let mut expired = Vec::new();
        for subject in store.entries.subjects()? {
            // Names carry the time, so most files are not opened.
            if store.entries.ids(subject)?.iter().all(|id| kept_at(*id) >= cutoff) {
                continue;
            }
            let old = store.entries.list(subject)?.into_iter();
            let old = old.filter(|entry| entry.kept_at() < cutoff);
            expired.extend(old.filter(|entry| !holds.iter().any(|hold| hold.covers(entry))));
        }
        Ok(expired)
    }

    /// People whose key was made before `cutoff` and of whom nothing is kept.
    ///
    /// # Errors
    /// [`VaultError::File`] when they cannot be listed.
    pub fn idle(&self, cutoff: OffsetDateTime) -> Result<Vec<Subject>, VaultError> {
        let store = self.read();
        let old = store.keys.all()?.into_iter();
        let old = old.filter(|row| row.1.made < cutoff.unix_timestamp());
        let mut idle = Vec::new();
        for (subject, _) in old {
            if store.entries.ids(subject)?.is_empty() {
                idle.push(subject);
            }
        }
        Ok(idle)
    }

    /// Removes what a crash left half written; to be called before anything is kept.
    ///
    /// # Errors
    /// [`VaultError::File`].
    pub fn sweep(&self) -> Result<(), VaultError> {
        self.write().entries.remove_unfinished()
    }

    /// Runs with a person's key, made if they have none. If it was erased in between, the work is
    /// undone and done again with a new key.
    pub(super) fn with_key<T>(
        &self,
        subject: Subject,
        log_size: impl Fn() -> u64,
        work: impl Fn(&super::Store, &DataKey) -> Result<T, VaultError>,
        undo: impl Fn(&super::Store, &T) -> Result<(), VaultError>,
    ) -> Result<T, VaultError> {
        loop {
            let store = self.read();
            if let Some(reason) = store.keys.stopped() {
                return Err(VaultError::Stopped(reason));
            }
            if let Some(live) = store.keys.find(subject)? {
                let key = self.inner.key.unwrap(subject, &live.wrapped)?;
                let done = work(&store, &key)?;
                if store.keys.stands(subject, &live)? {
                    return Ok(done);
                }
                undo(&store, &done)?;
                continue;
            }
            drop(store);
            self.make_key(subject, &log_size)?;
        }
    }

    fn make_key(&self, subject: Subject, log_size: impl Fn() -> u64) -> Result<(), VaultError> {
        let wrapped = self.inner.key.wrap(subject, &DataKey::random()?)?;
        let made = OffsetDateTime::now_utc().unix_timestamp();
        let mut store = self.write();
        if store.keys.find(subject)?.is_some() {
            return Ok(());
        }
        // Asked under the lock: an erasure that is on record by now is not about this key.
        store.keys.add(subject, Live { log_size: log_size(), made, wrapped })
    }
}

/// Commitments to the same bytes in different places differ.
const fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Prompt => "prompt",
        Kind::Input => "input",
        Kind::RefusedOutput => "refused_output",
    }
}
