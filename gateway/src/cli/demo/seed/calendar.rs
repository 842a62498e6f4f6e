//! When a newsroom works, and a clock for the log that follows.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use audit::Clock;
use rand::{RngExt as _, rngs::StdRng};
use time::{Duration, OffsetDateTime, Weekday};

/// A clock that is turned forward and goes on from there; never back, and never past the time now.
#[derive(Debug, Clone)]
pub(super) struct TurnedClock(Arc<Mutex<(OffsetDateTime, Instant)>>);

impl TurnedClock {
    pub(super) fn at(time: OffsetDateTime) -> Self {
        Self(Arc::new(Mutex::new((time, Instant::now()))))
    }

    pub(super) fn turn(&self, to: OffsetDateTime) {
        let now = self.now();
        let mut hands = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *hands = (to.max(now), Instant::now());
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> OffsetDateTime {
        let (from, since) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (from + since.elapsed()).min(OffsetDateTime::now_utc())
    }
}

/// `count` times between two, in their order: dense by day, thin at night and at weekends.
pub(super) fn times(
    count: usize,
    from: OffsetDateTime,
    until: OffsetDateTime,
    rng: &mut StdRng,
) -> Vec<OffsetDateTime> {
    let seconds = (until - from).whole_seconds().max(1);
    let mut times: Vec<_> = std::iter::repeat_with(|| {
        loop {
            let time = from + Duration::seconds(rng.random_range(0..seconds));
            if rng.random_bool(business(time)) {
                return time;
            }
        }
    })
    .take(count)
    .collect();
    times.sort_unstable();
    times
}

/// How busy a newsroom is, from 0 to 1, in UTC.
fn business(time: OffsetDateTime) -> f64 {
    let day = match time.weekday() {
        Weekday::Saturday | Weekday::Sunday => 0.4,
        _ => 1.0,
    };
    match time.hour() {
        7..=19 => day,
        5 | 6 | 20..=22 => day * 0.5,
        _ => day * 0.1,
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn times_lie_between_the_ends_in_order_and_mostly_by_day() {
        let until = OffsetDateTime::UNIX_EPOCH + Duration::days(700);
        let from = until - Duration::days(28);
        let times = times(2_000, from, until, &mut StdRng::seed_from_u64(1));
        assert_eq!(times.len(), 2_000);
        assert!(times.is_sorted() && times.iter().all(|time| (from..until).contains(time)));
        let night = times.iter().filter(|time| time.hour() < 5).count();
        assert!(night * 10 < times.len(), "{night} at night");
    }

    #[test]
    fn a_clock_goes_on_from_where_it_was_turned_to_and_never_back_or_ahead() {
        let start = OffsetDateTime::now_utc() - Duration::days(2);
        let clock = TurnedClock::at(start);
        clock.turn(start + Duration::days(1));
        clock.turn(start);
        assert!(clock.now() >= start + Duration::days(1));
        clock.turn(OffsetDateTime::now_utc() + Duration::days(1));
        assert!(clock.now() <= OffsetDateTime::now_utc());
    }
}
