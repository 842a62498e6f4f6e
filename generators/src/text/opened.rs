//! What is known of a model before its weights are in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use tokenizers::Tokenizer;
use types::Modality;

use super::{
    config::{Config, ConfigError},
    json::{self, Vocabulary},
    manual::{self, Manual},
    network::{self, Network},
    prompt::PromptForm,
};
use crate::{
    Event, EventSender, GeneratorError, ModelCard,
    files::{Listing, ModelFiles},
    weights::{self, Header, WeightFiles, Weights},
};

const CONFIG: &str = "config.json";
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
    weight_files: WeightFiles,
    /// Made when the first text must have a form.
    vocabulary: OnceLock<Arc<Vocabulary>>,
}

impl Opened {
    /// Reads and checks everything but the weights, of which it reads the headers and the digest.
    ///
    /// # Errors
    /// [`GeneratorError`] for the first thing that is wrong.
    pub(crate) fn open(files: ModelFiles, name: &str) -> Result<Self, GeneratorError> {
        let config = config(&files)?;
        let tokenizer = tokenizer(&files, &config)?;
        let manual = Manual::read(&files)?;
        let weight_files = weights::files_of(&files)?;
        check_shapes(&config, &stored(&files, &weight_files)?)?;
        let mut end_tokens: BTreeSet<u32> = if manual.end_tokens.is_empty() {
            config.end_tokens.iter().copied().collect()
        } else {
            manual.end_tokens.iter().copied().collect()
        };
        if let PromptForm::Facts(facts) = &manual.form {
            end_tokens.insert(facts.end(&tokenizer)?);
        }
        let listing = files.list(&names(&files, &weight_files))?;
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
            weight_files,
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
        let wanted: BTreeSet<String> =
            network::shapes(&self.config).into_iter().map(|(name, _)| name).collect();
        let shards = &self.weight_files.shards;
        let sizes = self.listing.files().iter().filter(|file| shards.contains(&file.name));
        let (mut done, total) = (0, sizes.map(|file| file.bytes).sum());
        let mut progress = |bytes| {
            done += bytes;
            events.map_or(Ok(()), |events| events.send_blocking(Event::Loading { done, total }))
        };
        let wanted = |name: &str| wanted.contains(name);
        let mut weights =
            Weights::read(&self.files, &self.listing, shards, &wanted, &mut progress)?;
        Network::new(&self.config, &mut weights)
    }
}

/// Reads `config.json`.
pub(crate) fn config(files: &ModelFiles) -> Result<Config, GeneratorError> {
    let text = files.read(CONFIG, CONFIG_BYTES_MAX)?;
    Config::parse(&text).map_err(|error| match error {
        ConfigError::Json(reason) => GeneratorError::file(files.path(CONFIG), reason),
        ConfigError::Model(error) => error,
    })
}

/// Reads `tokenizer.json`.
pub(crate) fn tokenizer(files: &ModelFiles, config: &Config) -> Result<Tokenizer, GeneratorError> {
    let wrong = |reason: String| GeneratorError::file(files.path(TOKENIZER), reason);
    let text = files.read(TOKENIZER, TOKENIZER_BYTES_MAX)?;
    let mut tokenizer = Tokenizer::from_bytes(text).map_err(|error| wrong(error.to_string()))?;
    // Some files ask to cut or fill texts, which is for training.
    let plain = tokenizer.with_truncation(None).map_err(|error| wrong(error.to_string()))?;
    plain.with_padding(None);
    let largest = tokenizer.get_vocab(true).into_values().max().unwrap_or(0);
    if largest as usize >= config.vocabulary {
        let size = config.vocabulary;
        return Err(wrong(format!("has a token {largest}, but the network knows {size} tokens")));
    }
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
    stored: &BTreeMap<String, Vec<usize>>,
) -> Result<(), GeneratorError> {
    for (name, expected) in network::shapes(config) {
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
pub(crate) fn names(files: &ModelFiles, weight_files: &WeightFiles) -> Vec<String> {
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
        backend: "llama".to_owned(),
        starter: false,
        architecture: config.architecture.clone(),
        parameters: network::parameters(config),
        languages: identity.languages.clone(),
        licence: identity.licence.clone(),
    }
}
