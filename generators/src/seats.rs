//! How many runs of a model there may be at once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use crate::{EventSender, GeneratorError};

/// Runs that may wait for a seat before others are turned away.
const WAITING_MAX: usize = 64;

/// Who waits while all seats are taken; whoever comes after, or waits longer, is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// How many wait.
    pub waiting_max: usize,
    /// How long each of them waits.
    pub wait_max: Option<Duration>,
}

impl Default for Queue {
    fn default() -> Self {
        Self { waiting_max: WAITING_MAX, wait_max: None }
    }
}

/// Seats for runs; beyond them a bounded number waits.
#[derive(Debug)]
pub(crate) struct Seats {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    running_max: usize,
    queue: Queue,
    turned_away: AtomicU64,
}

/// The right to run, given back when dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    _running: OwnedSemaphorePermit,
    _admitted: OwnedSemaphorePermit,
}

impl Seats {
    /// Lets `running_max` runs (at least one) go at once.
    pub(crate) fn new(running_max: usize) -> Self {
        Self::queued(running_max, Queue::default())
    }

    /// The same with a queue as configured.
    pub(crate) fn queued(running_max: usize, queue: Queue) -> Self {
        // More are never under way; sums of larger numbers could overflow.
        let running_max = running_max.clamp(1, Semaphore::MAX_PERMITS / 2);
        let waiting_max = queue.waiting_max.min(Semaphore::MAX_PERMITS / 2);
        Self {
            running: Arc::new(Semaphore::new(running_max)),
            admitted: Arc::new(Semaphore::new(running_max + waiting_max)),
            running_max,
            queue: Queue { waiting_max, ..queue },
            turned_away: AtomicU64::new(0),
        }
    }

    /// Waits for a seat, as long as somebody wants the result.
    pub(crate) async fn take(&self, events: &EventSender) -> Result<Seat, GeneratorError> {
        self.take_until(events, None).await
    }

    /// The same, but no longer than to a deadline.
    pub(crate) async fn take_until(
        &self,
        events: &EventSender,
        deadline: Option<Instant>,
    ) -> Result<Seat, GeneratorError> {
        let waiting = self.queue.waiting_max;
        let admitted = Arc::clone(&self.admitted).try_acquire_owned();
        let admitted = admitted.map_err(|_| self.turn_away(GeneratorError::Busy { waiting }))?;
        let start = Instant::now();
        let latest = self.queue.wait_max.map(|wait| start + wait).into_iter().chain(deadline).min();
        tokio::select! {
            biased;
            running = Arc::clone(&self.running).acquire_owned() => {
                let running = running.map_err(|_| GeneratorError::Cancelled)?;
                Ok(Seat { _running: running, _admitted: admitted })
            }
            () = events.closed() => Err(GeneratorError::Cancelled),
            () = reached(latest) => {
                let seconds = start.elapsed().as_secs();
                Err(self.turn_away(GeneratorError::Waited { seconds }))
            }
        }
    }

    /// How many wait.
    pub(crate) fn waiting(&self) -> usize {
        let admitted = self.running_max + self.queue.waiting_max;
        let here = admitted.saturating_sub(self.admitted.available_permits());
        here.saturating_sub(self.running())
    }

    /// How many run.
    pub(crate) fn running(&self) -> usize {
        self.running_max.saturating_sub(self.running.available_permits())
    }

    /// How many were turned away.
    pub(crate) fn turned_away(&self) -> u64 {
        self.turned_away.load(Ordering::Relaxed)
    }

    fn turn_away(&self, error: GeneratorError) -> GeneratorError {
        self.turned_away.fetch_add(1, Ordering::Relaxed);
        error
    }
}

/// Returns at a time, or never.
pub(crate) async fn reached(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn beyond_the_seats_one_waits_and_the_next_is_turned_away() {
        let seats = Seats::queued(1, Queue { waiting_max: 1, wait_max: None });
        let (sender, receiver) = EventSender::channel(1);
        let first = seats.take(&sender).await.unwrap();
        let (waiting, turned_away) = tokio::join!(seats.take(&sender), async {
            assert_eq!((seats.running(), seats.waiting()), (1, 1));
            let turned_away = seats.take(&sender).await.unwrap_err();
            drop(receiver);
            turned_away
        });
        assert_eq!(turned_away, GeneratorError::Busy { waiting: 1 });
        assert_eq!(waiting.unwrap_err(), GeneratorError::Cancelled);
        drop(first);
        let (sender, _receiver) = EventSender::channel(1);
        seats.take(&sender).await.unwrap();
        assert_eq!((seats.running(), seats.waiting(), seats.turned_away()), (0, 0, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_longer_than_is_allowed() {
        let seconds = Duration::from_secs;
        let queue = Queue { waiting_max: 9, wait_max: Some(seconds(3)) };
        let seats = Seats::queued(1, queue);
        let (sender, _receiver) = EventSender::channel(1);
        let _first = seats.take(&sender).await.unwrap();
        let waited = seats.take(&sender).await.unwrap_err();
        assert_eq!(waited, GeneratorError::Waited { seconds: 3 });
        let soon = Some(Instant::now() + seconds(1));
        let waited = seats.take_until(&sender, soon).await.unwrap_err();
        assert_eq!(waited, GeneratorError::Waited { seconds: 1 });
        assert_eq!((seats.waiting(), seats.turned_away()), (0, 2));
    }
}
