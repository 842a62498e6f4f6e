//! What a model tells while it runs.

use tokio::sync::mpsc;

use crate::{GeneratorError, ModelCard};

/// One piece of progress.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A token was drawn.
    #[non_exhaustive]
    Token {
        /// The text that became final with it. Empty while half of a character is missing or a
        /// stop text may have begun; all texts together are exactly the text of the output.
        text: String,
    },
    /// A step of a picture is done.
    Step {
        /// Steps done.
        done: u32,
        /// All steps.
        total: u32,
    },
    /// Which of several models does it; told before its first token.
    Runs {
        /// What that model is.
        card: Box<ModelCard>,
    },
    /// Weights are being read.
    Loading {
        /// Bytes read.
        done: u64,
        /// All bytes.
        total: u64,
    },
}

impl Event {
    /// A token was drawn and `text` became final.
    #[must_use]
    pub const fn token(text: String) -> Self {
        Self::Token { text }
    }
}

/// Where a model sends its events; it waits when nobody reads them.
#[derive(Debug, Clone)]
pub struct EventSender(mpsc::Sender<Event>);

/// Where the events arrive. Dropping it cancels the run.
#[derive(Debug)]
pub struct EventReceiver(mpsc::Receiver<Event>);

impl EventSender {
    /// A channel in which up to `waiting_max` events (at least one) may wait.
    #[must_use]
    pub fn channel(waiting_max: usize) -> (Self, EventReceiver) {
        let (sender, receiver) = mpsc::channel(waiting_max.max(1));
        (Self(sender), EventReceiver(receiver))
    }

    /// Sends an event from async code.
    ///
    /// # Errors
    /// [`GeneratorError::Cancelled`] when the receiver is gone.
    pub async fn send(&self, event: Event) -> Result<(), GeneratorError> {
        self.0.send(event).await.map_err(|_| GeneratorError::Cancelled)
    }

    /// Sends an event from a thread for blocking work; never call it on an async thread.
    ///
    /// # Errors
    /// [`GeneratorError::Cancelled`] when the receiver is gone.
    pub fn send_blocking(&self, event: Event) -> Result<(), GeneratorError> {
        self.0.blocking_send(event).map_err(|_| GeneratorError::Cancelled)
    }

    /// Checks between two costly steps that somebody still wants the result.
    ///
    /// # Errors
    /// [`GeneratorError::Cancelled`] when the receiver is gone.
    pub fn wanted(&self) -> Result<(), GeneratorError> {
        if self.0.is_closed() { Err(GeneratorError::Cancelled) } else { Ok(()) }
    }

    /// Returns when the receiver is gone.
    pub async fn closed(&self) {
        self.0.closed().await;
    }
}

impl EventReceiver {
    /// The next event, or `None` when the run has ended.
    pub async fn recv(&mut self) -> Option<Event> {
        self.0.recv().await
    }

    /// The same on a thread for blocking work; never call it on an async thread.
    pub fn recv_blocking(&mut self) -> Option<Event> {
        self.0.blocking_recv()
    }
}
