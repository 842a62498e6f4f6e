//! Human review before publication.

use serde::Deserialize;
use types::Role;

use super::{Evaluator, asset};
use crate::{
    Event,
    report::{
        Seen, Words,
        outcome::{Finding, Tally},
    },
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    media: Vec<types::Modality>,
    roles: Vec<Role>,
}

/// Every publication must name the record of an approval that stands before it. What was released to
/// its requester only was not published, and needs none.
#[derive(Debug)]
pub(super) struct Reviewed {
    parameters: Parameters,
    published: Tally,
}

impl Reviewed {
    pub(super) fn new(parameters: Parameters) -> Self {
        Self { parameters, published: Tally::default() }
    }
}

impl Evaluator for Reviewed {
    fn see(&mut self, seen: &Seen<'_>) {
        let record = seen.record;
        if record.event != Event::Published {
            return;
        }
        let medium = asset::medium(record);
        if medium.is_none_or(|medium| !self.parameters.media.contains(&medium)) {
            return;
        }
        let told = record.publication.as_ref();
        let before = told.and_then(|told| told.approval).is_some_and(|at| at < seen.index);
        let role = told.and_then(|told| told.approved_by);
        let holds = before && role.is_some_and(|role| self.parameters.roles.contains(&role));
        self.published.judge(seen.index, holds);
    }

    fn finish(self: Box<Self>) -> Finding {
        let approved = self.published.supporting.count();
        self.published.finding(
            Words::made(
                format!("all {approved} published assets were approved before by a role with editorial control"),
                format!("全部 {approved} 个已发布素材均事先经具有编辑权限的角色批准"),
            ),
            Words::fixed(
                "an asset was published without an earlier approval by a role with editorial control",
                "有素材在发布前未经具有编辑权限的角色批准",
            ),
            Words::fixed("nothing was published in this extent", "此范围内没有发布的素材"),
        )
    }
}
