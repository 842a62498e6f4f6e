//! LOG-3: after an erasure the old proofs still hold.

use super::Evaluator;
use crate::report::{
    Seen, Words,
    outcome::{Finding, Tally},
};

#[derive(Debug, Default)]
pub(super) struct Erasure {
    erased: Tally,
    unproved: u64,
}

impl Evaluator for Erasure {
    fn see(&mut self, seen: &Seen<'_>) {
        self.unproved += u64::from(!seen.proved);
        if seen.record.event.name() == "erased" {
            self.erased.judge(seen.index, self.unproved == 0);
        }
    }

    fn finish(mut self: Box<Self>) -> Finding {
        if self.unproved > 0 {
            // An entry after the last erasure that is not proved counts against all of them.
            self.erased.opposing = std::mem::take(&mut self.erased.supporting);
        }
        self.erased.finding(
            Words::fixed(
                "erasures are on record and every entry is still proved",
                "擦除均有记录，且所有条目仍可证明",
            ),
            Words::fixed("after an erasure an entry is not proved", "擦除后有条目无法证明"),
            Words::fixed("nothing was erased in this extent", "此范围内没有擦除"),
        )
    }
}
