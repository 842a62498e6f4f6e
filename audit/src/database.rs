//! sled 0.34.7, opened and synced so that it can be relied on.
//!
//! Its `flush` does not fsync, and a database that was closed keeps its lock until its last background
//! write has ended.

use std::{
    fs, io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// How long a database that was just closed may keep its lock.
const RELEASE_MAX: Duration = Duration::from_secs(5);

/// Opens or makes a database with a cache of so many bytes, waiting for one that is being closed.
pub(crate) fn open(folder: &Path, cache_bytes: u64) -> sled::Result<sled::Db> {
    let config = sled::Config::new().path(folder).cache_capacity(cache_bytes);
    let end = Instant::now() + RELEASE_MAX;
    loop {
        match config.open() {
            Err(error) if locked(&error) && Instant::now() < end => {
                thread::sleep(Duration::from_millis(10));
            }
            opened => return opened,
        }
    }
}

/// Whether the database is open elsewhere, which says nothing against what is in it.
pub(crate) fn locked(error: &sled::Error) -> bool {
    // sled has no variant for it.
    matches!(error, sled::Error::Io(error) if error.to_string().contains("could not acquire lock"))
}

/// Makes durable what was written.
pub(crate) fn sync(db: &sled::Db, folder: &Path) -> io::Result<()> {
    db.flush()?;
    fs::File::open(folder.join("db"))?.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_is_being_closed_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path(), 1 << 20).unwrap();
        first.insert("key", "value").unwrap();
        sync(&first, folder.path()).unwrap();
        let refused = sled::Config::new().path(folder.path()).open().unwrap_err();
        assert!(locked(&refused), "{refused}");
        let closing = thread::spawn(move || {
            thread::sleep(Duration::from_millis(100));
            drop(first);
        });
        let second = open(folder.path(), 1 << 20).unwrap();
        closing.join().unwrap();
        assert_eq!(second.get("key").unwrap().unwrap(), "value");
    }
}
