//! Recognition of speech with Whisper: a folder as Hugging Face's `transformers` saves it.
//!
//! Any size from tiny to large-v3, turbo and distilled ones, multilingual or English alone.
//!
//! Reading order: `opened` is what is known of a folder before its weights are read (`config`,
//! `vocabulary`), `front` turns sound into pictures, `network` reads them and writes tokens, `rules`
//! says which may follow, `decoding` writes down one window, `listening` goes through a whole sound,
//! `repeats` leaves circles out, `words` finds when words are said. [`Workbench`] runs the network by
//! hand.

mod check;
mod config;
mod decoding;
mod front;
mod listening;
mod network;
mod opened;
mod repeats;
mod rules;
#[cfg(test)]
mod tests;
mod vocabulary;
mod words;
mod workbench;

use std::{path::Path, sync::Arc};

use async_trait::async_trait;

pub(crate) use self::check::check;
pub use self::workbench::{Window, Workbench};
use self::{
    decoding::Writer,
    listening::{Listener, Thresholds},
    opened::Opened,
};
use crate::{
    EventSender, GeneratorError, ModelCard,
    files::ModelFiles,
    recogniser::{Hearing, Recogniser, Transcript},
    seats::Seats,
};

/// The backend's name in the configuration.
pub(crate) const KIND: &str = "whisper";

/// One run keeps all cores busy.
const RUNNING_MAX: usize = 1;

/// A Whisper model; its weights are read at first use.
#[derive(Debug)]
pub struct Whisper {
    seats: Seats,
    opened: Arc<Opened>,
}

impl Whisper {
    /// Opens the folder `path`; `name` names the model unless its files do.
    ///
    /// # Errors
    /// [`GeneratorError`] when a file is missing or damaged, or the network is not served.
    pub fn open(name: &str, path: &Path) -> Result<Self, GeneratorError> {
        let opened = Arc::new(Opened::open(ModelFiles::folder(path)?, name)?);
        Ok(Self { seats: Seats::new(RUNNING_MAX), opened })
    }
}

#[async_trait]
impl Recogniser for Whisper {
    fn card(&self) -> &ModelCard {
        &self.opened.card
    }

    async fn hear(
        &self,
        hearing: Hearing,
        events: EventSender,
    ) -> Result<Transcript, GeneratorError> {
        let seat = self.seats.take(&events).await?;
        let opened = Arc::clone(&self.opened);
        let run = tokio::task::spawn_blocking(move || {
            let _seat = seat;
            hearing.check()?;
            hear(&opened, &hearing, Thresholds::default(), &events)
        });
        run.await.map_err(|error| GeneratorError::Failed(error.to_string()))?
    }
}

fn hear(
    opened: &Opened,
    hearing: &Hearing,
    thresholds: Thresholds,
    events: &EventSender,
) -> Result<Transcript, GeneratorError> {
    let network = opened.network(Some(events))?;
    let writer = Writer { network: &network, vocabulary: &opened.vocabulary, rules: &opened.rules };
    let (front, heads) = (&opened.front, opened.heads.as_slice());
    Listener { front, writer, thresholds, heads, hearing, events }.listen()
}
