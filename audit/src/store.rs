//! Where entries become durable and get their numbers: the seam below the log.

use std::{fmt, sync::Arc};

use crate::{Checkpoint, LogError, merkle::Tree};

/// What [`LogStore::read`] calls with each entry and its index.
pub type EachEntry<'a> = &'a mut dyn FnMut(u64, Vec<u8>) -> Result<(), LogError>;

/// Entries in order, and the checkpoints over them.
///
/// The log's one writing thread calls it; several processes may share what lies behind it.
///
/// # Contract
/// - Entries are numbered from 0 without gaps and never change.
/// - [`Self::begin`] takes the right to append and gives the next index. Until the matching
///   [`Self::commit`] nobody else appends, so what is read in between is all there is.
/// - [`Self::commit`] returns when the entries are durable: all of them, or after an error perhaps
///   none. After an error the caller stops for good: what was kept is unknown until the log is
///   opened again.
/// - Nothing is retried behind the caller's back once `commit` has begun.
/// - Checkpoints only grow: a store that holds a larger one refuses a smaller one.
pub trait LogStore: fmt::Debug + Send {
    /// Calls `each` with every entry from index `from` on; the index after the last.
    ///
    /// # Errors
    /// [`LogError::Damaged`] when something before the last batch is wrong; errors of `each`.
    fn read(&mut self, from: u64, each: EachEntry<'_>) -> Result<u64, LogError>;

    /// Takes the right to append; the index of the next entry.
    ///
    /// # Errors
    /// [`LogError`] when the store cannot be reached; nothing was changed.
    fn begin(&mut self) -> Result<u64, LogError>;

    /// Stores entries from index `first`, which [`Self::begin`] gave.
    ///
    /// # Errors
    /// [`LogError`] when it is unknown whether they are durable.
    fn commit(&mut self, first: u64, entries: &[Vec<u8>]) -> Result<(), LogError>;

    /// The note of the last published checkpoint.
    ///
    /// # Errors
    /// [`LogError`] when it cannot be read.
    fn checkpoint(&mut self) -> Result<Option<String>, LogError>;

    /// Whether this process may publish now; where several share a store, one at a time may.
    ///
    /// # Errors
    /// [`LogError`] when the store cannot be reached.
    fn integrates(&mut self) -> Result<bool, LogError>;

    /// Publishes a checkpoint, after everything of the tree that it covers.
    ///
    /// # Errors
    /// [`LogError`] when it is not durable; the last one still stands.
    fn publish(&mut self, checkpoint: &Checkpoint, tree: &Tree) -> Result<(), LogError>;

    /// The first index that the store itself has reason to doubt, to name it in errors.
    fn doubts(&self) -> Option<u64> {
        None
    }

    /// Reads entries beside the writing thread.
    fn reader(&self) -> Arc<dyn EntryReader>;
}

/// Reads entries; any number of readers at once.
pub trait EntryReader: fmt::Debug + Send + Sync {
    /// The exact bytes of the entries `start..end`, as far as they exist. May block.
    ///
    /// # Errors
    /// [`LogError::File`] when they cannot be read.
    fn entries(&self, start: u64, end: u64) -> Result<Vec<Vec<u8>>, LogError>;
}
