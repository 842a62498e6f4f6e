//! A disclosure that people see or hear was there for each asset, or for whoever asked.

use super::{
    Evaluator,
    asset::{self, Media},
};
use crate::report::{
    Seen, Words,
    outcome::{Finding, Tally},
};

#[derive(Debug)]
pub(super) struct Offered {
    media: Media,
    tally: Tally,
    shown: u64,
    due: u64,
    declined: u64,
    /// Assets of older records that say nothing of labels.
    unknown: u64,
}

impl Offered {
    pub(super) fn new(media: Media) -> Self {
        let tally = Tally::default();
        Self { media, tally, shown: 0, due: 0, declined: 0, unknown: 0 }
    }
}

impl Evaluator for Offered {
    fn see(&mut self, seen: &Seen<'_>) {
        let record = seen.record;
        // Whoever brings a file in is no provider's user.
        if !self.media.made(seen) || record.generator.is_none() || !asset::made(record) {
            return;
        }
        let Some(labels) = &record.labels else {
            self.unknown += 1;
            return;
        };
        let counts = [
            (labels.visible.is_some(), &mut self.shown),
            (labels.due.is_some(), &mut self.due),
            (labels.unlabelled.is_some(), &mut self.declined),
        ];
        let mut offered = false;
        for (is, count) in counts {
            offered |= is;
            *count += u64::from(is);
        }
        self.tally.judge(seen.index, offered);
    }

    fn finish(self: Box<Self>) -> Finding {
        let Self { tally, shown, due, declined, unknown, .. } = *self;
        let with = |en: &str, zh: &str| {
            Words::made(
                format!(
                    "{en}: {shown} show it, {due} were delivered with word of the one that publication writes, for {declined} it was declined under an agreement; {unknown} records say nothing of labels"
                ),
                format!(
                    "{zh}：{shown} 个已显示，{due} 个交付时告知发布时写入的标签，{declined} 个按协议不要标签；{unknown} 条记录未提及标签"
                ),
            )
        };
        tally.finding(
            with("a disclosure was there for each asset", "每个素材均有披露可用"),
            with(
                "for an asset there was none (is labels.visible off?)",
                "有素材没有披露可用（labels.visible 是否为 off？）",
            ),
            with("no such asset was made in this extent", "此范围内没有此类素材"),
        )
    }
}
