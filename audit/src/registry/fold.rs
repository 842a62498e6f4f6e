//! The one fold over the log's records, which makes and mends the index.

use types::Sha256;

use super::{POSITION, Registry, failed};
use crate::{LogError, Record};

impl Registry {
    /// Begins a fold over the log's records.
    pub(crate) fn fold(&self) -> Result<Fold<'_>, LogError> {
        let position = self.db.get(POSITION).map_err(failed)?;
        let known = position
            .as_deref()
            .and_then(|bytes| serde_json::from_slice::<(u64, Sha256)>(bytes).ok());
        if known.is_none() {
            self.db.clear().map_err(failed)?;
        }
        Ok(Fold { registry: self, known, pending: Vec::new() })
    }
}

/// Catches the index up with the log while it is read.
pub(crate) struct Fold<'a> {
    registry: &'a Registry,
    /// Where the stored index stands, as long as nothing contradicts it.
    known: Option<(u64, Sha256)>,
    /// Records the index claims to know, kept until its last leaf is confirmed.
    pending: Vec<(u64, Sha256, Record)>,
}

impl Fold<'_> {
    pub(crate) fn apply(
        &mut self,
        index: u64,
        leaf: Sha256,
        record: &Record,
    ) -> Result<(), LogError> {
        let Some((size, last)) = self.known else {
            return self.registry.apply(index, leaf, record);
        };
        self.pending.push((index, leaf, record.clone()));
        if index + 1 < size {
            return Ok(());
        }
        if index + 1 == size && leaf == last {
            for (_, _, record) in self.pending.drain(..) {
                self.registry.remember_fingerprints(&record);
            }
            self.known = None;
            return Ok(());
        }
        self.rebuild()
    }

    /// Everything was read; an index that claims more than the log holds is rebuilt.
    pub(crate) fn finish(mut self, size: u64) -> Result<(), LogError> {
        if self.known.is_some() && (size > 0 || !self.registry.db.is_empty()) {
            self.rebuild()?;
        }
        self.registry.sync()
    }

    fn rebuild(&mut self) -> Result<(), LogError> {
        self.known = None;
        self.registry.db.clear().map_err(failed)?;
        for (index, leaf, record) in std::mem::take(&mut self.pending) {
            self.registry.apply(index, leaf, &record)?;
        }
        Ok(())
    }
}
