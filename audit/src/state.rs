//! Small state that is not in the log: keys, reviews, leases.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use time::OffsetDateTime;

use crate::{StateError, database};

const CACHE_BYTES: u64 = 4 << 20;

/// Longest key: longer ones are not safe in a crash of sled.
pub const KEY_BYTES_MAX: usize = 64;
/// Longest value: larger ones go to files that sled never syncs.
pub const VALUE_BYTES_MAX: usize = 4096;

/// Keys and values that change.
///
/// # Contract
/// - A change is durable when the call returns.
/// - Calls may run concurrently; [`Self::compare_and_swap`] is atomic.
/// - Nothing is retried here: a failed call has changed nothing, or its result is unknown and the
///   caller reads again.
#[async_trait]
pub trait StateStore: fmt::Debug + Send + Sync {
    /// The value of a key.
    ///
    /// # Errors
    /// [`StateError::Store`] when it cannot be read.
    async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError>;

    /// Sets `new` if the value is `old`; `None` means absent. Whether it was.
    ///
    /// # Errors
    /// [`StateError::TooLong`]; [`StateError::Store`] when it cannot be written.
    async fn compare_and_swap(
        &self,
        key: &[u8],
        old: Option<&[u8]>,
        new: Option<&[u8]>,
    ) -> Result<bool, StateError>;

    /// All keys with a prefix and their values, in order.
    ///
    /// # Errors
    /// [`StateError::Store`] when they cannot be read.
    async fn scan(&self, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StateError>;

    /// Takes or renews a lease until `now + term`; whether `holder` has it.
    ///
    /// # Errors
    /// Those of [`Self::compare_and_swap`].
    async fn lease(
        &self,
        key: &[u8],
        holder: &str,
        now: OffsetDateTime,
        term: Duration,
    ) -> Result<bool, StateError> {
        let current = self.get(key).await?;
        let text = current.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        let free = match text.split_once(' ') {
            Some((until, owner)) => {
                owner == holder
                    || until.parse().is_ok_and(|until: i64| until <= now.unix_timestamp())
            }
            None => true,
        };
        let until = (now + term).unix_timestamp();
        let value = format!("{until} {holder}");
        Ok(free && self.compare_and_swap(key, current.as_deref(), Some(value.as_bytes())).await?)
    }
}

/// Checks the bounds within which sled is safe.
pub(crate) fn bounded(key: &[u8], value: &[u8]) -> Result<(), StateError> {
    let check = |what, bytes: usize, max: usize| {
        if bytes > max { Err(StateError::TooLong { what, bytes, max }) } else { Ok(()) }
    };
    check("key", key.len(), KEY_BYTES_MAX)?;
    check("value", value.len(), VALUE_BYTES_MAX)
}

/// State in sled.
#[derive(Debug, Clone)]
pub struct SledState {
    db: sled::Db,
    folder: PathBuf,
}

impl SledState {
    /// Opens or makes the state in `folder`.
    ///
    /// # Errors
    /// [`StateError::Store`] when it cannot be opened, also when another process has it open.
    pub fn open(folder: &Path) -> Result<Self, StateError> {
        let db = database::open(folder, CACHE_BYTES).map_err(failed)?;
        Ok(Self { db, folder: folder.to_path_buf() })
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StateError> + Send + 'static,
    ) -> Result<T, StateError> {
        let store = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&store)).await;
        done.map_err(|error| StateError::Store(error.to_string()))?
    }
}

#[async_trait]
impl StateStore for SledState {
    async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        // A look-up in the cache: not worth a thread.
        self.db.get(key).map(|value| value.map(|value| value.to_vec())).map_err(failed)
    }

    async fn compare_and_swap(
        &self,
        key: &[u8],
        old: Option<&[u8]>,
        new: Option<&[u8]>,
    ) -> Result<bool, StateError> {
        bounded(key, new.unwrap_or_default())?;
        let (key, old, new) = (key.to_vec(), old.map(<[u8]>::to_vec), new.map(<[u8]>::to_vec));
        self.blocking(move |store| {
            if store.db.compare_and_swap(key, old, new).map_err(failed)?.is_err() {
                return Ok(false);
            }
            let synced = database::sync(&store.db, &store.folder);
            synced.map(|()| true).map_err(|error| StateError::Store(error.to_string()))
        })
        .await
    }

    async fn scan(&self, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StateError> {
        let prefix = prefix.to_vec();
        self.blocking(move |store| {
            let rows = store.db.scan_prefix(prefix);
            rows.map(|row| row.map(|(key, value)| (key.to_vec(), value.to_vec())).map_err(failed))
                .collect()
        })
        .await
    }
}

fn failed(error: sled::Error) -> StateError {
    StateError::Store(error.to_string())
}
