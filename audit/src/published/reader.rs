//! Entries out of published bundles, and out of the store where there is none yet.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use super::layout::{self, Kind, WIDTH};
use crate::{Driver, EntryReader, LogError, Place};

/// How many entries are published, as far as this process knows.
#[derive(Debug, Clone, Default)]
pub(super) struct Covered(Arc<AtomicU64>);

impl Covered {
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    pub(super) fn set(&self, size: u64) {
        self.0.fetch_max(size, Ordering::AcqRel);
    }
}

/// Whoever reads one entry mostly reads its neighbours next.
type Last = Mutex<Option<(u64, Arc<Vec<Vec<u8>>>)>>;

#[derive(Debug)]
pub(super) struct Bundles {
    store: Arc<dyn EntryReader>,
    place: Place,
    driver: Arc<Driver>,
    covered: Covered,
    last: Last,
}

impl Bundles {
    pub(super) fn new(
        store: Arc<dyn EntryReader>,
        place: Place,
        driver: Arc<Driver>,
        covered: Covered,
    ) -> Self {
        Self { store, place, driver, covered, last: Mutex::default() }
    }

    /// A full bundle, if it is published whole.
    fn bundle(&self, number: u64) -> Option<Arc<Vec<Vec<u8>>>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, entries)) = last.as_ref().filter(|(known, _)| *known == number) {
            return Some(Arc::clone(entries));
        }
        let place = self.place.clone();
        let name = format!("log/{}", layout::name(Kind::Entries, number, WIDTH));
        let read = self.driver.wait(async move { place.read(&name).await });
        // Whatever is wrong with the object: the store has the entries, too.
        let entries = layout::unbundle(&read.ok()?.ok()??.bytes);
        let entries = Arc::new(entries.filter(|entries| entries.len() as u64 == WIDTH)?);
        *last = Some((number, Arc::clone(&entries)));
        Some(entries)
    }
}

impl EntryReader for Bundles {
    fn entries(&self, start: u64, end: u64) -> Result<Vec<Vec<u8>>, LogError> {
        let mut entries = Vec::new();
        let mut next = start;
        let full = self.covered.get() / WIDTH * WIDTH;
        while next < end.min(full) {
            let (number, skip) = (next / WIDTH, next % WIDTH);
            let Some(bundle) = self.bundle(number) else { break };
            let stop = end.min((number + 1) * WIDTH);
            let wanted = bundle.iter().skip(usize::try_from(skip).unwrap_or(usize::MAX));
            let count = usize::try_from(stop - next).unwrap_or(usize::MAX);
            entries.extend(wanted.take(count).cloned());
            next = stop;
        }
        if next < end {
            entries.extend(self.store.entries(next, end)?);
        }
        Ok(entries)
    }
}
