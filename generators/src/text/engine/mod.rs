//! Many runs of one model at once: one thread a model reads and draws for all of them.
//!
//! Reading order: `scheduler` is the thread, `sequence` one run, `queue` says who is next,
//! `prefix` keeps beginnings that are shared.

mod prefix;
mod queue;
mod scheduler;
mod sequence;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{Arc, atomic::Ordering, mpsc as std_mpsc},
    thread::{self, JoinHandle, Thread},
};

use tokio::sync::{mpsc, oneshot};

use self::{
    scheduler::{Counts, Scheduler},
    sequence::Request,
};
use super::{
    generation::Plan,
    network::{BLOCK, Ledger, Network},
    opened::Opened,
};
use crate::{Event, EventSender, GeneratorError, TextOutput};

/// Runs that may wait before others are turned away.
const WAITING_MAX: usize = 256;
/// Memory for keys and values, unless one context needs more.
const MEMORY_BYTES: usize = 2 << 30;
/// Texts that may be written before somebody takes them.
const PIECES_AHEAD: usize = 16;

/// How busy a model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Occupancy {
    /// Runs that wait for their turn.
    pub waiting: usize,
    /// Runs that have their turn.
    pub running: usize,
    /// Bytes of keys and values, with those of beginnings that are kept for others.
    pub memory_bytes: usize,
}

/// A model's thread.
pub(crate) struct Engine {
    requests: Option<std_mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
    counts: Arc<Counts>,
    ledger: Arc<Ledger>,
}

impl Engine {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when the system gives no thread.
    pub(crate) fn start(
        opened: Arc<Opened>,
        network: Arc<Network>,
    ) -> Result<Self, GeneratorError> {
        let block_bytes = Ledger::new(&opened.config).block_bytes();
        let blocks_max = MEMORY_BYTES / block_bytes.max(1);
        Self::with(opened, network, blocks_max)
    }

    fn with(
        opened: Arc<Opened>,
        network: Arc<Network>,
        blocks_max: usize,
    ) -> Result<Self, GeneratorError> {
        // One run must always be able to fill the context.
        let blocks_max = blocks_max.max(opened.config.context.div_ceil(BLOCK) + 1);
        let (requests, asked) = std_mpsc::channel();
        let (counts, ledger) = (Arc::new(Counts::default()), Ledger::new(&opened.config));
        let (counts_there, ledger_there) = (Arc::clone(&counts), Arc::clone(&ledger));
        let run = move || {
            let model = (&*opened, &*network);
            Scheduler::new(model, &ledger_there, &counts_there, blocks_max).run(&asked);
        };
        let thread = thread::Builder::new().name("text-engine".to_owned()).spawn(run);
        let thread = thread.map_err(|error| GeneratorError::Failed(error.to_string()))?;
        Ok(Self { requests: Some(requests), thread: Some(thread), counts, ledger })
    }

    /// Runs a plan and passes its texts on.
    ///
    /// # Errors
    /// [`GeneratorError::Busy`] when too many wait; [`GeneratorError::Cancelled`] when nobody
    /// listens any more; what went wrong in the run.
    pub(crate) async fn run(
        &self,
        plan: Plan,
        events: &EventSender,
    ) -> Result<TextOutput, GeneratorError> {
        let ended = || GeneratorError::Failed("the model's thread has ended".to_owned());
        let (sender, mut pieces) = mpsc::channel(PIECES_AHEAD);
        let (outcome, told) = oneshot::channel();
        let tenant = plan.tenant.clone();
        self.ask(Request { plan, tenant, pieces: sender, outcome })?;
        // Also when this future is dropped half-way.
        let wake = Wake(self.thread.as_ref().map(JoinHandle::thread));
        loop {
            let piece = tokio::select! {
                piece = pieces.recv() => piece,
                () = events.closed() => return Err(GeneratorError::Cancelled),
            };
            let Some(text) = piece else { break };
            wake.wake();
            events.send(Event::token(text)).await?;
        }
        told.await.map_err(|_| ended())?
    }

    fn ask(&self, request: Request) -> Result<(), GeneratorError> {
        let waiting = self.counts.waiting.fetch_add(1, Ordering::AcqRel);
        let refuse = |error| {
            self.counts.waiting.fetch_sub(1, Ordering::AcqRel);
            Err(error)
        };
        if waiting >= WAITING_MAX {
            return refuse(GeneratorError::Busy { waiting });
        }
        let sent = self.requests.as_ref().is_some_and(|requests| requests.send(request).is_ok());
        if !sent {
            return refuse(GeneratorError::Failed("the model's thread has ended".to_owned()));
        }
        Wake(self.thread.as_ref().map(JoinHandle::thread)).wake();
        Ok(())
    }

    /// Whether its thread runs; a panic of a library, or of a hook, ends it.
    pub(crate) fn is_alive(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    /// How busy it is.
    pub(crate) fn occupancy(&self) -> Occupancy {
        Occupancy {
            waiting: self.counts.waiting.load(Ordering::Acquire),
            running: self.counts.running.load(Ordering::Acquire),
            memory_bytes: self.ledger.used() * self.ledger.block_bytes(),
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // Without anybody who could ask, the thread ends.
        self.requests = None;
        Wake(self.thread.as_ref().map(JoinHandle::thread)).wake();
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Engine").field(&self.occupancy()).finish()
    }
}

/// Wakes the thread, at the latest when dropped.
struct Wake<'a>(Option<&'a Thread>);

impl Wake<'_> {
    fn wake(&self) {
        if let Some(thread) = self.0 {
            thread.unpark();
        }
    }
}

impl Drop for Wake<'_> {
    fn drop(&mut self) {
        self.wake();
    }
}
