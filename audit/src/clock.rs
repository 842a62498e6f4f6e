//! Time, as a seam: the log must stay monotone when the clock does not.

use std::fmt;

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Where the log takes its time from.
pub trait Clock: fmt::Debug + Send {
    /// The time now; it may go back.
    fn now(&self) -> OffsetDateTime;
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// Times that never go back.
#[derive(Debug)]
pub(crate) struct Monotone {
    clock: Box<dyn Clock>,
    last: OffsetDateTime,
}

impl Monotone {
    pub(crate) fn new(clock: Box<dyn Clock>) -> Self {
        Self { clock, last: OffsetDateTime::UNIX_EPOCH }
    }

    /// Takes note of a time that was already written.
    pub(crate) fn seen(&mut self, time: &str) {
        if let Ok(time) = OffsetDateTime::parse(time, &Rfc3339) {
            self.last = self.last.max(time);
        }
    }

    /// The last time.
    pub(crate) fn last(&self) -> String {
        rfc3339(self.last)
    }

    /// The time as RFC 3339 with milliseconds, and whether the clock went back.
    pub(crate) fn stamp(&mut self) -> (String, bool) {
        let now = self.clock.now();
        // Milliseconds are written, so a smaller step back is none.
        let went_back = (self.last - now).whole_milliseconds() > 0;
        self.last = self.last.max(now);
        (rfc3339(self.last), went_back)
    }
}

fn rfc3339(time: OffsetDateTime) -> String {
    let milliseconds = time.replace_millisecond(time.millisecond()).unwrap_or(time);
    milliseconds.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Debug)]
    struct Steps(Mutex<Vec<i64>>);

    impl Clock for Steps {
        fn now(&self) -> OffsetDateTime {
            OffsetDateTime::from_unix_timestamp(self.0.lock().unwrap().remove(0)).unwrap()
        }
    }

    #[test]
    fn a_clock_that_goes_back_is_held_and_reported() {
        let mut clock = Monotone::new(Box::new(Steps(Mutex::new(vec![100, 40, 101]))));
        let (first, second, third) = (clock.stamp(), clock.stamp(), clock.stamp());
        assert_eq!((first.1, second.1, third.1), (false, true, false));
        assert_eq!(first.0, second.0);
        assert_eq!(third.0, "1970-01-01T00:01:41Z");
    }
}
