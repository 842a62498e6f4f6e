//! What is known of a translator's folder before its weights are in memory.

use std::sync::{Arc, Mutex, PoisonError};

use types::Modality;

use super::{
    languages, marian,
    network::Network,
    settings::Settings,
    t5,
    vocabulary::{self, Vocabulary},
};
use crate::{
    EventSender, GeneratorError, ModelCard,
    files::{Listing, ModelFiles},
    manual::{self, Manual},
    stable::parts::{Component, Parts},
};

/// Whose network it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Marian,
    T5,
}

impl Family {
    /// The backend's name in the configuration.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Marian => "marian",
            Self::T5 => "t5",
        }
    }
}

/// The network's shape.
#[derive(Debug)]
pub(crate) enum Config {
    Marian(marian::Config),
    T5(t5::Config),
}

impl Config {
    /// Reads and checks it.
    ///
    /// # Errors
    /// [`GeneratorError::File`] naming what is wrong or not served.
    pub(crate) fn read(family: Family, files: &ModelFiles) -> Result<Self, GeneratorError> {
        Ok(match family {
            Family::Marian => Self::Marian(marian::Config::read(files)?),
            Family::T5 => Self::T5(t5::Config::read(files)?),
        })
    }

    /// Takes the tensors out of `top`.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when a tensor is missing or has another shape.
    pub(crate) fn network(&self, top: &Parts<'_>) -> Result<Network, GeneratorError> {
        match self {
            Self::Marian(config) => config.network(top),
            Self::T5(config) => config.network(top),
        }
    }

    fn written(&self) -> usize {
        match self {
            Self::Marian(config) => config.written(),
            Self::T5(config) => config.vocab_size,
        }
    }

    /// Tokens of a sentence at most.
    pub(crate) const fn longest(&self) -> usize {
        /// T5's networks were taught with so many.
        const TAUGHT: usize = 512;
        match self {
            Self::Marian(config) => config.max_position_embeddings,
            Self::T5(_) => TAUGHT,
        }
    }

    fn vocabulary(&self, files: &ModelFiles, end: u32) -> Result<Vocabulary, GeneratorError> {
        match self {
            Self::Marian(config) => {
                Vocabulary::marian(files, (config.vocab_size, config.written()), end)
            }
            Self::T5(config) => {
                let tasks = config.task_specific_params.iter().flatten();
                Vocabulary::t5(files, config.vocab_size, end, tasks)
            }
        }
    }
}

/// A model whose files fit together.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) card: ModelCard,
    pub(crate) config: Config,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) settings: Settings,
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) listing: Listing,
    component: Component,
    files: ModelFiles,
    network: Mutex<Option<Arc<Network>>>,
}

impl Opened {
    /// Reads and checks everything but the weights, of which it reads the headers and the digest.
    ///
    /// # Errors
    /// [`GeneratorError`] for the first thing that is wrong.
    pub(crate) fn open(
        family: Family,
        files: ModelFiles,
        name: &str,
    ) -> Result<Self, GeneratorError> {
        let config = Config::read(family, &files)?;
        let settings = Settings::read(&files, config.written())?;
        let vocabulary = config.vocabulary(&files, settings.search.end)?;
        let manual = Manual::read(&files)?;
        let component = Component::top(&files)?;
        // An outline shows whether tensors are missing.
        let outline = component.outline();
        config.network(&outline.parts())?;
        let parameters = outline.taken();
        let listing = files.list(&names(&files, &component))?;
        let pairs = if manual.pairs.is_empty() { vocabulary.pairs() } else { manual.pairs.clone() };
        let architecture = match family {
            Family::Marian => "MarianMTModel",
            Family::T5 => "T5ForConditionalGeneration",
        };
        let card = manual.card(
            &listing,
            name,
            ModelCard {
                languages: known(&pairs),
                parameters,
                architecture: architecture.to_owned(),
                ..ModelCard::of(family.kind(), Modality::Text)
            },
        );
        let network = Mutex::new(None);
        Ok(Self { card, config, vocabulary, settings, pairs, listing, component, files, network })
    }

    /// The network, read if it is not in memory; `events` hears of the reading. A failure is told,
    /// and tried again next time.
    ///
    /// # Errors
    /// [`GeneratorError`] when a file is not what it was, or nobody listens any more.
    pub(crate) fn network(
        &self,
        events: Option<&EventSender>,
    ) -> Result<Arc<Network>, GeneratorError> {
        // A thread that panicked while loading has stored nothing.
        let mut slot = self.network.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(network) = slot.as_ref() {
            return Ok(Arc::clone(network));
        }
        let weights = self.component.load(&self.files, &self.listing, events)?;
        let source = self.component.filled(weights);
        let network = Arc::new(self.config.network(&source.parts())?);
        *slot = Some(Arc::clone(&network));
        Ok(network)
    }
}

/// The languages of some pairs.
fn known(pairs: &[(String, String)]) -> Vec<String> {
    let both = pairs.iter().flat_map(|(from, to)| [from, to]).filter(|tag| *tag != "*");
    let mut known: Vec<String> = both.map(|tag| languages::code(tag)).collect();
    known.sort();
    known.dedup();
    known
}

/// The files that decide what a model does.
fn names(files: &ModelFiles, component: &Component) -> Vec<String> {
    let beside = ["config.json", "generation_config.json", manual::NAME];
    let beside = beside.into_iter().filter(|name| files.has(name));
    let beside = beside.chain(vocabulary::names(files)).map(str::to_owned);
    beside.chain(component.shards.iter().cloned()).chain(component.index.clone()).collect()
}
