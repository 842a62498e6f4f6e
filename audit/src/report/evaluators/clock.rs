//! LOG-4: time does not go back, and somebody else has seen the log at least every hour.

use serde::Deserialize;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use super::Evaluator;
use crate::report::{
    Facts, Outcome, Seen, Words,
    outcome::{Finding, Tally},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    /// How long an entry may wait for a time-stamp over it, in seconds.
    seconds_max: i64,
}

#[derive(Debug)]
pub(super) struct Monotone {
    wait: Duration,
    anchors: Vec<(u64, OffsetDateTime)>,
    cosignatures: u64,
    last: OffsetDateTime,
    times: Tally,
    adjusted: u64,
    /// The earliest entry that no time-stamp covers in time.
    unstamped_since: Option<OffsetDateTime>,
}

impl Monotone {
    pub(super) fn new(parameters: Parameters, facts: &Facts) -> Self {
        let anchor = |stamped: &crate::report::facts::Stamped| {
            Some((stamped.size, OffsetDateTime::parse(&stamped.at, &Rfc3339).ok()?))
        };
        Self {
            wait: Duration::seconds(parameters.seconds_max),
            anchors: facts.anchors.iter().filter_map(anchor).collect(),
            cosignatures: facts.cosignatures,
            last: OffsetDateTime::UNIX_EPOCH,
            times: Tally::default(),
            adjusted: 0,
            unstamped_since: None,
        }
    }

    /// Whether a time-stamp over the entry came within the wait.
    fn is_stamped(&self, index: u64, time: OffsetDateTime) -> bool {
        let from = self.anchors.partition_point(|(size, _)| *size <= index);
        self.anchors.get(from).is_some_and(|(_, at)| *at - time <= self.wait)
    }
}

impl Evaluator for Monotone {
    fn see(&mut self, seen: &Seen<'_>) {
        let time = OffsetDateTime::parse(&seen.record.time, &Rfc3339);
        self.times.judge(seen.index, time.is_ok_and(|time| time >= self.last));
        self.adjusted += u64::from(seen.record.clock_adjusted);
        let Ok(time) = time else { return };
        self.last = self.last.max(time);
        if self.unstamped_since.is_none() && !self.is_stamped(seen.index, time) {
            self.unstamped_since = Some(time);
        }
    }

    fn finish(self: Box<Self>) -> Finding {
        let (adjusted, cosigned, stamps) = (self.adjusted, self.cosignatures, self.anchors.len());
        // Entries of the last hour may still be stamped.
        let late = self.unstamped_since.filter(|since| self.last - *since > self.wait);
        let since = self.unstamped_since.and_then(|since| since.format(&Rfc3339).ok());
        let mut finding = self.times.finding(
            Words::made(
                format!("times never go back ({adjusted} adjusted); every entry older than an hour is under a time-stamp made within the hour"),
                format!("时间从不倒退（{adjusted} 处经调整）；一小时以前的每个条目均在一小时内被时间戳覆盖"),
            ),
            Words::fixed("times go back", "时间出现倒退"),
            Words::fixed("there are no entries", "没有条目"),
        );
        if finding.outcome == Outcome::Pass && (late.is_some() || stamps == 0) {
            let since = since.unwrap_or_default();
            finding.outcome = Outcome::NotMet;
            finding.reason = Words::made(
                format!(
                    "times never go back ({adjusted} adjusted), but the entry of {since} has no time-stamp within an hour; there are {stamps} time-stamps, and the last cosigned checkpoint has {cosigned} cosignatures"
                ),
                format!(
                    "时间从不倒退（{adjusted} 处经调整），但 {since} 的条目未在一小时内获得时间戳；共有 {stamps} 个时间戳，最近的联署检查点有 {cosigned} 个联署"
                ),
            );
        }
        finding
    }
}
