//! From a sentence to tokens and back, and what tells a network which languages are meant.

use std::collections::HashMap;

use serde_json::Value;
use tokenizers::Tokenizer;

use super::{
    languages,
    spm::{self, Model},
    t5::Task,
};
use crate::{GeneratorError, files::ModelFiles, tokens};

const TOKENIZER: &str = "tokenizer.json";
const TOKENIZER_CONFIG: &str = "tokenizer_config.json";
const SOURCE: &str = "source.spm";
const TARGET: &str = "target.spm";
const VOCAB: &str = "vocab.json";
const TARGET_VOCAB: &str = "target_vocab.json";
/// Names that T5's pieces have had.
const PIECES: [&str; 2] = ["spiece.model", "sentencepiece.model"];
/// Vocabularies above this are refused: 64 MiB.
const BYTES_MAX: u64 = 64 << 20;

/// The tokens of a translator.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    words: Words,
    end: u32,
    /// Tags of languages with their tokens: `>>deu<<` or `<2de>`.
    pub(crate) tags: Vec<(String, u32)>,
    /// What a text is asked to become, by the pair of languages.
    prefixes: Vec<((String, String), String)>,
    /// Whether a prefix is made of the languages' names where none is known.
    named: bool,
    /// The language that is read, where the files say it.
    pub(crate) source: Option<String>,
    /// The language that is written, where the files say it and there are no tags.
    pub(crate) target: Option<String>,
}

#[derive(Debug)]
enum Words {
    /// Marian's: pieces are looked up in a list of their own.
    Listed {
        source: Box<Tokenizer>,
        ids: HashMap<String, u32>,
        written: HashMap<u32, String>,
        unknown: u32,
    },
    /// A whole tokenizer; the ids are its own. Pieces of SentencePiece are kept to write them.
    Whole(Box<Tokenizer>),
}

/// The files of a vocabulary, as far as they are there.
pub(crate) fn names(files: &ModelFiles) -> impl Iterator<Item = &'static str> {
    let [one, other] = PIECES;
    let names = [TOKENIZER, TOKENIZER_CONFIG, SOURCE, TARGET, VOCAB, TARGET_VOCAB, one, other];
    names.into_iter().filter(|name| files.has(name))
}

impl Vocabulary {
    /// Reads Marian's `source.spm`, `target.spm` and `vocab.json`.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when one is missing or damaged.
    pub(crate) fn marian(
        files: &ModelFiles,
        (read, written): (usize, usize),
        end: u32,
    ) -> Result<Self, GeneratorError> {
        let source = pieces(files, SOURCE)?;
        // Only its kind is looked at: what is written is put together from the list.
        pieces(files, TARGET)?;
        let ids = list(files, VOCAB, read)?;
        let target =
            if files.has(TARGET_VOCAB) { list(files, TARGET_VOCAB, written)? } else { ids.clone() };
        let unknown = ids.get("<unk>").copied();
        let unknown = unknown.ok_or_else(|| {
            GeneratorError::file(files.path(VOCAB), "has no `<unk>` for what is unknown")
        })?;
        let tag = |(piece, id): (&String, &u32)| {
            let tag = piece.strip_prefix(">>")?.strip_suffix("<<")?;
            Some((tag.to_owned(), *id))
        };
        let mut tags: Vec<(String, u32)> = ids.iter().filter_map(tag).collect();
        tags.sort();
        let settings = settings(files)?;
        let named = |name: &str| settings.get(name).and_then(Value::as_str).map(str::to_owned);
        let written = target.into_iter().map(|(piece, id)| (id, piece)).collect();
        Ok(Self {
            words: Words::Listed { source: Box::new(source), ids, written, unknown },
            end,
            tags,
            prefixes: Vec::new(),
            named: false,
            source: named("source_lang"),
            target: named("target_lang"),
        })
    }

