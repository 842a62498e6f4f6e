//! How far a process is on its way to its end.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

/// What a process still does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Everything.
    Serving,
    /// Everything, but `/readyz` says that it will end.
    Draining,
    /// It takes no more connections and finishes what is open.
    Closing,
    /// What is still open gets an end.
    Cut,
}

/// The phase of this process, for everyone who has to know.
#[derive(Debug)]
pub(crate) struct Serving {
    phase: watch::Sender<Phase>,
    /// Whether operators have a listener of their own.
    operators: AtomicBool,
}

impl Default for Serving {
    fn default() -> Self {
        Self { phase: watch::Sender::new(Phase::Serving), operators: AtomicBool::new(false) }
    }
}

impl Serving {
    /// The phase now.
    pub(crate) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Goes on to a later phase.
    pub(crate) fn enter(&self, phase: Phase) {
        self.phase.send_if_modified(|now| {
            let later = phase > *now;
            if later {
                *now = phase;
            }
            later
        });
    }

    /// Operators have a listener of their own.
    pub(crate) fn with_operators(&self) {
        self.operators.store(true, Ordering::Release);
    }

    /// Whether they have one.
    pub(crate) fn has_operators(&self) -> bool {
        self.operators.load(Ordering::Acquire)
    }

    /// Returns when the phase has come.
    pub(crate) async fn reached(&self, phase: Phase) {
        let mut watching = self.phase.subscribe();
        // The sender is this value: it cannot go before.
        drop(watching.wait_for(|now| *now >= phase).await);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn there_is_no_way_back() {
        let serving = Serving::default();
        serving.enter(Phase::Cut);
        serving.enter(Phase::Draining);
        assert_eq!(serving.phase(), Phase::Cut);
        serving.reached(Phase::Closing).await;
    }
}
