//! How many runs of a model there may be at once.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{EventSender, GeneratorError};

/// Runs that may wait for a seat before others are turned away.
const WAITING_MAX: usize = 64;

/// Seats for runs; beyond them a bounded number waits.
#[derive(Debug)]
pub(crate) struct Seats {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    waiting_max: usize,
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
        Self::with(running_max.max(1), WAITING_MAX)
    }

    fn with(running_max: usize, waiting_max: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(running_max)),
            admitted: Arc::new(Semaphore::new(running_max + waiting_max)),
            waiting_max,
        }
    }

    /// Waits for a seat, as long as somebody wants the result.
    pub(crate) async fn take(&self, events: &EventSender) -> Result<Seat, GeneratorError> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned();
        let admitted = admitted.map_err(|_| GeneratorError::Busy { waiting: self.waiting_max })?;
        tokio::select! {
            running = Arc::clone(&self.running).acquire_owned() => {
                let running = running.map_err(|_| GeneratorError::Cancelled)?;
                Ok(Seat { _running: running, _admitted: admitted })
            }
            () = events.closed() => Err(GeneratorError::Cancelled),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn beyond_the_seats_one_waits_and_the_next_is_turned_away() {
        let seats = Seats::with(1, 1);
        let (sender, receiver) = EventSender::channel(1);
        let first = seats.take(&sender).await.unwrap();
        let (waiting, turned_away) = tokio::join!(seats.take(&sender), async {
            let turned_away = seats.take(&sender).await.unwrap_err();
            drop(receiver);
            turned_away
        });
        assert_eq!(turned_away, GeneratorError::Busy { waiting: 1 });
        assert_eq!(waiting.unwrap_err(), GeneratorError::Cancelled);
        drop(first);
        let (sender, _receiver) = EventSender::channel(1);
        seats.take(&sender).await.unwrap();
    }
}
