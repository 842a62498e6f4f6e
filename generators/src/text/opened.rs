//! What is known of a model before its weights are in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    slice,
    sync::{Arc, OnceLock},
};

use tokenizers::Tokenizer;
use types::Modality;

use super::{
    config::Config,
    gguf::{self, Described},
    huggingface::{self, ConfigError},
    json::{self, Vocabulary},
    manual::{self, Manual},
    network::Network,
    parts::{self, Naming},
    prompt::PromptForm,
};
use crate::{
    Event, EventSender, GeneratorError, ModelCard,
    files::{Listing, ModelFiles},
    tokens,
    weights::{self, Header, WeightFiles, Weights},
};

pub(crate) const CONFIG: &str = "config.json";
const TOKENIZER: &str = "tokenizer.json";
const CONFIG_BYTES_MAX: u64 = 1 << 20;
const TOKENIZER_BYTES_MAX: u64 = 256 << 20;

/// A model whose files fit together.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) card: ModelCard,
    pub(crate) config: Config,
    pub(crate) manual: Manual,
    pub(crate) tokenizer: Tokenizer,
    /// Tokens that end an answer.
    pub(crate) end_tokens: BTreeSet<u32>,
    /// Tokens that are never part of a text.
    pub(crate) special_tokens: BTreeSet<u32>,
    pub(crate) listing: Listing,
    files: ModelFiles,
    source: Source,
    /// Made when the first text must have a form.
    vocabulary: OnceLock<Arc<Vocabulary>>,
}

/// Where the weights are.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// In safetensors, beside the other files.
    SafeTensors(WeightFiles),
    /// In one GGUF file, with everything else.
    Gguf(String),
}

impl Source {
    /// Finds them.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when there are none.
    pub(crate) fn of(files: &ModelFiles) -> Result<Self, GeneratorError> {
        match gguf::file_of(files)? {
            Some(name) => Ok(Self::Gguf(name)),
            None => weights::files_of(files).map(Self::SafeTensors),
        }
    }

    fn files(&self) -> &[String] {
        match self {
            Self::SafeTensors(files) => &files.shards,
            Self::Gguf(name) => slice::from_ref(name),
        }
    }

    const fn naming(&self) -> Naming {
        match self {
            Self::SafeTensors(_) => Naming::HuggingFace,
            Self::Gguf(_) => Naming::Gguf,
        }
    }
}

impl Opened {
    /// Reads and checks everything but the weights, of which it reads the headers and the digest.
    ///
    /// # Errors
    /// [`GeneratorError`] for the first thing that is wrong.
    pub(crate) fn open(files: ModelFiles, name: &str) -> Result<Self, GeneratorError> {
        let source = Source::of(&files)?;
        let Described { config, tokenizer, manual, shapes } = describe(&files, &source)?;
        check_shapes(&config, source.naming(), &shapes)?;
        let mut end_tokens: BTreeSet<u32> = if manual.end_tokens.is_empty() {
            config.end_tokens.iter().copied().collect()
        } else {
            manual.end_tokens.iter().copied().collect()
        };
        if let PromptForm::Facts(facts) = &manual.form {
            end_tokens.insert(facts.end(&tokenizer)?);
        }
        let listing = files.list(&names(&files, &source))?;
        let mut card = card(&config, &manual, &listing, name);
        card.starter = matches!(files, ModelFiles::Program(_));
        let special = tokenizer.get_added_tokens_decoder().into_iter();
        let special_tokens = special.filter(|(_, token)| token.special).map(|(id, _)| id).collect();
        Ok(Self {
            card,
            config,
            manual,
            tokenizer,
            end_tokens,
            special_tokens,
            listing,
            files,
            source,
            vocabulary: OnceLock::new(),
        })
    }

    /// The bytes of every token.
    pub(crate) fn vocabulary(&self) -> Arc<Vocabulary> {
        let made = || json::vocabulary(&self.tokenizer, &self.special_tokens);
        Arc::clone(self.vocabulary.get_or_init(made))
    }

    /// Reads the weights and tells of it.
    ///
    /// # Errors
    /// [`GeneratorError`] when a file is not what it was, or nobody listens any more.
    pub(crate) fn load(&self, events: Option<&EventSender>) -> Result<Network, GeneratorError> {
        let naming = self.source.naming();
        let wanted: BTreeSet<String> =
            parts::shapes(&self.config, naming).into_iter().map(|(name, _)| name).collect();
        let names = self.source.files();
        let sizes = self.listing.files().iter().filter(|file| names.contains(&file.name));
        let (mut done, total) = (0, sizes.map(|file| file.bytes).sum());
        let mut progress = |bytes| {
            done += bytes;
            events.map_or(Ok(()), |events| events.send_blocking(Event::Loading { done, total }))
        };
        let (files, listing) = (&self.files, &self.listing);
        let mut weights = match &self.source {
            Source::SafeTensors(WeightFiles { shards, .. }) => {
                let wanted = |name: &str| wanted.contains(name);
                Weights::read(files, listing, shards, &wanted, &mut progress)?
            }
            Source::Gguf(name) => {
                gguf::load(files, name, (listing, &self.config), &wanted, &mut progress)?
            }
        };
        Network::new(&self.config, naming, &mut weights)
    }
}