    /// Reads T5's `tokenizer.json`, or its pieces.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when it is missing or damaged.
    pub(crate) fn t5<'a>(
        files: &ModelFiles,
        size: usize,
        end: u32,
        tasks: impl Iterator<Item = (&'a String, &'a Task)>,
    ) -> Result<Self, GeneratorError> {
        let name =
            PIECES.into_iter().find(|name| files.has(name)).filter(|_| !files.has(TOKENIZER));
        let tokenizer = match name {
            Some(name) => pieces(files, name)?,
            None => whole(files)?,
        };
        let vocabulary = tokenizer.get_vocab(true);
        let largest = vocabulary.values().max().copied().unwrap_or(0) as usize;
        if largest >= size {
            let reason = format!("has a token {largest}, but the network knows {size} tokens");
            return Err(GeneratorError::file(files.path(name.unwrap_or(TOKENIZER)), reason));
        }
        let tag = |(piece, id): (&String, &u32)| {
            let tag = piece.strip_prefix("<2")?.strip_suffix('>')?;
            Some((tag.to_owned(), *id))
        };
        let mut tags: Vec<(String, u32)> = vocabulary.iter().filter_map(tag).collect();
        tags.sort();
        let prefix = |(name, task): (&String, &Task)| {
            let (from, to) = name.strip_prefix("translation_")?.split_once("_to_")?;
            Some(((from.to_owned(), to.to_owned()), task.prefix.clone()?))
        };
        let prefixes = tasks.filter_map(prefix).collect();
        let named = tags.is_empty();
        let words = Words::Whole(Box::new(tokenizer));
        Ok(Self { words, end, tags, prefixes, named, source: None, target: None })
    }

    /// Pairs of languages that the files tell of.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let any = || self.source.as_deref().map_or_else(|| "*".to_owned(), languages::code);
        let mut pairs: Vec<(String, String)> = self
            .tags
            .iter()
            .map(|(tag, _)| (any(), languages::code(tag)))
            .chain(self.prefixes.iter().map(|(pair, _)| pair.clone()))
            .collect();
        if let (Some(target), true) = (&self.target, self.tags.is_empty()) {
            pairs.push((any(), languages::code(target)));
        }
        pairs.sort();
        pairs.dedup();
        pairs
    }

    /// How a text of this pair begins: tokens, and words.
    ///
    /// # Errors
    /// [`GeneratorError::Parameter`] when the model does not know it.
    pub(crate) fn beginning(
        &self,
        from: Option<&str>,
        to: &str,
    ) -> Result<(Option<u32>, String), GeneratorError> {
        let unknown =
            |parameter, reason: String| Err(GeneratorError::Parameter { parameter, reason });
        if let (Some(source), Some(from)) = (&self.source, from)
            && self.tags.len() < 2
            && languages::code(source) != languages::code(from)
        {
            let reason = format!("is `{from}`; this model reads {source}");
            return unknown("source_language", reason);
        }
        if !self.tags.is_empty() {
            let meant = languages::meant(to, self.tags.iter().map(|(tag, _)| tag.as_str()));
            let token = self.tags.iter().find(|(tag, _)| Some(tag.as_str()) == meant);
            return match token {
                Some((_, id)) => Ok((Some(*id), String::new())),
                None => {
                    let tags: Vec<&str> = self.tags.iter().map(|(tag, _)| tag.as_str()).collect();
                    unknown(
                        "target_language",
                        format!("is `{to}`; the model writes {}", tags.join(", ")),
                    )
                }
            };
        }
        if self.named {
            return self.named_prefix(from, to).map(|prefix| (None, prefix));
        }
        match &self.target {
            Some(target) if languages::code(target) != languages::code(to) => {
                unknown("target_language", format!("is `{to}`; this model writes {target}"))
            }
            _ => Ok((None, String::new())),
        }
    }

    fn named_prefix(&self, from: Option<&str>, to: &str) -> Result<String, GeneratorError> {
        let from = from.unwrap_or("en");
        let pair = (languages::code(from), languages::code(to));
        if let Some((_, prefix)) = self.prefixes.iter().find(|(known, _)| *known == pair) {
            return Ok(prefix.clone());
        }
        let name = |parameter, tag: &str| {
            let reason = format!("is `{tag}`, which is no language that is known here");
            languages::name(tag).ok_or(GeneratorError::Parameter { parameter, reason })
        };
        let (from, to) = (name("source_language", from)?, name("target_language", to)?);
        Ok(format!("translate {from} to {to}: "))
    }

    /// The tokens of a sentence with its beginning and end.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when the tokenizer fails.
    pub(crate) fn encode(
        &self,
        (tag, prefix): &(Option<u32>, String),
        sentence: &str,
    ) -> Result<Vec<u32>, GeneratorError> {
        let failed = |error: tokenizers::Error| GeneratorError::Failed(error.to_string());
        let text = format!("{prefix}{sentence}");
        let mut ids: Vec<u32> = tag.iter().copied().collect();
        match &self.words {
            Words::Listed { source, ids: list, unknown, .. } => {
                let encoded = source.encode(text.as_str(), false).map_err(failed)?;
                let id = |piece: &String| list.get(piece).copied().unwrap_or(*unknown);
                ids.extend(encoded.get_tokens().iter().map(id));
            }
            Words::Whole(tokenizer) => {
                let encoded = tokenizer.encode(text.as_str(), false).map_err(failed)?;
                ids.extend_from_slice(encoded.get_ids());
            }
        }
        // What a person writes must not end the text.
        ids.retain(|id| *id != self.end);
        ids.push(self.end);
        Ok(ids)
    }

    /// The words of tokens that were written.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when the tokenizer fails.
    pub(crate) fn decode(&self, ids: &[u32]) -> Result<String, GeneratorError> {
        match &self.words {
            Words::Listed { written, .. } => {
                let is_word = |piece: &&String| !is_special(piece);
                let pieces = ids.iter().filter_map(|id| written.get(id)).filter(is_word);
                let text: String = pieces.map(String::as_str).collect();
                Ok(text.replace(spm::SPACE, " ").trim().to_owned())
            }
            Words::Whole(tokenizer) => {
                let text = tokenizer.decode(ids, true);
                let text = text.map_err(|error| GeneratorError::Failed(error.to_string()))?;
                Ok(text.trim().to_owned())
            }
        }
    }
}

