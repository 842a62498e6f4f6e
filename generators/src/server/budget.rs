//! How many retries there may be, a share of the requests, so that a failing server is not buried
//! under them; and after which pauses.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The first pause before another try, of which up to half is left to chance; it doubles.
const PAUSE_FIRST: Duration = Duration::from_millis(20);
/// Retries that may be saved up.
const SAVED_MAX: f64 = 10.0;
/// What every request adds: one retry for ten requests.
const SHARE: f64 = 0.1;

/// Retries that may still be made.
#[derive(Debug)]
pub(crate) struct RetryBudget(Mutex<f64>);

impl RetryBudget {
    pub(crate) const fn full() -> Self {
        Self(Mutex::new(SAVED_MAX))
    }

    /// A request came.
    pub(crate) fn earn(&self) {
        let mut saved = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *saved = (*saved + SHARE).min(SAVED_MAX);
    }

    /// Whether one more retry may be made; it is counted.
    pub(crate) fn spend(&self) -> bool {
        let mut saved = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let enough = *saved >= 1.0;
        if enough {
            *saved -= 1.0;
        }
        enough
    }
}

/// The pause before a retry, counted from 1: many that failed together must not come back together.
pub(super) fn pause(retry: u32) -> Duration {
    let whole = PAUSE_FIRST.saturating_mul(1 << retry.saturating_sub(1).min(10));
    let chance = RandomState::new().build_hasher().finish() % 1024;
    let chance = u32::try_from(chance).unwrap_or_default();
    whole / 2 + whole / 2 * chance / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_are_a_share_of_requests() {
        let budget = RetryBudget::full();
        let spent = (0..100).filter(|_| budget.spend()).count();
        assert_eq!(spent, 10);
        let spent = (0..100).filter(|_| {
            budget.earn();
            budget.spend()
        });
        assert!((9..=10).contains(&spent.count()));
    }
}
