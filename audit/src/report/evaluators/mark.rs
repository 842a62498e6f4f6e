//! What became of the invisible mark.

use serde::Deserialize;
use types::{Mark, Modality};

use super::{Evaluator, asset};
use crate::report::{
    Seen, Words,
    outcome::{Finding, Tally},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    media: Vec<Modality>,
    /// An asset whose record gives a reason that begins so need not be marked.
    #[serde(default)]
    exempt: Option<String>,
}

#[derive(Debug)]
pub(super) struct Marked {
    parameters: Parameters,
    exempt: u64,
    /// Texts whose words a server behind this one has chosen.
    elsewhere: u64,
    tally: Tally,
}

/// The reason that such texts begin with.
const ELSEWHERE: &str = "sampler of an upstream";

impl Marked {
    pub(super) fn new(parameters: Parameters) -> Self {
        Self { parameters, exempt: 0, elsewhere: 0, tally: Tally::default() }
    }
}

impl Evaluator for Marked {
    fn see(&mut self, seen: &Seen<'_>) {
        let medium = asset::medium(seen.record);
        if !asset::made(seen.record)
            || medium.is_none_or(|medium| !self.parameters.media.contains(&medium))
        {
            return;
        }
        match (&seen.record.mark, &self.parameters.exempt) {
            (Some(Mark::NotMarkable { reason }), Some(exempt)) if reason.starts_with(exempt) => {
                self.exempt += 1;
            }
            (mark, _) => {
                self.elsewhere += u64::from(matches!(
                    mark, Some(Mark::NotMarkable { reason }) if reason.starts_with(ELSEWHERE)
                ));
                let marked = matches!(mark, Some(Mark::Embedded { .. } | Mark::Statistical { .. }));
                self.tally.judge(seen.index, marked);
            }
        }
    }

    fn finish(self: Box<Self>) -> Finding {
        let exempt = self.exempt;
        let (en, zh) = match self.elsewhere {
            0 => (String::new(), String::new()),
            count => (
                format!(
                    "; {count} texts of servers carry no statistical mark, but manifest and fingerprint"
                ),
                format!("；{count} 篇由上游服务器生成的文本不含统计标记，但有清单与指纹"),
            ),
        };
        self.tally.finding(
            Words::made(
                format!("each asset was marked; {exempt} were exempt because they are short{en}"),
                format!("每个素材均已加入标记；{exempt} 个因篇幅短而豁免{zh}"),
            ),
            Words::made(
                format!("an asset is not marked; {exempt} more were exempt because they are short{en}"),
                format!("有素材未加标记；另有 {exempt} 个因篇幅短而豁免{zh}"),
            ),
            Words::made(
                format!("no such asset was made in this extent; {exempt} were exempt because they are short"),
                format!("此范围内没有此类素材；{exempt} 个因篇幅短而豁免"),
            ),
        )
    }
}

/// Every asset has an id and a machine-readable mark.
#[derive(Debug, Default)]
pub(super) struct MarkAndId {
    tally: Tally,
}

impl Evaluator for MarkAndId {
    fn see(&mut self, seen: &Seen<'_>) {
        if asset::made(seen.record) {
            let record = seen.record;
            // A signed manifest is a machine-readable mark, too.
            self.tally.judge(seen.index, record.asset_id.is_some() && record.c2pa.is_some());
        }
    }

    fn finish(self: Box<Self>) -> Finding {
        self.tally.finding(
            Words::fixed(
                "each asset has an id and a signed, machine-readable manifest",
                "每个素材均有编号及经签名的机器可读清单",
            ),
            Words::fixed("an asset has no id or no manifest", "有素材缺少编号或清单"),
            Words::fixed("no asset was made in this extent", "此范围内没有素材"),
        )
    }
}