/// Pieces that are no words: `</s>`, `<pad>`, `<unk>`, `>>deu<<`.
fn is_special(piece: &str) -> bool {
    (piece.starts_with(">>") && piece.ends_with("<<"))
        || ["</s>", "<s>", "<pad>", "<unk>"].contains(&piece)
}

fn pieces(files: &ModelFiles, name: &str) -> Result<Tokenizer, GeneratorError> {
    let content = files.read(name, BYTES_MAX)?;
    let wrong = |reason| GeneratorError::file(files.path(name), reason);
    Model::read(&content).and_then(|model| model.tokenizer()).map_err(wrong)
}

fn whole(files: &ModelFiles) -> Result<Tokenizer, GeneratorError> {
    let wrong = |reason: String| GeneratorError::file(files.path(TOKENIZER), reason);
    tokens::tokenizer(&files.read(TOKENIZER, BYTES_MAX)?).map_err(wrong)
}

fn list(
    files: &ModelFiles,
    name: &str,
    size: usize,
) -> Result<HashMap<String, u32>, GeneratorError> {
    let wrong = |reason: String| GeneratorError::file(files.path(name), reason);
    let ids: HashMap<String, u32> = serde_json::from_slice(&files.read(name, BYTES_MAX)?)
        .map_err(|error| wrong(error.to_string()))?;
    match ids.values().max() {
        Some(largest) if (*largest as usize) < size => Ok(ids),
        largest => Err(wrong(format!(
            "has a token {}, but the network knows {size} tokens",
            largest.copied().unwrap_or(0)
        ))),
    }
}

fn settings(files: &ModelFiles) -> Result<Value, GeneratorError> {
    if !files.has(TOKENIZER_CONFIG) {
        return Ok(Value::Null);
    }
    let wrong = |error| GeneratorError::file(files.path(TOKENIZER_CONFIG), error);
    serde_json::from_slice(&files.read(TOKENIZER_CONFIG, BYTES_MAX)?).map_err(wrong)
}
