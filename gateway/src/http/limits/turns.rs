//! How many requests are handled at once, and how many wait.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Server;

/// The turns of a process.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    /// So many at once, and who gives them; a reload replaces both.
    at_once: Mutex<Option<(usize, Arc<Semaphore>)>>,
    waiting: AtomicUsize,
}

/// A request's turn; the next one has it when the value is dropped.
pub(super) type Turn = OwnedSemaphorePermit;

/// One that waits.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Turns {
    /// A turn, after waiting for it if there is room to wait; none when there is not, or for too long.
    pub(super) async fn take(&self, server: &Server) -> Option<Turn> {
        let turns = self.turns(server.requests_max);
        if let Ok(turn) = Arc::clone(&turns).try_acquire_owned() {
            return Some(turn);
        }
        let waiting = self.waiting.fetch_add(1, Ordering::AcqRel);
        let _waiting = Waiting(&self.waiting);
        if waiting >= server.requests_waiting_max {
            return None;
        }
        let wait = Duration::from_secs(server.waiting_seconds_max);
        tokio::time::timeout(wait, turns.acquire_owned()).await.ok()?.ok()
    }

    /// How many wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    fn turns(&self, max: usize) -> Arc<Semaphore> {
        let mut at_once = self.at_once.lock().unwrap_or_else(PoisonError::into_inner);
        match &*at_once {
            Some((of, turns)) if *of == max => Arc::clone(turns),
            _ => {
                let turns = Arc::new(Semaphore::new(max.min(Semaphore::MAX_PERMITS)));
                *at_once = Some((max, Arc::clone(&turns)));
                turns
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn those_beyond_the_queue_are_turned_away() {
        let server = Server {
            requests_max: 1,
            requests_waiting_max: 1,
            waiting_seconds_max: 1,
            ..Server::default()
        };
        let turns = Arc::new(Turns::default());
        let first = turns.take(&server).await.unwrap();
        let (waiting, rules) = (Arc::clone(&turns), server.clone());
        let second = tokio::spawn(async move { waiting.take(&rules).await });
        tokio::task::yield_now().await;
        assert_eq!(turns.waiting(), 1);
        assert!(turns.take(&server).await.is_none(), "the queue is full");
        drop(first);
        let second = second.await.unwrap();
        assert!(second.is_some() && turns.waiting() == 0);
        assert!(turns.take(&server).await.is_none(), "it has waited for a second");
        drop(second);
        assert!(turns.take(&server).await.is_some());
    }
}
