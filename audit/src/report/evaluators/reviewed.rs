//! Human review before release.

use serde::Deserialize;
use types::Role;

use super::{Evaluator, asset};
use crate::{
    Event,
    report::{
        Indices, Outcome, Seen, Words,
        outcome::{Finding, Tally},
    },
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    media: Vec<types::Modality>,
    roles: Vec<Role>,
}

/// Records do not say yet what was published. So a release without a review is not held against
/// anybody, but it does not count as passed either.
#[derive(Debug)]
pub(super) struct Reviewed {
    parameters: Parameters,
    approvals: Tally,
    unreviewed: Indices,
}

impl Reviewed {
    pub(super) fn new(parameters: Parameters) -> Self {
        Self { parameters, approvals: Tally::default(), unreviewed: Indices::default() }
    }
}

impl Evaluator for Reviewed {
    fn see(&mut self, seen: &Seen<'_>) {
        let record = seen.record;
        match record.event {
            Event::Released => {
                let medium = asset::medium(record);
                if medium.is_some_and(|medium| self.parameters.media.contains(&medium)) {
                    self.unreviewed.push(seen.index);
                }
            }
            Event::Approved => {
                let named = record.review.as_ref().map(|review| review.role);
                let holds = named.is_some_and(|role| self.parameters.roles.contains(&role));
                self.approvals.judge(seen.index, holds);
            }
            _ => {}
        }
    }

    fn finish(self: Box<Self>) -> Finding {
        let (approved, unreviewed) = (self.approvals.supporting.count(), self.unreviewed.count());
        let mut finding = self.approvals.finding(
            Words::made(
                format!("all {approved} assets that left were approved first by a role with editorial control"),
                format!("全部 {approved} 个放行素材均事先经具有编辑权限的角色批准"),
            ),
            Words::fixed(
                "an approval is not by a role with editorial control",
                "有批准并非由具有编辑权限的角色作出",
            ),
            Words::fixed("nothing was released in this extent", "此范围内没有放行的素材"),
        );
        if finding.outcome != Outcome::Fail && unreviewed > 0 {
            finding.outcome = Outcome::NotMet;
            finding.opposing = self.unreviewed;
            finding.reason = Words::made(
                format!(
                    "{unreviewed} assets were released to their requester without a review; whether they were published is not on record"
                ),
                format!("{unreviewed} 个素材未经审阅即交付请求者；是否已发布没有记录"),
            );
        }
        finding
    }
}
