//! An answer while it is being told.

use tokio::{sync::mpsc, task::JoinHandle};

use super::events::Telling;
use crate::{
    pipeline::LineError,
    realtime::{Ended, Told},
};

/// An answer that is being told.
pub(super) struct Running {
    pub(super) response: Telling,
    pub(super) pieces: mpsc::Receiver<Told>,
    pub(super) answering: JoinHandle<Result<Ended, LineError>>,
}

/// Whoever hangs up stops the model.
impl Drop for Running {
    fn drop(&mut self) {
        self.answering.abort();
    }
}

/// The next piece of an answer; never, where none is being told.
pub(super) async fn next(running: &mut Option<Running>) -> Option<Told> {
    match running {
        Some(running) => running.pieces.recv().await,
        None => std::future::pending().await,
    }
}
