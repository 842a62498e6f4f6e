//! Marks of origin in files that came with a request: the asset keeps them.

use super::{Evaluator, asset};
use crate::{
    Event,
    report::{
        Outcome, Seen, Words,
        outcome::{Finding, Tally},
    },
};

#[derive(Debug, Default)]
pub(super) struct Carried {
    tally: Tally,
    /// Assets of files none of which carried a mark.
    plain: u64,
    /// Files that were brought in, of which the record says nothing: an older version wrote it.
    unknown: u64,
}

impl Evaluator for Carried {
    fn see(&mut self, seen: &Seen<'_>) {
        let record = seen.record;
        if !asset::made(record) {
            return;
        }
        match &record.carried {
            // It was put together here.
            Some(carried) if carried.files == 0 => {}
            Some(carried) if carried.marked == 0 => self.plain += 1,
            Some(carried) => self.tally.judge(seen.index, carried.kept == carried.marked),
            None => self.unknown += u64::from(record.generator.is_none()),
        }
    }

    fn finish(self: Box<Self>) -> Finding {
        let Self { tally, plain, unknown } = *self;
        let with = |en: &str, zh: &str| {
            Words::made(
                format!(
                    "{en}; the files of {plain} assets carried none, and the records of {unknown} do not say"
                ),
                format!("{zh}；{plain} 个素材的输入文件不带标记，{unknown} 个素材的记录未说明"),
            )
        };
        let mut finding = tally.finding(
            with(
                "every input that carried a mark of its origin is an ingredient of the asset, or its marks are in the asset still",
                "带有来源标记的每个输入均为素材的成分，或其标记仍在素材中",
            ),
            with("an asset lost a mark of what it was made from", "有素材丢失了其输入的来源标记"),
            with("no input carried a mark of its origin", "没有输入带有来源标记"),
        );
        if finding.outcome == Outcome::NotApplicable && unknown > 0 {
            finding.outcome = Outcome::NotMet;
        }
        finding
    }
}

/// Files with an AIGC object that were passed on: their producer's fields stay, and whoever passes
/// them on is named.
#[derive(Debug, Default)]
pub(super) struct PassedOn {
    tally: Tally,
    changed: u64,
    unnamed: u64,
}

impl Evaluator for PassedOn {
    fn see(&mut self, seen: &Seen<'_>) {
        let record = seen.record;
        if !matches!(record.event, Event::Released | Event::Held) {
            return;
        }
        let passed = record.labels.as_ref().and_then(|labels| labels.passed_on.as_ref());
        if let Some(passed) = passed {
            self.changed += u64::from(!passed.producer_kept);
            self.unnamed += u64::from(passed.propagator.is_none());
            self.tally.judge(seen.index, passed.producer_kept && passed.propagator.is_some());
        }
    }

    fn finish(self: Box<Self>) -> Finding {
        let Self { tally, changed, unnamed } = *self;
        tally.finding(
            Words::fixed(
                "each such file names who passed it on, and its producer's fields are as they came, read back from the delivered bytes",
                "每个此类文件均载明传播者，生产者字段保持原样，并已从交付字节中读回",
            ),
            Words::made(
                format!("{unnamed} files do not name who passed them on (is labels.propagator_code set?); in {changed} the producer's fields have changed"),
                format!("{unnamed} 个文件未载明传播者（是否已设置 labels.propagator_code？）；{changed} 个文件的生产者字段有变"),
            ),
            Words::fixed(
                "no file with an AIGC object was passed on in this extent",
                "此范围内没有传播带 AIGC 对象的文件",
            ),
        )
    }
}
