//! The llama family on the CPU: a folder as Hugging Face's `transformers` saves it.
//!
//! Reading order: `opened` is what is known of a model before its weights are read: `config` the
//! network's shape, `manual` how its makers use it, the tokenizer. `prompt` (with `chat`, `facts`
//! and `schema`) turns a conversation into tokens, `network` (with `rope`) turns tokens into
//! logits, `sampler` draws (with `json` for forms), `spelling` and `stop` put the text together, `generation` is one run.

mod chat;
pub(crate) mod check;
mod config;
mod facts;
mod generation;
mod json;
mod manual;
mod network;
mod opened;
mod prompt;
mod rope;
mod sampler;
mod schema;
mod spelling;
mod stop;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread::available_parallelism,
};

use async_trait::async_trait;

use self::{generation::Plan, network::Network, opened::Opened};
use crate::{
    EventSender, Generator, GeneratorError, Job, ModelCard, Output, Token, files::ModelFiles,
    seats::Seats,
};

/// A text model; its weights are read at first use.
#[derive(Clone)]
pub struct TextModel(Arc<Inner>);

struct Inner {
    opened: Opened,
    network: Mutex<Option<Arc<Network>>>,
    seats: Seats,
}

impl TextModel {
    /// Opens the folder `path`; `name` names the model unless its files do.
    ///
    /// # Errors
    /// [`GeneratorError`] when a file is missing or damaged, or the network is of another family.
    pub fn open(name: &str, path: &Path) -> Result<Self, GeneratorError> {
        Self::from_files(name, ModelFiles::folder(path)?)
    }

    pub(crate) fn from_files(name: &str, files: ModelFiles) -> Result<Self, GeneratorError> {
        let opened = Opened::open(files, name)?;
        let seats = Seats::new(available_parallelism().map_or(1, usize::from));
        Ok(Self(Arc::new(Inner { opened, network: Mutex::new(None), seats })))
    }
}

impl Inner {
    /// The network, read from its files if nobody has needed it yet. Others who need it wait.
    fn network(&self, events: &EventSender) -> Result<Arc<Network>, GeneratorError> {
        // A thread that panicked while loading has stored nothing.
        let mut network = self.network.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(network) = &*network {
            return Ok(Arc::clone(network));
        }
        let loaded = Arc::new(self.opened.load(Some(events))?);
        *network = Some(Arc::clone(&loaded));
        Ok(loaded)
    }
}

#[async_trait]
impl Generator for TextModel {
    fn card(&self) -> &ModelCard {
        &self.0.opened.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let inner = Arc::clone(&self.0);
        // A long prompt takes a while to cut into tokens; a wrong one must not wait for a seat.
        let plan = off_thread(move || Plan::new(&inner.opened, job)).await?;
        let seat = self.0.seats.take(&events).await?;
        let inner = Arc::clone(&self.0);
        let output = off_thread(move || {
            let network = inner.network(&events)?;
            let output = generation::run(&inner.opened, &network, plan, &events);
            // A caller that gave up waiting must not free the seat of a run that goes on.
            drop(seat);
            output
        });
        output.await.map(Output::Text)
    }

    fn tokens(&self, text: &str) -> Option<Vec<Token>> {
        let encoded = self.0.opened.tokenizer.encode_char_offsets(text, false).ok()?;
        let spans = encoded.get_offsets().iter().map(|(start, end)| *start..*end);
        Some(encoded.get_ids().iter().zip(spans).map(|(&id, span)| Token { id, span }).collect())
    }
}

impl fmt::Debug for TextModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A vocabulary is no help to anybody.
        f.debug_tuple("TextModel").field(self.card()).finish()
    }
}

/// Runs `work` on a thread for blocking work.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, GeneratorError> + Send + 'static,
) -> Result<T, GeneratorError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| GeneratorError::Failed(error.to_string()))?
}
