//! The seam between the vault and where wrapped data keys lie.

use std::fmt;

use super::{
    Subject, VaultError,
    slots::{Ground, Live, Slots, Tombstone},
};

/// People's wrapped data keys.
///
/// # Contract
/// - A person has one key or none, or was erased and waits for the record that says so.
/// - [`Self::add`] and [`Self::erase`] are durable on return. After an erasure the key's bytes are
///   nowhere in the store.
/// - [`Self::find`] may remember what it has read; [`Self::stands`] may not.
pub(super) trait Keys: fmt::Debug + Send + Sync {
    /// A person's key.
    fn find(&self, subject: Subject) -> Result<Option<Live>, VaultError>;

    /// Whether this still is the person's key: nobody has erased it meanwhile.
    fn stands(&self, subject: Subject, live: &Live) -> Result<bool, VaultError>;

    /// Drops what is remembered of a person.
    fn forget(&self, subject: Subject);

    /// Everybody who has a key.
    fn all(&self) -> Result<Vec<(Subject, Live)>, VaultError>;

    /// Erasures that are not on record although nobody is about to record them.
    fn erased(&self) -> Result<Vec<(Subject, Tombstone)>, VaultError>;

    /// Keeps a person's first key. Where another process was quicker, its key counts.
    ///
    /// # Errors
    /// [`VaultError::Erasing`] while the person's erasure is not on record.
    fn add(&mut self, subject: Subject, live: Live) -> Result<(), VaultError>;

    /// Destroys a person's key; whether there was one.
    fn erase(&mut self, subject: Subject, ground: Ground) -> Result<bool, VaultError>;

    /// The person's erasure is on record: they may have a new key.
    fn free(&mut self, subject: Subject) -> Result<(), VaultError>;

    /// Why nothing is written any more, if so.
    fn stopped(&self) -> Option<String>;
}

impl Keys for Slots {
    fn find(&self, subject: Subject) -> Result<Option<Live>, VaultError> {
        Ok(self.live(subject).copied())
    }

    /// Erasures wait for whoever works with a key.
    fn stands(&self, _: Subject, _: &Live) -> Result<bool, VaultError> {
        Ok(true)
    }

    fn forget(&self, _: Subject) {}

    fn all(&self) -> Result<Vec<(Subject, Live)>, VaultError> {
        Ok(self.subjects().map(|(subject, live)| (subject, *live)).collect())
    }

    fn erased(&self) -> Result<Vec<(Subject, Tombstone)>, VaultError> {
        Ok(Self::erased(self).collect())
    }

    fn add(&mut self, subject: Subject, live: Live) -> Result<(), VaultError> {
        Self::add(self, subject, live)
    }

    fn erase(&mut self, subject: Subject, ground: Ground) -> Result<bool, VaultError> {
        Self::erase(self, subject, ground)
    }

    fn free(&mut self, subject: Subject) -> Result<(), VaultError> {
        Self::free(self, subject)
    }

    fn stopped(&self) -> Option<String> {
        Self::stopped(self).map(str::to_owned)
    }
}
