//! How soon a model begins to answer, by the requests before.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// So many requests are remembered.
const REMEMBERED_MAX: usize = 256;
/// Fewer say nothing about how slow is slow.
const KNOWN_MIN: usize = 20;

/// Times until the first piece.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<VecDeque<Duration>>);

impl Pace {
    pub(super) fn note(&self, time: Duration) {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if times.len() >= REMEMBERED_MAX {
            times.pop_front();
        }
        times.push_back(time);
    }

    /// The time within which nineteen of twenty began.
    pub(super) fn p95(&self) -> Option<Duration> {
        let mut times: Vec<Duration> = {
            let times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            times.iter().copied().collect()
        };
        times.sort_unstable();
        let enough = times.len() >= KNOWN_MIN;
        times.get(times.len() * 95 / 100).copied().filter(|_| enough)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slow_twentieth_is_known_after_some_requests() {
        let pace = Pace::default();
        for ms in 1..=19 {
            pace.note(Duration::from_millis(ms));
        }
        assert_eq!(pace.p95(), None);
        for ms in 20..=400 {
            pace.note(Duration::from_millis(ms));
        }
        // The last 256 are 145 to 400.
        assert_eq!(pace.p95(), Some(Duration::from_millis(145 + 243)));
    }
}
