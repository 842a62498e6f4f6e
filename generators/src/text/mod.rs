//! The llama family on the CPU: a folder as Hugging Face's `transformers` saves it.
//!
//! Reading order: `opened` is what is known of a model before its weights are read: `config` the
//! network's shape, `manual` how its makers use it, the tokenizer. `prompt` (with `chat`, `facts`
//! and `schema`) turns a conversation into tokens, `network` (with `rope`) turns tokens into
//! logits, `sampler` draws (with `json` for forms), `spelling` and `stop` put the text together,
//! `generation` is one run, `engine` has many at once.

mod chat;
pub(crate) mod check;
mod config;
mod engine;
mod facts;
mod family;
mod generation;
mod gguf;
mod huggingface;
mod json;
mod manual;
pub(crate) mod network;
mod opened;
mod parts;
mod prompt;
mod rope;
mod sampler;
mod schema;
mod session;
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
};

use async_trait::async_trait;

use self::{engine::Engine, generation::Plan, network::Network, opened::Opened};
pub use self::{engine::Occupancy, session::Session};
use crate::{
    EventSender, Generator, GeneratorError, Job, ModelCard, Output, Token, files::ModelFiles,
};

/// A text model; its weights are read at first use.
#[derive(Clone)]
pub struct TextModel(Arc<Inner>);

struct Inner {
    opened: Arc<Opened>,
    loaded: Mutex<Option<Loaded>>,
}

/// A model with its weights and its thread.
#[derive(Clone)]
struct Loaded {
    network: Arc<Network>,
    engine: Arc<Engine>,
}

impl TextModel {
    /// Opens the folder or the GGUF file `path`; `name` names the model unless its files do.
    ///
    /// # Errors
    /// [`GeneratorError`] when a file is missing or damaged, or the network is of another family.
    pub fn open(name: &str, path: &Path) -> Result<Self, GeneratorError> {
        Self::from_files(name, ModelFiles::folder_or_file(path)?)
    }

    pub(crate) fn from_files(name: &str, files: ModelFiles) -> Result<Self, GeneratorError> {
        let opened = Arc::new(Opened::open(files, name)?);
        Ok(Self(Arc::new(Inner { opened, loaded: Mutex::new(None) })))
    }

    /// How busy the model is.
    #[must_use]
    pub fn occupancy(&self) -> Occupancy {
        // A thread that panicked while loading has stored nothing.
        let loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.as_ref().map_or_else(Occupancy::default, |loaded| loaded.engine.occupancy())
    }
}

impl Inner {
    /// The network, read from its files if nobody has needed it yet. Others who need it wait.
    fn loaded(&self, events: Option<&EventSender>) -> Result<Loaded, GeneratorError> {
        // A thread that panicked while loading has stored nothing.
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let network = match &*loaded {
            Some(loaded) if loaded.engine.is_alive() => return Ok(loaded.clone()),
            // Whoever ran when the thread ended was told; others need not go without.
            Some(ended) => Arc::clone(&ended.network),
            None => Arc::new(self.opened.load(events)?),
        };
        let engine = Engine::start(Arc::clone(&self.opened), Arc::clone(&network))?;
        let now = Loaded { network, engine: Arc::new(engine) };
        *loaded = Some(now.clone());
        Ok(now)
    }
}

#[async_trait]
impl Generator for TextModel {
    fn card(&self) -> &ModelCard {
        &self.0.opened.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let inner = Arc::clone(&self.0);
        let telling = events.clone();
        // A long prompt takes a while to cut into tokens; a wrong one must not load a model.
        let (plan, loaded) = off_thread(move || {
            let plan = Plan::new(&inner.opened, job)?;
            Ok((plan, inner.loaded(Some(&telling))?))
        })
        .await?;
        loaded.engine.run(plan, &events).await.map(Output::Text)
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

/// Whether `path` is a GGUF file, or a folder that holds one.
pub(crate) fn is_gguf(path: &Path) -> bool {
    let files = ModelFiles::folder_or_file(path);
    files.is_ok_and(|files| gguf::file_of(&files).is_ok_and(|name| name.is_some()))
}

/// Runs `work` on a thread for blocking work.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, GeneratorError> + Send + 'static,
) -> Result<T, GeneratorError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| GeneratorError::Failed(error.to_string()))?
}
