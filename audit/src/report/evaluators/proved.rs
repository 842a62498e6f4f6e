//! LOG-5: every entry is proved to be in the log.

use super::Evaluator;
use crate::report::{
    Seen, Words,
    outcome::{Finding, Tally},
};

#[derive(Debug, Default)]
pub(super) struct Proved(Tally);

impl Evaluator for Proved {
    fn see(&mut self, seen: &Seen<'_>) {
        self.0.judge(seen.index, seen.proved);
    }

    fn finish(self: Box<Self>) -> Finding {
        self.0.finding(
            Words::fixed(
                "every entry's inclusion proof was checked against the signed checkpoint",
                "每个条目的包含证明均已对照签名检查点核验",
            ),
            Words::fixed("an inclusion proof does not hold", "有包含证明不成立"),
            Words::fixed("there are no entries", "没有条目"),
        )
    }
}
