//! The last look at each asset, in bounded memory.

use std::collections::{BTreeMap, HashMap};

use types::AssetId;

use super::Judged;
use crate::report::outcome::Tally;

/// So many looks are remembered, to notice a later one at the same asset.
const REMEMBERED_MAX: usize = 100_000;

/// A look at an asset, and what it showed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) asset: AssetId,
    pub(super) judged: Judged,
}

#[derive(Debug, Default)]
pub(super) struct Latest {
    /// By index; `None` is a record that speaks against its asset by itself.
    open: BTreeMap<u64, Option<Look>>,
    of: HashMap<AssetId, u64>,
    counted: Counted,
}

/// What came out.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) tally: Tally,
    /// Looks that showed what is asked.
    pub(super) held: u64,
    /// Looks that showed something else.
    pub(super) failed: u64,
    /// Looks that could not tell.
    pub(super) unfit: u64,
    /// Looks at what nothing is asked of.
    pub(super) spared: u64,
    /// Looks that failed before the last one at the same asset, which did not.
    pub(super) mended: u64,
}

impl Latest {
    /// A record that speaks against its asset by itself.
    pub(super) fn against(&mut self, index: u64) {
        self.open.insert(index, None);
        self.settle(REMEMBERED_MAX);
    }

    pub(super) fn look(&mut self, index: u64, look: Look) {
        let before = self.of.insert(look.asset, index).and_then(|before| self.open.remove(&before));
        let failed = before.flatten().is_some_and(|before| before.judged == Judged::Against);
        self.counted.mended += u64::from(failed && look.judged == Judged::Holds);
        self.open.insert(index, Some(look));
        self.settle(REMEMBERED_MAX);
    }

    pub(super) fn finish(mut self) -> Counted {
        self.settle(0);
        self.counted
    }

    /// Counts the oldest for good, so that indices ascend.
    fn settle(&mut self, remembered: usize) {
        while self.open.len() > remembered
            && let Some((index, look)) = self.open.pop_first()
        {
            let Some(look) = look else {
                self.counted.tally.judge(index, false);
                continue;
            };
            self.of.remove(&look.asset);
            match look.judged {
                Judged::Holds => self.counted.held += 1,
                Judged::Against => self.counted.failed += 1,
                Judged::Unfit => self.counted.unfit += 1,
                Judged::Spared => self.counted.spared += 1,
            }
            if matches!(look.judged, Judged::Holds | Judged::Against) {
                self.counted.tally.judge(index, look.judged == Judged::Holds);
            }
        }
    }
}