/// Reads everything but the weights.
fn describe(files: &ModelFiles, source: &Source) -> Result<Described, GeneratorError> {
    match source {
        Source::Gguf(name) => {
            let described = gguf::describe(files, name)?;
            check_vocabulary(files, name, &described.tokenizer, &described.config)?;
            Ok(described)
        }
        Source::SafeTensors(weight_files) => {
            let config = config(files)?;
            let tokenizer = tokenizer(files, &config)?;
            let manual = Manual::read(files)?;
            let shapes = stored(files, weight_files)?;
            Ok(Described { config, tokenizer, manual, shapes })
        }
    }
}

/// Every token must be one that the network knows.
fn check_vocabulary(
    files: &ModelFiles,
    name: &str,
    tokenizer: &Tokenizer,
    config: &Config,
) -> Result<(), GeneratorError> {
    let largest = tokenizer.get_vocab(true).into_values().max().unwrap_or(0);
    if (largest as usize) < config.vocabulary {
        return Ok(());
    }
    let size = config.vocabulary;
    let reason = format!("has a token {largest}, but the network knows {size} tokens");
    Err(GeneratorError::file(files.path(name), reason))
}

/// Reads `config.json`.
pub(crate) fn config(files: &ModelFiles) -> Result<Config, GeneratorError> {
    let text = files.read(CONFIG, CONFIG_BYTES_MAX)?;
    huggingface::parse(&text).map_err(|error| match error {
        ConfigError::Json(reason) => GeneratorError::file(files.path(CONFIG), reason),
        ConfigError::Model(error) => error,
    })
}

/// Reads `tokenizer.json`.
pub(crate) fn tokenizer(files: &ModelFiles, config: &Config) -> Result<Tokenizer, GeneratorError> {
    let wrong = |reason: String| GeneratorError::file(files.path(TOKENIZER), reason);
    let text = files.read(TOKENIZER, TOKENIZER_BYTES_MAX)?;
    let tokenizer = tokens::tokenizer(&text).map_err(wrong)?;
    check_vocabulary(files, TOKENIZER, &tokenizer, config)?;
    Ok(tokenizer)
}

/// The shapes that the weight files hold, by tensor name.
pub(crate) fn stored(
    files: &ModelFiles,
    weight_files: &WeightFiles,
) -> Result<BTreeMap<String, Vec<usize>>, GeneratorError> {
    let mut stored = BTreeMap::new();
    for name in &weight_files.shards {
        stored.extend(Header::of(files, name)?.shapes());
    }
    Ok(stored)
}

/// Every tensor of the network must be there in its shape.
pub(crate) fn check_shapes(
    config: &Config,
    naming: Naming,
    stored: &BTreeMap<String, Vec<usize>>,
) -> Result<(), GeneratorError> {
    for (name, expected) in parts::shapes(config, naming) {
        let reason = match stored.get(&name) {
            Some(found) if *found == expected => continue,
            Some(found) => {
                format!("tensor `{name}` is {found:?} where config.json says {expected:?}")
            }
            None => format!("the weight files have no tensor `{name}`"),
        };
        return Err(GeneratorError::Unsupported { reason });
    }
    Ok(())
}

/// The files that decide what a model does.
pub(crate) fn names(files: &ModelFiles, source: &Source) -> Vec<String> {
    let weight_files = match source {
        Source::Gguf(name) => return vec![name.clone()],
        Source::SafeTensors(weight_files) => weight_files,
    };
    let beside = [
        CONFIG,
        TOKENIZER,
        manual::OURS,
        manual::GENERATION,
        manual::TOKENIZER_CONFIG,
        manual::TEMPLATE,
    ];
    let beside = beside.into_iter().filter(|name| files.has(name)).chain(weight_files.index);
    beside.map(str::to_owned).chain(weight_files.shards.iter().cloned()).collect()
}

fn card(config: &Config, manual: &Manual, listing: &Listing, name: &str) -> ModelCard {
    let sha256 = listing.sha256();
    let identity = &manual.identity;
    // A model without a version is named by its content.
    let content = || sha256.to_string().chars().take(12).collect();
    ModelCard {
        name: identity.name.clone().unwrap_or_else(|| name.to_owned()),
        version: identity.version.clone().unwrap_or_else(content),
        sha256,
        modality: Modality::Text,
        tasks: Vec::new(),
        algorithmic: false,
        backend: "llama".to_owned(),
        starter: false,
        architecture: config.family.architecture.to_owned(),
        parameters: parts::parameters(config),
        languages: identity.languages.clone(),
        licence: identity.licence.clone(),
    }
}
