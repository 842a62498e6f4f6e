//! What released files themselves show, by the records of who has looked at them again.
//!
//! An asset that nobody has looked at counts for nothing, and is counted. Of several looks at one asset
//! the last one counts.

mod asking;
mod latest;

use serde::Deserialize;
use types::{Mark, Modality};

use self::{
    asking::{Asking, Judged},
    latest::{Counted, Latest, Look},
};
use super::{Evaluator, asset::Media};
use crate::{
    Event, ExaminedRecord, Record,
    report::{
        Outcome, Seen, Words,
        bound::failing_share_max,
        outcome::{Finding, Sample},
    },
};

/// What somebody asked to be left as it was needs no mark.
const UNASKED: &str = "no mark was asked for";

#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    media: Vec<Modality>,
    #[serde(flatten)]
    asking: Asking,
}

#[derive(Debug)]
pub(super) struct Examined {
    media: Media,
    asking: Asking,
    /// The first entry of the extent.
    first: Option<u64>,
    /// Assets of the extent that the check is about.
    made: u64,
    /// Left without a mark, as was asked for.
    unasked: u64,
    /// Looks at assets that were made before the extent.
    earlier: u64,
    /// Every look was at an asset that was drawn at random.
    drawn: bool,
    latest: Latest,
}

impl Examined {
    pub(super) fn new(parameters: Parameters) -> Self {
        let Parameters { media, asking } = parameters;
        Self {
            media: Media { media },
            asking,
            first: None,
            made: 0,
            unasked: 0,
            earlier: 0,
            drawn: true,
            latest: Latest::default(),
        }
    }

    /// What the record of the asset says already: it may speak against it before anybody looks.
    fn made(&mut self, seen: &Seen<'_>) {
        let asking = &self.asking;
        let mark = seen.record.mark.as_ref();
        if asking.is_mark()
            && matches!(mark, Some(Mark::NotMarkable { reason }) if reason == UNASKED)
        {
            self.unasked += 1;
            return;
        }
        // Of what is held there is nothing to look at before somebody approves it.
        self.made += u64::from(seen.record.event == Event::Released);
        let unmarked = !matches!(mark, Some(Mark::Embedded { .. }));
        let lost = seen.manifest != Some(true);
        if (asking.is_mark() && unmarked) || (asking.is_manifest() && lost) {
            self.latest.against(seen.index);
        }
    }

    /// Whether somebody let an asset go that was held.
    fn let_go(&self, record: &Record) -> bool {
        record.event == Event::Approved
            && record.modality.is_some_and(|medium| self.media.media.contains(&medium))
            && record.detail.as_ref().is_some_and(|detail| detail.starts_with(Event::Held.name()))
    }

    fn looked(&mut self, index: u64, record: &Record, examined: &ExaminedRecord) {
        let Some(asset) = record.asset_id else { return };
        if !self.media.media.contains(&examined.media_type.modality()) {
            return;
        }
        if self.first.is_none_or(|first| examined.made < first) {
            self.earlier += 1;
            return;
        }
        if let Some(judged) = self.asking.judge(examined) {
            self.drawn &= examined.drawn_from.is_some();
            self.latest.look(index, Look { asset, judged });
        }
    }
}

impl Evaluator for Examined {
    fn see(&mut self, seen: &Seen<'_>) {
        self.first.get_or_insert(seen.index);
        if self.media.made(seen) {
            self.made(seen);
        } else if self.let_go(seen.record) {
            self.made += 1;
        } else if seen.record.event == Event::AssetExamined
            && let Some(examined) = &seen.record.examined
        {
            self.looked(seen.index, seen.record, examined);
        }
    }

    fn finish(self: Box<Self>) -> Finding {
        let Self { asking, made, unasked, earlier, drawn, latest, .. } = *self;
        let Counted { tally, held, failed, unfit, spared, mended } = latest.finish();
        let looked = held + failed + unfit + spared;
        let bound = failing_share_max(held + failed, failed).filter(|_| drawn);
        let sample = Sample::of(looked, made, bound);
        let rest = Rest([unfit, spared, unasked, mended, earlier]);
        let (passed, against) = asking.words();
        let mut finding =
            tally.finding(rest.after(passed), rest.after(against), rest.after(NOTHING));
        if finding.outcome == Outcome::NotApplicable && (unfit > 0 || made > looked) {
            finding.outcome = Outcome::NotMet;
            finding.reason = rest.after(match unfit {
                0 => unexamined(made - looked),
                _ => UNFIT,
            });
        }
        finding.sample = (made > 0).then_some(sample);
        finding
    }
}

const NOTHING: Words =
    Words::fixed("no such asset was made in this extent", "此范围内没有此类素材");
const UNFIT: Words = Words::fixed(
    "what was examined is of kinds that cannot be examined for this",
    "所检查素材的类型无法就此检查",
);

fn unexamined(count: u64) -> Words {
    Words::made(
        format!("not examined: {count} assets; run `imprimatur audit examine`"),
        format!("未检查：{count} 个素材；请运行 `imprimatur audit examine`"),
    )
}

/// What is counted and named beside what was judged.
struct Rest([u64; 5]);

impl Rest {
    const SAID: [(&str, &str); 5] = [
        ("could not be examined for this", "无法就此检查"),
        ("state no source type", "未声明来源类型"),
        ("left without a mark, as was asked for", "按要求不加标记"),
        (
            "looks that failed before the last one at the same asset passed",
            "最近一次通过之前未通过的检查",
        ),
        (
            "looks at assets that were made before this extent, not counted",
            "针对此范围之前素材的检查，未计入",
        ),
    ];

    fn after(&self, words: Words) -> Words {
        let (mut en, mut zh) = (words.en.into_owned(), words.zh.into_owned());
        let counted = self.0.iter().zip(Self::SAID).filter(|(count, _)| **count > 0);
        for (count, (english, chinese)) in counted {
            en.push_str(&format!("; {english}: {count}"));
            zh.push_str(&format!("；{chinese}：{count}"));
        }
        Words::made(en, zh)
    }
}
