//! EU-5: what is prohibited was refused, and nothing of it is kept.

use serde::Deserialize;
use types::{Action, Category};

use super::Evaluator;
use crate::{
    Event, PolicyRecord, Record,
    report::{
        Seen, Words,
        outcome::{Finding, Tally},
    },
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    categories: Vec<Category>,
}

#[derive(Debug)]
pub(super) struct Refused {
    parameters: Parameters,
    tally: Tally,
}

impl Refused {
    pub(super) fn new(parameters: Parameters) -> Self {
        Self { parameters, tally: Tally::default() }
    }

    /// Whether a rule about a prohibited category, not in shadow, asked for a block.
    fn is_blocked(&self, decision: Option<&PolicyRecord>) -> bool {
        decision.is_some_and(|decision| {
            decision.findings.iter().any(|finding| {
                finding.action == Action::Block
                    && !finding.shadow
                    && self.parameters.categories.contains(&finding.category)
            })
        })
    }
}

impl Evaluator for Refused {
    fn see(&mut self, seen: &Seen<'_>) {
        let record = seen.record;
        let blocked =
            self.is_blocked(record.input.as_ref()) || self.is_blocked(record.output.as_ref());
        if blocked && record.event.is_terminal() {
            self.tally.judge(seen.index, record.event == Event::Refused && is_bare(record));
        }
    }

    fn finish(self: Box<Self>) -> Finding {
        self.tally.finding(
            Words::fixed(
                "each such request was refused with rule and version on record, and nothing was stored",
                "每个此类请求均被拒绝，规则及版本已记录，且未保存任何内容",
            ),
            Words::fixed(
                "such a request was not refused, or something of it was stored",
                "有此类请求未被拒绝，或其内容被保存",
            ),
            Words::fixed("no such request was made in this extent", "此范围内没有此类请求"),
        )
    }
}

const fn is_bare(record: &Record) -> bool {
    record.content.is_none() && record.c2pa.is_none() && record.asset_id.is_none()
}
