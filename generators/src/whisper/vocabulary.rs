//! The tokens of a Whisper folder: words, and what stands for languages, tasks and times.

use serde_json::{Value, json};
use tokenizers::Tokenizer;

use super::config::{Config, Generation};
use crate::{GeneratorError, files::ModelFiles, tokens};

const TOKENIZER: &str = "tokenizer.json";
const VOCAB: &str = "vocab.json";
const MERGES: &str = "merges.txt";
const ADDED: &str = "added_tokens.json";
/// Vocabularies above this are refused: 64 MiB.
const BYTES_MAX: u64 = 64 << 20;

/// Words and special tokens.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    tokenizer: Tokenizer,
    /// Ends a text; words are below it.
    pub(crate) end: u32,
    pub(crate) start: u32,
    pub(crate) transcribe: u32,
    pub(crate) translate: u32,
    /// Begins what was written before.
    pub(crate) before: Option<u32>,
    pub(crate) no_speech: Option<u32>,
    pub(crate) no_times: u32,
    /// The first token for a time; one for every 20 ms.
    pub(crate) times: u32,
    /// Codes and tokens, sorted; empty for models of English alone.
    pub(crate) languages: Vec<(String, u32)>,
}

/// The files of a tokenizer, as far as they are there.
pub(crate) fn names(files: &ModelFiles) -> impl Iterator<Item = &'static str> {
    let names = if files.has(TOKENIZER) { vec![TOKENIZER] } else { vec![VOCAB, MERGES, ADDED] };
    names.into_iter().filter(|name| files.has(name))
}

impl Vocabulary {
    /// Reads `tokenizer.json`, or `vocab.json` with `merges.txt`.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when it is missing, damaged or lacks a token that is needed.
    pub(crate) fn read(
        files: &ModelFiles,
        config: &Config,
        generation: &Generation,
    ) -> Result<Self, GeneratorError> {
        let wrong = |reason: String| GeneratorError::file(files.path(TOKENIZER), reason);
        let text = if files.has(TOKENIZER) || !files.has(VOCAB) {
            files.read(TOKENIZER, BYTES_MAX)?
        } else {
            put_together(files)?.to_string().into_bytes()
        };
        let tokenizer = tokens::tokenizer(&text).map_err(wrong)?;
        let largest = tokenizer.get_vocab(true).into_values().max().unwrap_or(0) as usize;
        if largest >= config.vocab_size {
            let size = config.vocab_size;
            return Err(wrong(format!(
                "has a token {largest}, but the network knows {size} tokens"
            )));
        }
        let id = |name: &str| tokenizer.token_to_id(name);
        let need = |name: &str| id(name).ok_or_else(|| wrong(format!("has no token `{name}`")));
        let no_times = match generation.no_timestamps_token_id {
            Some(id) => id,
            None => need("<|notimestamps|>")?,
        };
        let languages = languages(&tokenizer, config, generation);
        let made = Self {
            end: config.eos_token_id.map_or_else(|| need("<|endoftext|>"), Ok)?,
            start: config
                .decoder_start_token_id
                .map_or_else(|| need("<|startoftranscript|>"), Ok)?,
            transcribe: need("<|transcribe|>")?,
            translate: need("<|translate|>")?,
            before: id("<|startofprev|>"),
            no_speech: id("<|nospeech|>").or_else(|| id("<|nocaptions|>")),
            no_times,
            times: no_times + 1,
            languages,
            tokenizer,
        };
        if made.times as usize >= config.vocab_size || made.end > made.no_times {
            return Err(wrong("has its special tokens in another order".to_owned()));
        }
        Ok(made)
    }

    /// Whether a token stands for a time.
    pub(crate) const fn is_time(&self, id: u32) -> bool {
        id >= self.times
    }

    /// The tokens of a text.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when the tokenizer fails.
    pub(crate) fn encode(&self, text: &str) -> Result<Vec<u32>, GeneratorError> {
        let encoded = self.tokenizer.encode_fast(text, false);
        let encoded = encoded.map_err(|error| GeneratorError::Failed(error.to_string()))?;
        // What a person writes must not give orders.
        Ok(encoded.get_ids().iter().copied().filter(|id| *id < self.end).collect())
    }

