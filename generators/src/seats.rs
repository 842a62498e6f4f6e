//! How many runs of a model there may be at once.

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use std::sync::Arc;

use crate::{EventSender, GeneratorError};

/// Runs that may wait for a seat before others are turned away.
const WAITING_MAX: usize = 64;

/// Seats for runs; beyond them a bounded number waits.
#[derive(Debug)]
pub(crate) struct Seats {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
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
        let running_max = running_max.max(1);
        Self {
            running: Arc::new(Semaphore::new(running_max)),
            admitted: Arc::new(Semaphore::new(running_max + WAITING_MAX)),
        }
    }

    /// Waits for a seat, as long as somebody wants the result.
    pub(crate) async fn take(&self, events: &EventSender) -> Result<Seat, GeneratorError> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned();
        let admitted = admitted.map_err(|_| GeneratorError::Busy { waiting: WAITING_MAX })?;
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
    async fn beyond_the_seats_some_wait_and_others_are_turned_away() {
        let seats = Seats::new(1);
        let (sender, receiver) = EventSender::channel(1);
        let first = seats.take(&sender).await.unwrap();
        let waiting = futures_of(&seats, &sender, WAITING_MAX).await;
        assert_eq!(seats.take(&sender).await.unwrap_err(), GeneratorError::Busy { waiting: 64 });
        drop(receiver);
        for task in waiting {
            assert_eq!(task.await.unwrap().unwrap_err(), GeneratorError::Cancelled);
        }
        drop(first);
        let (sender, _receiver) = EventSender::channel(1);
        seats.take(&sender).await.unwrap();
    }

    type Waiting = Vec<tokio::task::JoinHandle<Result<Seat, GeneratorError>>>;

    async fn futures_of(seats: &Seats, sender: &EventSender, count: usize) -> Waiting {
        let share =
            || Seats { running: Arc::clone(&seats.running), admitted: Arc::clone(&seats.admitted) };
        let start = |_| {
            let (seats, sender) = (share(), sender.clone());
            tokio::spawn(async move { seats.take(&sender).await })
        };
        let tasks = (0..count).map(start).collect();
        tokio::task::yield_now().await;
        tasks
    }
}
