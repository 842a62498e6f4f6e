//! How long a connection has had nothing to do.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// A busy connection is looked at again after so long at least.
const LOOK: Duration = Duration::from_millis(100);

/// The requests of one connection.
#[derive(Debug)]
pub(super) struct Activity(Mutex<State>);

#[derive(Debug)]
struct State {
    open: usize,
    any: bool,
    quiet_since: Instant,
}

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Busy(Arc<Activity>);

impl Activity {
    pub(super) fn new() -> Self {
        Self(Mutex::new(State { open: 0, any: false, quiet_since: Instant::now() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Whoever panicked had written whole numbers.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request begins; it ends when the value is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Busy {
        let mut state = self.state();
        (state.open, state.any) = (state.open + 1, true);
        Busy(Arc::clone(self))
    }

    /// Returns when there was no request for `later`, or no first one for `first`.
    pub(super) async fn silent(&self, first: Duration, later: Duration) {
        loop {
            let now = Instant::now();
            let until = {
                let state = self.state();
                match (state.open, state.any) {
                    (0, false) => state.quiet_since + first,
                    (0, true) => state.quiet_since + later,
                    // It cannot have been silent for long before then.
                    _ => now + later.max(LOOK),
                }
            };
            if until <= now {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.open = state.open.saturating_sub(1);
        state.quiet_since = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_millis(20);
    const LATER: Duration = Duration::from_millis(150);

    #[tokio::test]
    async fn the_first_request_has_to_come_soon() {
        let (activity, start) = (Arc::new(Activity::new()), Instant::now());
        activity.silent(FIRST, LATER).await;
        assert!(start.elapsed() >= FIRST);
    }

    #[tokio::test]
    async fn a_connection_is_idle_only_when_nothing_is_answered() {
        let (activity, start) = (Arc::new(Activity::new()), Instant::now());
        let busy = activity.begin();
        let waiting = Arc::clone(&activity);
        let silent = tokio::spawn(async move { waiting.silent(FIRST, LATER).await });
        tokio::time::sleep(LATER * 3).await;
        assert!(!silent.is_finished());
        drop(busy);
        silent.await.unwrap();
        assert!(start.elapsed() >= LATER * 4);
    }
}
