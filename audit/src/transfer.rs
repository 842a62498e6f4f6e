//! Moving everything from one storage to another: entries with their numbers, state, objects.
//!
//! Each function goes on where one that was cut off has stopped, and stops at the first thing in the
//! new storage that is not a copy of the old one. Nothing is removed from the old storage.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use types::Sha256;

use crate::{LogError, LogStore, ObjectError, Place, StateError, StateStore};

/// So many entries become durable at once.
const BATCH_ENTRIES: usize = 256;
/// So many objects are copied at once.
const AT_ONCE: usize = 8;

/// What cannot be moved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// A log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// State.
    #[error(transparent)]
    State(#[from] StateError),
    /// Objects.
    #[error(transparent)]
    Objects(#[from] ObjectError),
    /// The new storage holds another log.
    #[error("entry {0} of the new storage is not that of the old one: name an empty database")]
    OtherLog(u64),
    /// The new storage holds other state.
    #[error("the new storage has another value for `{0}`: name an empty database")]
    OtherState(String),
}

/// Copies the entries of a log in order; how many there are. `each` hears how many are there.
///
/// # Errors
/// [`TransferError::OtherLog`] when `to` does not hold a beginning of `from`; [`TransferError::Log`].
pub fn log(
    from: &mut dyn LogStore,
    to: &mut dyn LogStore,
    each: &dyn Fn(u64),
) -> Result<u64, TransferError> {
    let mut known = Vec::new();
    to.check(&mut |_, leaf, _| {
        known.push(leaf);
        Ok(())
    })?;
    let (mut first, mut batch) = (known.len() as u64, Vec::<Vec<u8>>::new());
    let mut failed = None;
    let read = from.check(&mut |index, leaf, entry| {
        let copied = match usize::try_from(index).ok().and_then(|index| known.get(index)) {
            Some(theirs) if *theirs == leaf => Ok(()),
            Some(_) => Err(TransferError::OtherLog(index)),
            None => {
                batch.push(entry.to_vec());
                if batch.len() < BATCH_ENTRIES { Ok(()) } else { keep(to, &mut first, &mut batch) }
            }
        };
        each(first);
        copied.map_err(|error| {
            failed = Some(error);
            LogError::Closed
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let size = read?;
    if size < known.len() as u64 {
        return Err(TransferError::OtherLog(size));
    }
    keep(to, &mut first, &mut batch)?;
    each(first);
    Ok(size)
}

/// Appends a batch at `first`, and empties it.
fn keep(
    to: &mut dyn LogStore,
    first: &mut u64,
    batch: &mut Vec<Vec<u8>>,
) -> Result<(), TransferError> {
    if batch.is_empty() {
        return Ok(());
    }
    if to.begin()? != *first {
        // Somebody else appends.
        return Err(TransferError::OtherLog(*first));
    }
    to.commit(*first, batch)?;
    *first += batch.len() as u64;
    batch.clear();
    Ok(())
}

/// Copies all rows of state but those that begin with one of `without`; how many were copied.
///
/// # Errors
/// [`TransferError::OtherState`] when `to` has another value for a key; [`TransferError::State`].
pub async fn state(
    from: &dyn StateStore,
    to: &dyn StateStore,
    without: &[&str],
) -> Result<u64, TransferError> {
    let mut copied = 0;
    for (key, value) in from.scan(b"").await? {
        if without.iter().any(|prefix| key.starts_with(prefix.as_bytes())) {
            continue;
        }
        let new = to.compare_and_swap(&key, None, Some(&value)).await?;
        if !new && to.get(&key).await?.as_ref() != Some(&value) {
            return Err(TransferError::OtherState(String::from_utf8_lossy(&key).into_owned()));
        }
        copied += 1;
    }
    Ok(copied)
}

/// Copies objects that are named by their digest; how many there are.
///
/// # Errors
/// [`TransferError::Objects`], also where an object does not have its digest.
pub async fn objects(from: &Place, to: &Place) -> Result<u64, TransferError> {
    let mut count = 0;
    for folder in from.below("").await?.folders {
        let names = from.below(&folder).await?.objects.into_iter();
        // What is not named by a digest is no object: a lock, a file that was being written.
        let names: Vec<Sha256> = names.filter_map(|name| name.parse().ok()).collect();
        count += names.len() as u64;
        let (from, to) = (crate::Objects::at(from.clone()), crate::Objects::at(to.clone()));
        let copies = stream::iter(names).map(|name| {
            let (from, to) = (&from, &to);
            async move { to.put(&from.get(&name).await?).await.map(drop) }
        });
        copies.buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{Segments, SledState};

    fn segments(folder: &Path) -> Segments {
        let mut store = Segments::open(folder, None, 64 << 10).unwrap();
        store.read(0, &mut |_, _| Ok(())).unwrap();
        store
    }

    fn entries(numbers: std::ops::Range<u32>) -> Vec<Vec<u8>> {
        numbers.map(|number| format!("{{\"n\":{number}}}").into_bytes()).collect()
    }

    #[test]
    fn entries_keep_their_numbers_and_a_copy_that_was_cut_off_goes_on() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [mut from, mut to] = folders.each_ref().map(|folder| segments(folder.path()));
        let all = entries(0..600);
        from.begin().unwrap();
        from.commit(0, &all).unwrap();
        to.begin().unwrap();
        to.commit(0, &all[..300]).unwrap();
        for _ in 0..2 {
            assert_eq!(log(&mut from, &mut to, &|_| {}).unwrap(), 600);
            assert_eq!(to.reader().entries(0, 601).unwrap(), all);
        }
    }

    #[test]
    fn another_log_is_left_alone() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [mut from, mut to] = folders.each_ref().map(|folder| segments(folder.path()));
        from.commit(0, &entries(0..5)).unwrap();
        to.commit(0, &entries(0..3)).unwrap();
        to.commit(3, &entries(9..10)).unwrap();
        let moved = log(&mut from, &mut to, &|_| {});
        assert!(matches!(moved, Err(TransferError::OtherLog(3))), "{moved:?}");
        from.commit(5, &entries(5..6)).unwrap();
        let longer = log(&mut to, &mut from, &|_| {});
        assert!(matches!(longer, Err(TransferError::OtherLog(3))), "{longer:?}");
    }

    #[tokio::test]
    async fn state_and_objects_are_copied_once_and_never_over_others() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let [one, two] = folders.each_ref().map(|folder| SledState::open(folder.path()).unwrap());
        for (key, value) in [("key/a", "1"), ("lease/x", "mine")] {
            one.compare_and_swap(key.as_bytes(), None, Some(value.as_bytes())).await.unwrap();
        }
        for _ in 0..2 {
            assert_eq!(state(&one, &two, &["lease/"]).await.unwrap(), 1);
        }
        assert!(two.get(b"lease/x").await.unwrap().is_none());
        two.compare_and_swap(b"key/a", Some(b"1"), Some(b"2")).await.unwrap();
        let other = state(&one, &two, &["lease/"]).await;
        assert!(matches!(other, Err(TransferError::OtherState(key)) if key == "key/a"));

        let [from, to] = folders.each_ref().map(|folder| folder.path().join("objects"));
        let [from, to] = [from, to].map(|path| Place::folder(&path).unwrap());
        let digest = crate::Objects::at(from.clone()).put(b"picture").await.unwrap();
        assert_eq!(objects(&from, &to).await.unwrap(), 1);
        assert_eq!(crate::Objects::at(to).get(&digest).await.unwrap(), b"picture");
    }
}
