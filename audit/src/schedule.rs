//! When the next checkpoint is due.

use std::time::{Duration, Instant};

/// A checkpoint that could not be published is tried again after this long.
const AGAIN: Duration = Duration::from_secs(1);
/// The same, while somebody waits for it.
const AGAIN_SOON: Duration = Duration::from_millis(50);

/// Since when there are records without a checkpoint.
#[derive(Debug)]
pub(crate) struct Schedule {
    every: Duration,
    covered: u64,
    uncovered_since: Option<Instant>,
    /// Not before then, and whether that holds also for those who ask.
    not_before: Option<(Instant, bool)>,
}

impl Schedule {
    pub(crate) const fn new(every: Duration) -> Self {
        Self { every, covered: 0, uncovered_since: None, not_before: None }
    }

    /// Takes note of the log's size and of how much the last checkpoint covers.
    pub(crate) fn note(&mut self, size: u64, covered: u64) {
        if covered != self.covered || size <= covered {
            self.uncovered_since = None;
        }
        self.covered = covered;
        if size > covered {
            self.uncovered_since.get_or_insert_with(Instant::now);
        }
    }

    /// Whether one is to be published now; `asked` is whether somebody waits for it.
    pub(crate) fn is_due(&self, asked: bool) -> bool {
        let due = self.uncovered_since.is_some_and(|since| since.elapsed() >= self.every);
        (due || asked) && self.held_off(asked).is_zero()
    }

    fn held_off(&self, asked: bool) -> Duration {
        let held = self.not_before.filter(|(_, whoever_asks)| !asked || *whoever_asks);
        held.map_or(Duration::ZERO, |(time, _)| time.saturating_duration_since(Instant::now()))
    }

    /// It was published.
    pub(crate) const fn done(&mut self) {
        self.not_before = None;
    }

    /// It could not be published, or it is another process's turn, which `asked` others wait for.
    pub(crate) fn again(&mut self, asked: bool) {
        self.not_before = Some((Instant::now() + if asked { AGAIN_SOON } else { AGAIN }, asked));
    }

    /// How long there is nothing to do, if nobody asks for anything.
    pub(crate) fn patience(&self, follows: Option<Duration>, asked: bool) -> Duration {
        let due = self.uncovered_since.map(|since| self.every.saturating_sub(since.elapsed()));
        let due = if asked { Duration::ZERO } else { due.unwrap_or(self.every) };
        due.max(self.held_off(asked)).min(follows.unwrap_or(Duration::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn it_is_due_when_records_are_uncovered_for_too_long_or_somebody_asks() {
        let mut schedule = Schedule::new(Duration::ZERO);
        schedule.note(0, 0);
        assert!(!schedule.is_due(false), "there is nothing to cover");
        assert!(schedule.is_due(true));
        schedule.note(2, 1);
        assert!(schedule.is_due(false));
        schedule.again(false);
        assert!(!schedule.is_due(false) && schedule.patience(None, false) > Duration::ZERO);
        assert!(schedule.is_due(true), "whoever asks is answered at once");
        schedule.again(true);
        assert!(!schedule.is_due(true), "unless it is another's turn");
        schedule.done();
        assert!(schedule.is_due(false));
        schedule.note(2, 2);
        assert!(!schedule.is_due(false));
    }

    #[test]
    fn what_others_append_is_looked_for_in_between() {
        let mut schedule = Schedule::new(LONG);
        schedule.note(1, 0);
        let often = Duration::from_millis(500);
        assert_eq!(schedule.patience(Some(often), false), often);
        assert!(schedule.patience(None, false) > often);
        assert_eq!(schedule.patience(None, true), Duration::ZERO);
    }
}
