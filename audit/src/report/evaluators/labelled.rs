//! Labels that people see, hear and read: on what left, and on what was published.

use serde::Deserialize;
use types::Modality;

use super::{Evaluator, asset};
use crate::{
    Event, LabelsRecord, Record,
    report::{
        Seen, Words,
        outcome::{Finding, Tally},
    },
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    media: Vec<Modality>,
    /// The rules that the label must follow.
    regime: String,
    /// Whether a published text needs none that a person with editorial control approved before.
    #[serde(default)]
    excuses_reviewed_texts: bool,
}

/// Every asset of a model shows its label when it leaves, or else when it is published.
#[derive(Debug)]
pub(super) struct Labelled {
    parameters: Parameters,
    tally: Tally,
    /// Left the line without a label, which is due when they are published.
    later: u64,
    /// Given away without a label, as agreed.
    agreed: u64,
}

impl Labelled {
    pub(super) fn new(parameters: Parameters) -> Self {
        Self { parameters, tally: Tally::default(), later: 0, agreed: 0 }
    }

    fn shows(&self, labels: &LabelsRecord) -> bool {
        labels.visible.is_some() && labels.regimes.contains(&self.parameters.regime)
    }

    fn released(&mut self, index: u64, record: &Record, labels: &LabelsRecord) {
        if labels.unlabelled.is_some() {
            self.agreed += 1;
        } else if labels.due.is_some() || (record.event == Event::Held && labels.visible.is_none())
        {
            self.later += 1;
        } else {
            self.tally.judge(index, self.shows(labels));
        }
    }

    fn published(&mut self, index: u64, record: &Record, labels: &LabelsRecord) {
        let is_text = asset::medium(record) == Some(Modality::Text);
        let approved = record.publication.as_ref().and_then(|told| told.approval);
        let excused = self.parameters.excuses_reviewed_texts && is_text;
        let holds =
            self.shows(labels) || (excused && approved.is_some_and(|approval| approval < index));
        self.tally.judge(index, holds);
    }
}

impl Evaluator for Labelled {
    fn see(&mut self, seen: &Seen<'_>) {
        let record = seen.record;
        let medium = asset::medium(record);
        let wanted = medium.is_some_and(|medium| self.parameters.media.contains(&medium));
        // What no model here has made has no labels of ours on record.
        let Some(labels) = record.labels.as_ref().filter(|_| wanted) else { return };
        if record.event == Event::Published {
            self.published(seen.index, record, labels);
        } else if asset::made(record) && record.generator.is_some() {
            self.released(seen.index, record, labels);
        }
    }

    fn finish(self: Box<Self>) -> Finding {
        let Self { later, agreed, .. } = *self;
        let rest = Words::made(
            format!(
                "{later} left the line without one, which is due at publication; {agreed} were given away without one as agreed"
            ),
            format!("{later} 个出稿时无标签，须在发布时加；{agreed} 个按约定无标签提供"),
        );
        let with = |en: &str, zh: &str| {
            Words::made(format!("{en}; {}", rest.en), format!("{zh}；{}", rest.zh))
        };
        self.tally.finding(
            with(
                "each asset that left shows the label, or was excused from it",
                "每个离开的素材均显示标签，或依法免除",
            ),
            with("an asset left without its label", "有素材未带标签离开"),
            with("no such asset had to show one in this extent", "此范围内没有须显示标签的素材"),
        )
    }
}

/// Every asset of a model carries the label in its metadata, read back from the delivered bytes.
#[derive(Debug)]
pub(super) struct Implicit {
    media: asset::Media,
    tally: Tally,
    /// Plain text, which has no metadata.
    placeless: u64,
}

impl Implicit {
    pub(super) fn new(media: asset::Media) -> Self {
        Self { media, tally: Tally::default(), placeless: 0 }
    }
}

impl Evaluator for Implicit {
    fn see(&mut self, seen: &Seen<'_>) {
        let record = seen.record;
        if !self.media.made(seen) || record.generator.is_none() {
            return;
        }
        let plain = record.content.as_ref().map(|content| content.media_type);
        if plain == Some(types::MediaType::PlainText) {
            self.placeless += 1;
            return;
        }
        let written = record.labels.as_ref().is_some_and(|labels| labels.implicit.is_some());
        self.tally.judge(seen.index, written && record.c2pa.is_some());
    }

    fn finish(self: Box<Self>) -> Finding {
        let placeless = self.placeless;
        self.tally.finding(
            Words::made(
                format!("each signed file carries the object, read back from its delivered bytes; {placeless} plain texts have no place for it"),
                format!("每个已签名文件均含该对象，并已从交付字节中读回；{placeless} 个纯文本无处可写"),
            ),
            Words::made(
                format!("a file was delivered without the object (is labels.producer_code set?); {placeless} plain texts have no place for it"),
                format!("有文件交付时不含该对象（是否已设置 labels.producer_code？）；{placeless} 个纯文本无处可写"),
            ),
            Words::made(
                format!("no such file was made in this extent; {placeless} plain texts have no place for the object"),
                format!("此范围内没有此类文件；{placeless} 个纯文本无处可写该对象"),
            ),
        )
    }
}

/// Whoever got an asset without a label agreed to it, and is on record for long enough.
#[derive(Debug)]
pub(super) struct Agreed {
    /// Whether records are kept as long as the law asks.
    kept: bool,
    tally: Tally,
}

impl Agreed {
    /// Half a year at least.
    const MONTHS_MIN: u32 = 6;

    pub(super) fn new(facts: &crate::report::Facts) -> Self {
        let kept = facts.retention_months.is_some_and(|months| months >= Self::MONTHS_MIN);
        Self { kept, tally: Tally::default() }
    }
}

impl Evaluator for Agreed {
    fn see(&mut self, seen: &Seen<'_>) {
        let labels = seen.record.labels.as_ref().filter(|_| asset::made(seen.record));
        if let Some(agreed) = labels.and_then(|labels| labels.unlabelled.as_ref()) {
            self.tally.judge(seen.index, self.kept && !agreed.reason.is_empty());
        }
    }

    fn finish(self: Box<Self>) -> Finding {
        self.tally.finding(
            Words::fixed(
                "each such asset has a reason and a commitment to its recipient on record, kept for six months or longer",
                "每个此类素材均记录原因与接收者承诺值，保存六个月以上",
            ),
            Words::fixed(
                "a reason is missing, or records are kept for less than six months",
                "缺少原因，或记录保存不足六个月",
            ),
            Words::fixed(
                "nothing was given away without a label in this extent",
                "此范围内没有无标签提供的素材",
            ),
        )
    }
}
