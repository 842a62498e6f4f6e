//! What a courier knows while it has the turn.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Waiting, ledger::Progress};

/// What the one who has the turn knows.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) progress: Option<Progress>,
    /// The place that was written down last.
    pub(crate) saved: u64,
    pub(crate) rows: BTreeMap<u64, Waiting>,
    /// When it was read.
    pub(crate) refreshed: i64,
    /// Until when it has the turn.
    pub(crate) turn_until: i64,
}

impl Memory {
    pub(crate) fn is_disabled(&self) -> bool {
        self.progress.as_ref().is_some_and(|progress| progress.disabled.is_some())
    }

    /// Subjects about which something waits.
    pub(crate) fn subjects(&self) -> BTreeSet<&str> {
        let waiting = self.rows.values().filter(|row| !row.parked);
        waiting.map(|row| row.subject.as_str()).collect()
    }

    /// The first message about each subject, where its time has come.
    pub(crate) fn due(&self, now: i64, count_max: usize) -> Vec<Waiting> {
        let mut seen = BTreeSet::new();
        let waiting = self.rows.values().filter(|row| !row.parked);
        let first = waiting.filter(|row| seen.insert(row.subject.as_str()));
        first.filter(|row| row.next <= now).take(count_max).cloned().collect()
    }
}
