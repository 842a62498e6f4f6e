//! What is known of a folder before its weights are in memory.

use std::sync::{Arc, Mutex, PoisonError};

use types::Modality;

use super::{
    KIND,
    config::{self, Config, Generation},
    front::Front,
    network::Network,
    rules::Rules,
    vocabulary::{self, Vocabulary},
};
use crate::{
    EventSender, GeneratorError, ModelCard,
    files::{Listing, ModelFiles},
    manual::Manual,
    stable::parts::Component,
};

/// A model whose files fit together.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) card: ModelCard,
    pub(crate) config: Config,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) rules: Rules,
    pub(crate) front: Front,
    /// Layers and heads that look where the words are.
    pub(crate) heads: Vec<(usize, usize)>,
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
    pub(crate) fn open(files: ModelFiles, name: &str) -> Result<Self, GeneratorError> {
        let config = Config::read(&files)?;
        let generation = Generation::read(&files)?;
        let vocabulary = Vocabulary::read(&files, &config, &generation)?;
        let manual = Manual::read(&files)?;
        let front = Front::new(config.num_mel_bins, config::filters(&files, config.num_mel_bins)?);
        let component = Component::top(&files)?;
        // An outline shows whether tensors are missing.
        let outline = component.outline();
        Network::new(&config, &outline.parts())?;
        let parameters = outline.taken();
        let listing = files.list(&names(&files, &component))?;
        let languages = match vocabulary.languages.as_slice() {
            [] => vec!["en".to_owned()],
            known => known.iter().map(|(code, _)| code.clone()).collect(),
        };
        let card = manual.card(
            &listing,
            name,
            ModelCard {
                languages,
                parameters,
                architecture: "WhisperForConditionalGeneration".to_owned(),
                ..ModelCard::of(KIND, Modality::Text)
            },
        );
        Ok(Self {
            card,
            rules: Rules::new(&config, &generation, &vocabulary),
            heads: heads(&config, &generation),
            config,
            vocabulary,
            front,
            listing,
            component,
            files,
            network: Mutex::new(None),
        })
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
        let network = Arc::new(Network::new(&self.config, &source.parts())?);
        *slot = Some(Arc::clone(&network));
        Ok(network)
    }
}

/// The files that decide what a model does.
fn names(files: &ModelFiles, component: &Component) -> Vec<String> {
    let beside = [config::CONFIG, config::GENERATION, config::PREPROCESSOR, crate::manual::NAME];
    let beside = beside.into_iter().filter(|name| files.has(name));
    let beside = beside.chain(vocabulary::names(files)).map(str::to_owned);
    beside.chain(component.shards.iter().cloned()).chain(component.index.clone()).collect()
}

/// The heads that the files name, as far as there are such; else all of the later layers.
fn heads(config: &Config, generation: &Generation) -> Vec<(usize, usize)> {
    let fits = |(layer, head): &(usize, usize)| {
        *layer < config.decoder_layers && *head < config.decoder_attention_heads
    };
    let named: Vec<(usize, usize)> =
        generation.alignment_heads.iter().flatten().copied().filter(fits).collect();
    if !named.is_empty() {
        return named;
    }
    let later = config.decoder_layers / 2..config.decoder_layers;
    later
        .flat_map(|layer| (0..config.decoder_attention_heads).map(move |head| (layer, head)))
        .collect()
}
