//! LOG-2: nothing is destroyed before its term.

use serde::Deserialize;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use super::Evaluator;
use crate::report::{
    Facts, Outcome, Seen, Words,
    outcome::{Finding, Tally},
};

/// Days of the shortest calendar month: a floor in months is never counted too long.
const MONTH_DAYS_MIN: i64 = 28;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    /// The floor, in calendar months.
    months_min: u32,
}

#[derive(Debug)]
pub(super) struct Retention {
    months_min: u32,
    months: Option<u32>,
    from_start: bool,
    first: Option<OffsetDateTime>,
    expired: Tally,
    entries: Tally,
}

impl Retention {
    pub(super) fn new(parameters: Parameters, facts: &Facts) -> Self {
        Self {
            months_min: parameters.months_min,
            months: facts.retention_months,
            from_start: facts.from_start,
            first: None,
            expired: Tally::default(),
            entries: Tally::default(),
        }
    }
}

impl Evaluator for Retention {
    fn see(&mut self, seen: &Seen<'_>) {
        let Ok(time) = OffsetDateTime::parse(&seen.record.time, &Rfc3339) else { return };
        let first = *self.first.get_or_insert(time);
        self.entries.judge(seen.index, true);
        if seen.record.event.name() == "expired" && self.from_start {
            // Nothing can be older than the log itself.
            let floor = Duration::days(MONTH_DAYS_MIN * i64::from(self.months_min));
            self.expired.judge(seen.index, time - first >= floor);
        }
    }

    fn finish(self: Box<Self>) -> Finding {
        let floor = self.months_min;
        if self.expired.opposing.count() > 0 {
            let words = Words::made(
                format!("originals expired when the log was younger than {floor} months"),
                format!("日志不足 {floor} 个月时已有原件到期销毁"),
            );
            return self.expired.finding(Words::default(), words, Words::default());
        }
        let Some(months) = self.months else {
            return Finding::bare(
                Outcome::NotMet,
                Words::fixed(
                    "the installation states no retention term; entries of the log itself are never deleted",
                    "本系统未声明留存期限；日志条目本身从不删除",
                ),
            );
        };
        let reason = Words::made(
            format!(
                "originals are kept for {months} months, the floor is {floor}; entries of the log are never deleted"
            ),
            format!("原件留存 {months} 个月，下限为 {floor} 个月；日志条目从不删除"),
        );
        let mut finding = self.entries.finding(reason.clone(), Words::default(), reason);
        finding.outcome = if months >= floor { Outcome::Pass } else { Outcome::Fail };
        finding
    }
}
