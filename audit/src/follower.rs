//! What follows from the entries: the tree, the index, the next number of each tenant, the time.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use types::Sha256;

use crate::{LogError, Record, Registry, clock::Monotone, log::View, merkle};

/// The state that one fold over the entries gives; whoever wrote them.
pub(crate) struct Follower {
    pub(crate) registry: Registry,
    pub(crate) view: Arc<RwLock<View>>,
    clock: Monotone,
    tenants: HashMap<String, u64>,
    size: u64,
}

/// A record with its entry, numbered and stamped.
pub(crate) struct Numbered {
    pub(crate) record: Record,
    pub(crate) entry: Vec<u8>,
    pub(crate) leaf: Sha256,
}

impl Follower {
    pub(crate) fn new(registry: Registry, view: Arc<RwLock<View>>, clock: Monotone) -> Self {
        Self { registry, view, clock, tenants: HashMap::new(), size: 0 }
    }

    /// How many entries were taken in.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// Notes whose numbers and which times are used, without touching tree or index.
    pub(crate) fn note(&mut self, index: u64, record: &Record) {
        self.clock.seen(&record.time);
        self.tenants.insert(record.tenant.clone(), record.tenant_seq + 1);
        self.size = index + 1;
    }

    /// Takes in an entry that somebody else wrote.
    pub(crate) fn follow(&mut self, index: u64, entry: &[u8]) -> Result<(), LogError> {
        let record = Record::parse(entry)
            .map_err(|error| LogError::Damaged { index, reason: error.to_string() })?;
        self.note(index, &record);
        let leaf = merkle::leaf_hash(entry);
        self.take(index, &[(leaf, &record)]);
        Ok(())
    }

    /// Gives a record its place and time. Only [`Self::publish`] makes the number used.
    pub(crate) fn number(
        &mut self,
        mut record: Record,
        used: &mut HashMap<String, u64>,
    ) -> Result<Numbered, LogError> {
        let known = self.tenants.get(&record.tenant).copied().unwrap_or(0);
        let next = used.get(&record.tenant).copied().unwrap_or(known);
        record.tenant_seq = next;
        (record.time, record.clock_adjusted) = self.clock.stamp();
        let entry = record.canonical()?;
        used.insert(record.tenant.clone(), next + 1);
        let leaf = merkle::leaf_hash(&entry);
        Ok(Numbered { record, entry, leaf })
    }

    /// Takes in what is durable now.
    pub(crate) fn publish(&mut self, first: u64, numbered: &[&Numbered]) {
        for (index, numbered) in (first..).zip(numbered) {
            self.note(index, &numbered.record);
        }
        let leaves: Vec<_> =
            numbered.iter().map(|numbered| (numbered.leaf, &numbered.record)).collect();
        self.take(first, &leaves);
    }

    fn take(&self, first: u64, leaves: &[(Sha256, &Record)]) {
        for (index, (leaf, record)) in (first..).zip(leaves) {
            if let Err(error) = self.registry.apply(index, *leaf, record) {
                // The index can be rebuilt; the record is safe. Readers must not trust it until then.
                self.stop(&error.to_string());
            }
        }
        let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
        leaves.iter().for_each(|(leaf, _)| view.tree.push(*leaf));
    }

    /// Why nothing is acknowledged any more, if so.
    pub(crate) fn stopped(&self) -> Option<String> {
        self.view.read().unwrap_or_else(PoisonError::into_inner).stopped.clone()
    }

    /// Nothing is acknowledged from now on.
    pub(crate) fn stop(&self, reason: &str) {
        self.view.write().unwrap_or_else(PoisonError::into_inner).stopped = Some(reason.to_owned());
    }
}
