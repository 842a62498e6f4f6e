//! A store that also publishes the log as objects: tiles, entry bundles, checkpoint.
//!
//! Objects are named as C2SP tlog-tiles says, below `log/`. Tiles and bundles are only ever
//! created; the checkpoint is replaced by compare-and-swap and never goes back. So any number of
//! processes may publish one log at once: they write the same bytes, or one of them stops.

mod layout;
mod reader;

use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _, stream};

use crate::{
    Checkpoint, Driver, LogError, Place,
    merkle::Tree,
    note,
    store::{EachEntry, EntryReader, LogStore, News},
};
use layout::{Kind, WIDTH};
use reader::{Bundles, Covered};

/// The checkpoint's name.
const CHECKPOINT: &str = "log/checkpoint";
/// Objects written at once.
const UPLOADS_MAX: usize = 16;
/// Entries held in memory while they are uploaded.
const ENTRIES_MAX: u64 = 64 * WIDTH;

/// Publishes what another store keeps.
#[derive(Debug)]
pub struct Published {
    store: Box<dyn LogStore>,
    driver: Arc<Driver>,
    place: Place,
    covered: Covered,
    /// Whether the published checkpoint was compared with the store's own.
    compared: bool,
}

impl Published {
    /// Publishes `store` in `place`.
    #[must_use]
    pub fn new(store: Box<dyn LogStore>, place: Place, driver: Arc<Driver>) -> Self {
        Self { store, driver, place, covered: Covered::default(), compared: false }
    }

    /// The published checkpoint.
    fn published(&self) -> Result<Option<String>, LogError> {
        let place = self.place.clone();
        let read = self.driver.wait(async move { place.read(CHECKPOINT).await });
        let read = read.map_err(unreachable)?.map_err(unreachable)?;
        let note = read.map(|seen| String::from_utf8(seen.bytes)).transpose();
        note.map_err(|_| LogError::Note { what: "checkpoint", reason: "it is no text".into() })
    }

    /// Writes tiles and bundles from what is published to `size`.
    fn upload(&self, tree: &Tree, size: u64) -> Result<(), LogError> {
        // Others may have published since; what they have written need not be written again.
        let from = self.published()?.as_deref().and_then(note::size).unwrap_or(0).min(size);
        let short = || LogError::Behind { found: tree.size(), promised: size };
        let mut tiles = Vec::new();
        for level in layout::levels(size) {
            for (number, width) in layout::grown(level, from, size) {
                let bytes = layout::tile(tree, level, number, width).ok_or_else(short)?;
                tiles.push((layout::name(Kind::Level(level), number, width), bytes));
            }
        }
        self.put(tiles)?;
        let reader = self.store.reader();
        let mut start = from - from % WIDTH;
        while start < size && from < size {
            let end = size.min(start + ENTRIES_MAX);
            let entries = reader.entries(start, end)?;
            if entries.len() as u64 != end - start {
                return Err(LogError::Behind {
                    found: start + entries.len() as u64,
                    promised: end,
                });
            }
            let bundles = entries.chunks(256).zip(start / WIDTH..).map(|(entries, number)| {
                let name = layout::name(Kind::Entries, number, entries.len() as u64);
                let damaged = || LogError::Damaged {
                    index: number * WIDTH,
                    reason: "an entry is longer than 65,535 bytes".to_owned(),
                };
                Ok((name, layout::bundle(entries).ok_or_else(damaged)?))
            });
            self.put(bundles.collect::<Result<_, LogError>>()?)?;
            start = end;
        }
        Ok(())
    }

    fn put(&self, objects: Vec<(String, Vec<u8>)>) -> Result<(), LogError> {
        let place = self.place.clone();
        let putting = async move {
            let puts = objects.into_iter().map(|(name, bytes)| create(&place, name, bytes));
            stream::iter(puts).buffer_unordered(UPLOADS_MAX).try_collect::<Vec<()>>().await
        };
        self.driver.wait(putting).map_err(unreachable)?.map(drop)
    }
}

/// What has the name already must be the same: a tile never changes.
async fn create(place: &Place, name: String, bytes: Vec<u8>) -> Result<(), LogError> {
    let name = format!("log/{name}");
    if place.create(&name, bytes.clone()).await.map_err(unreachable)? {
        return Ok(());
    }
    match place.read(&name).await.map_err(unreachable)? {
        Some(seen) if seen.bytes == bytes => Ok(()),
        _ => Err(LogError::Forked(format!("the published object {name} differs"))),
    }
}

/// Replaces the published checkpoint by a larger one; one of the same size and root may gain
/// signatures.
async fn advance(place: &Place, checkpoint: &Checkpoint) -> Result<(), LogError> {
    loop {
        let seen = place.read(CHECKPOINT).await.map_err(unreachable)?;
        if let Some(seen) = &seen {
            note::advances(&String::from_utf8_lossy(&seen.bytes), checkpoint)?;
        }
        let note = checkpoint.note.clone().into_bytes();
        if place.swap(CHECKPOINT, seen.as_ref(), note).await.map_err(unreachable)? {
            return Ok(());
        }
        // Somebody else was first: see what they have published.
    }
}

fn unreachable(error: impl std::error::Error) -> LogError {
    LogError::Unreachable(error.to_string())
}

impl LogStore for Published {
    fn read(&mut self, from: u64, each: EachEntry<'_>) -> Result<u64, LogError> {
        self.store.read(from, each)
    }

    fn begin(&mut self) -> Result<u64, LogError> {
        self.store.begin()
    }

    fn commit(&mut self, first: u64, entries: &[Vec<u8>]) -> Result<(), LogError> {
        self.store.commit(first, entries)
    }

    /// The larger of the store's and the published one: neither may be lost without notice.
    fn checkpoint(&mut self) -> Result<Option<String>, LogError> {
        let kept = self.store.checkpoint()?;
        let size = |note: &Option<String>| note.as_deref().and_then(note::size).unwrap_or(0);
        // Bundles are written before the checkpoint; where there is none the store is read.
        self.covered.set(size(&kept));
        if self.compared {
            return Ok(kept);
        }
        let published = self.published()?;
        self.compared = true;
        Ok(if size(&published) > size(&kept) { published } else { kept })
    }

    fn integrates(&mut self) -> Result<bool, LogError> {
        self.store.integrates()
    }

    fn publish(&mut self, checkpoint: &Checkpoint, tree: &Tree) -> Result<(), LogError> {
        self.upload(tree, checkpoint.size)?;
        self.store.publish(checkpoint, tree)?;
        let (place, new) = (self.place.clone(), checkpoint.clone());
        let advanced = self.driver.wait(async move { advance(&place, &new).await });
        advanced.map_err(unreachable)??;
        self.covered.set(checkpoint.size);
        Ok(())
    }

    fn doubts(&self) -> Option<u64> {
        self.store.doubts()
    }

    fn begins_with_checkpoint(&self) -> bool {
        self.store.begins_with_checkpoint()
    }

    fn reader(&self) -> Arc<dyn EntryReader> {
        let (place, driver) = (self.place.clone(), Arc::clone(&self.driver));
        Arc::new(Bundles::new(self.store.reader(), place, driver, self.covered.clone()))
    }

    fn follows(&self) -> Option<std::time::Duration> {
        self.store.follows()
    }

    fn watch(&mut self, news: News) {
        self.store.watch(news);
    }
}
