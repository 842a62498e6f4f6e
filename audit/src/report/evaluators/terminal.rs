//! LOG-1: every request has exactly one terminal record, and numbers have no gaps.

use std::collections::{HashMap, HashSet, VecDeque};

use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};
use types::RequestId;

use super::Evaluator;
use crate::{
    Event, Record,
    report::{
        Facts, Indices, Outcome, Seen, Words,
        outcome::{Finding, Tally},
    },
};

/// A request that was admitted less than this before the last record may still be running.
const RUNNING_MAX: Duration = Duration::hours(1);
/// So many ended requests are remembered, to notice a second end.
const ENDED_MAX: usize = 100_000;

#[derive(Debug)]
pub(super) struct OneTerminalEach {
    /// Begins in the middle: an end may be without its beginning.
    from_start: bool,
    partial: bool,
    open: HashMap<RequestId, (u64, OffsetDateTime)>,
    ended: HashSet<RequestId>,
    order: VecDeque<RequestId>,
    sequences: HashMap<String, u64>,
    tally: Tally,
    gaps: Indices,
    now: OffsetDateTime,
}

impl OneTerminalEach {
    pub(super) fn new(facts: &Facts) -> Self {
        Self {
            from_start: facts.from_start,
            partial: facts.partial,
            open: HashMap::new(),
            ended: HashSet::new(),
            order: VecDeque::new(),
            sequences: HashMap::new(),
            tally: Tally::default(),
            gaps: Indices::default(),
            now: OffsetDateTime::UNIX_EPOCH,
        }
    }

    fn number(&mut self, index: u64, record: &Record) {
        let expected = self.sequences.insert(record.tenant.clone(), record.tenant_seq + 1);
        let expected = expected.or_else(|| self.from_start.then_some(0));
        if !self.partial && expected.is_some_and(|expected| expected != record.tenant_seq) {
            self.gaps.push(index);
        }
    }

    fn end(&mut self, index: u64, request: RequestId) {
        self.open.remove(&request);
        let first = self.ended.insert(request);
        self.tally.judge(index, first);
        if first {
            self.order.push_back(request);
        }
        if self.order.len() > ENDED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.ended.remove(&oldest);
        }
    }
}

impl Evaluator for OneTerminalEach {
    fn see(&mut self, seen: &Seen<'_>) {
        self.number(seen.index, seen.record);
        self.now = OffsetDateTime::parse(&seen.record.time, &Rfc3339).unwrap_or(self.now);
        let Some(request) = seen.record.request_id else { return };
        match seen.record.event {
            Event::Admitted => drop(self.open.insert(request, (seen.index, self.now))),
            event if event.is_terminal() => self.end(seen.index, request),
            _ => {}
        }
    }

    fn finish(self: Box<Self>) -> Finding {
        let late = self.now - RUNNING_MAX;
        let overdue = self.open.values().filter(|(_, since)| *since < late).count();
        let running = self.open.len() - overdue;
        let lost = self.open.values().filter(|(_, since)| *since < late).map(|(index, _)| *index);
        let mut against: Vec<u64> = lost.chain(self.gaps.listed_indices()).collect();
        let (gaps, twice) = (self.gaps.count(), self.tally.opposing.count());
        let mut finding = self.tally.finding(
            Words::made(
                format!("each request that ended has one terminal record; {running} are still running; the numbers have no gap"),
                format!("每个已结束的请求恰有一条终止记录；{running} 个仍在运行；编号无缺口"),
            ),
            Words::default(),
            Words::fixed("no request has ended in this extent", "此范围内没有已结束的请求"),
        );
        if overdue > 0 || gaps > 0 || twice > 0 {
            finding.outcome = Outcome::Fail;
            finding.reason = Words::made(
                format!(
                    "{overdue} requests have no end, {twice} have a second one, {gaps} numbers are out of order"
                ),
                format!(
                    "{overdue} 个请求没有终止记录，{twice} 个有多余的终止记录，{gaps} 处编号不连续"
                ),
            );
            against.extend(finding.opposing.listed_indices());
            against.sort_unstable();
            finding.opposing = Indices::default();
            against.into_iter().for_each(|index| finding.opposing.push(index));
        }
        finding
    }
}
