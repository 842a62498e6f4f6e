//! The C2PA manifest of every asset is on record and kept, byte for byte.

use super::{Evaluator, asset::Media};
use crate::report::{
    Seen, Words,
    outcome::{Finding, Tally},
};

#[derive(Debug)]
pub(super) struct Kept {
    media: Media,
    tally: Tally,
}

impl Kept {
    pub(super) fn new(media: Media) -> Self {
        Self { media, tally: Tally::default() }
    }
}

impl Evaluator for Kept {
    fn see(&mut self, seen: &Seen<'_>) {
        if self.media.made(seen) {
            self.tally.judge(seen.index, seen.manifest == Some(true));
        }
    }

    fn finish(self: Box<Self>) -> Finding {
        self.tally.finding(
            Words::fixed(
                "each asset's manifest store is kept and has the digest of its record",
                "每个素材的清单均已保存，且摘要与记录一致",
            ),
            Words::fixed(
                "a manifest store is missing or differs from its record",
                "有清单缺失或与记录不符",
            ),
            Words::fixed("no such asset was made in this extent", "此范围内没有此类素材"),
        )
    }
}