    /// The words of some tokens; special ones have none.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when the tokenizer fails.
    pub(crate) fn decode(&self, ids: &[u32]) -> Result<String, GeneratorError> {
        let words: Vec<u32> = ids.iter().copied().filter(|id| *id < self.end).collect();
        let text = self.tokenizer.decode(&words, true);
        text.map_err(|error| GeneratorError::Failed(error.to_string()))
    }

    /// The token of a language, by its code.
    pub(crate) fn language(&self, code: &str) -> Option<u32> {
        self.languages.iter().find(|(known, _)| known == code).map(|(_, id)| *id)
    }
}

/// Languages that a model was taught, if more than English.
fn languages(
    tokenizer: &Tokenizer,
    config: &Config,
    generation: &Generation,
) -> Vec<(String, u32)> {
    /// The size of the vocabulary that models of English alone have.
    const ENGLISH: usize = 51_864;
    if !generation.is_multilingual.unwrap_or(config.vocab_size != ENGLISH) {
        return Vec::new();
    }
    let code = |name: &str| {
        let code = name.strip_prefix("<|")?.strip_suffix("|>")?;
        let fits = (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase());
        fits.then(|| code.to_owned())
    };
    let known: Vec<(String, u32)> = match &generation.lang_to_id {
        Some(known) => known.iter().map(|(name, id)| (name.clone(), *id)).collect(),
        None => tokenizer.get_vocab(true).into_iter().collect(),
    };
    let inside = known.into_iter().filter(|(_, id)| (*id as usize) < config.vocab_size);
    let mut languages: Vec<_> = inside.filter_map(|(name, id)| Some((code(&name)?, id))).collect();
    languages.sort();
    languages
}

/// The same tokenizer from a vocabulary and a list of merges.
fn put_together(files: &ModelFiles) -> Result<Value, GeneratorError> {
    let wrong = |name: &str, error: String| GeneratorError::file(files.path(name), error);
    let read = |name: &str| -> Result<Value, GeneratorError> {
        let text = files.read(name, BYTES_MAX)?;
        serde_json::from_slice(&text).map_err(|error| wrong(name, error.to_string()))
    };
    let mut vocabulary = read(VOCAB)?;
    let text = String::from_utf8(files.read(MERGES, BYTES_MAX)?);
    let text = text.map_err(|error| wrong(MERGES, error.to_string()))?;
    let merges: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| !line.starts_with("#version"))
        .map(|line| line.split(' ').collect::<Vec<&str>>())
        .filter(|pair| pair.len() == 2)
        .collect();
    // Some folders keep the special tokens apart, some beside the words.
    let apart = if files.has(ADDED) { read(ADDED)? } else { json!({}) };
    let special = |entry: (&String, &Value)| {
        let (name, id) = entry;
        name.starts_with("<|").then(|| {
            json!({"id": id, "content": name, "single_word": false, "lstrip": false,
                   "rstrip": false, "normalized": false, "special": true})
        })
    };
    let beside = vocabulary.as_object().into_iter().flatten().filter_map(special);
    let mut added: Vec<Value> =
        beside.chain(apart.as_object().into_iter().flatten().filter_map(special)).collect();
    added.sort_by_key(|token| token["id"].as_u64());
    added.dedup_by_key(|token| token["id"].as_u64());
    if let Some(words) = vocabulary.as_object_mut() {
        words.retain(|name, _| !name.starts_with("<|") || name == "<|endoftext|>");
    }
    let bytes = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
                       "use_regex": true});
    Ok(json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": added,
        "normalizer": null, "pre_tokenizer": bytes, "post_processor": null, "decoder": bytes,
        "model": {"type": "BPE", "dropout": null, "unk_token": null,
                  "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": false,
                  "byte_fallback": false, "vocab": vocabulary, "merges": merges},
    }))
}
