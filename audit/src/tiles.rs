//! Hash tiles of 256 on disk, by the paths of C2SP tlog-tiles: <https://c2sp.org/tlog-tiles>.
//!
//! Only complete tiles are written, each once. They follow from the entries: one that is lost or
//! wrong is made again when the log is opened.

use std::{
    fs,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use lru::LruCache;
use types::Sha256;

use crate::{
    LogError,
    disk::{self, Files},
    merkle::{Tree, complete},
};

/// Hashes in a complete tile.
pub(crate) const TILE_HASHES: u64 = 256;
/// Tiles kept in memory, 8 KiB each.
const CACHED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);
/// So many tiles are written with one sync.
const WRITTEN_TOGETHER: usize = 1024;

type Tile = Arc<Vec<Sha256>>;

/// The tiles of a log.
pub(crate) struct Tiles {
    folder: PathBuf,
    cache: Mutex<LruCache<(u8, u64), Tile>>,
}

impl Tiles {
    /// The tiles below a log's folder, which need not exist.
    pub(crate) fn new(log: &Path) -> Self {
        Self { folder: log.to_path_buf(), cache: Mutex::new(LruCache::new(CACHED)) }
    }

    /// A tile, if its hashes add up to `root`.
    pub(crate) fn believed(&self, row: u8, number: u64, root: &Sha256) -> Option<Tile> {
        let key = (row, number);
        if let Some(tile) = self.cache().get(&key) {
            return Some(Arc::clone(tile));
        }
        let tile = self.stored(row, number).filter(|tile| complete(tile) == Some(*root))?;
        let tile = Arc::new(tile);
        self.cache().put(key, Arc::clone(&tile));
        Some(tile)
    }

    /// What is stored as a tile, right or wrong.
    pub(crate) fn stored(&self, row: u8, number: u64) -> Option<Vec<Sha256>> {
        let bytes = fs::read(self.folder.join(path(row, number))).ok()?;
        let (hashes, rest) = bytes.as_chunks::<32>();
        let whole = hashes.len() as u64 == TILE_HASHES && rest.is_empty();
        whole.then(|| hashes.iter().copied().map(Sha256::from).collect())
    }

    /// Makes every complete tile that the tree has in memory durable.
    pub(crate) fn store(&self, tree: &Tree, files: &dyn Files) -> Result<(), LogError> {
        let new: Vec<_> = tree.complete_tiles().collect();
        for some in new.chunks(WRITTEN_TOGETHER) {
            let some = some.iter().map(|(row, number, hashes)| {
                let bytes = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
                (self.folder.join(path(*row, *number)), bytes)
            });
            let some: Vec<(PathBuf, Vec<u8>)> = some.collect();
            disk::create_all(files, &self.folder, &some)
                .map_err(|error| LogError::file(self.folder.join("tile"), &error))?;
        }
        Ok(())
    }

    /// The first leaf of a tree that is not the stored one.
    pub(crate) fn first_difference(&self, tree: &Tree) -> Option<u64> {
        let different = |number: u64| {
            let (stored, found) = (self.stored(0, number)?, tree.tile(0, number, 256)?);
            let at = stored.iter().zip(&found).position(|(stored, found)| stored != found)?;
            Some(number * TILE_HASHES + at as u64)
        };
        (0..tree.size() / TILE_HASHES).find_map(different)
    }

    /// Whether every complete tile over the first `size` entries is stored as it should be.
    ///
    /// # Errors
    /// [`LogError::Derived`] naming the first that is not.
    pub(crate) fn verify(&self, tree: &Tree, size: u64) -> Result<(), LogError> {
        let (mut row, mut complete) = (0, size / TILE_HASHES);
        while complete > 0 {
            for number in 0..complete {
                if self.stored(row, number) != tree.tile(row, number, 256) {
                    let path = self.folder.join(path(row, number));
                    let reason = if path.exists() { "it differs" } else { "it is missing" };
                    return Err(LogError::Derived { path, reason: reason.to_owned() });
                }
            }
            (row, complete) = (row + 1, complete / TILE_HASHES);
        }
        Ok(())
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, LruCache<(u8, u64), Tile>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Tiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tiles").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// The path of a complete tile: tile 1234067 of row 0 is `tile/0/x001/x234/067`.
pub(crate) fn path(row: u8, number: u64) -> String {
    let mut path = format!("{:03}", number % 1000);
    let mut rest = number / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    format!("tile/{row}/{path}")
}

/// Compares a tree that grows from the entries with the tiles that were stored.
#[derive(Debug)]
pub(crate) struct Comparison {
    tiles: Arc<Tiles>,
    /// The first leaf that is not the stored one.
    pub(crate) differs: Option<u64>,
    /// The first stored tile that is wrong or absent, as row and number.
    pub(crate) wrong: Option<(u8, u64)>,
}

impl Comparison {
    pub(crate) const fn new(tiles: Arc<Tiles>) -> Self {
        Self { tiles, differs: None, wrong: None }
    }

    /// Adds a leaf; complete tiles that are stored as they should be leave memory.
    pub(crate) fn push(&mut self, tree: &mut Tree, leaf: Sha256) {
        tree.push(leaf);
        let mut done = tree.size();
        let mut row = 0;
        while done.is_multiple_of(TILE_HASHES) {
            done /= TILE_HASHES;
            if done == 0 || !self.compare(tree, row, done - 1) {
                return;
            }
            row += 1;
        }
    }

    fn compare(&mut self, tree: &mut Tree, row: u8, number: u64) -> bool {
        let Some(found) = tree.tile(row, number, 256) else { return false };
        let stored = self.tiles.stored(row, number);
        if stored.as_ref() == Some(&found) {
            // Tiles leave memory from the left: behind a wrong one they wait until it is mended.
            if self.wrong.is_none() {
                tree.release_leftmost(row);
            }
            return true;
        }
        self.wrong.get_or_insert((row, number));
        if row == 0
            && let Some(stored) = stored
        {
            let first = stored.iter().zip(&found).position(|(stored, found)| stored != found);
            let index = first.map(|first| number * TILE_HASHES + first as u64);
            self.differs = self.differs.or(index);
        }
        true
    }
}

#[cfg(test)]
mod tests;
