//! From a prompt to the tokens of a text encoder.

use serde_json::{Value, json};
use tokenizers::Tokenizer;

use super::{clip::ClipConfig, shape};
use crate::{GeneratorError, Warning, files::ModelFiles, tokens};

/// Vocabularies above this are refused: 64 MiB.
const BYTES_MAX: u64 = 64 << 20;
/// How CLIP cuts a text before it looks for tokens.
const CUTS: &str =
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";

/// The tokenizer of a text encoder.
#[derive(Debug)]
pub(crate) struct Words {
    tokenizer: Tokenizer,
    start: u32,
    end: u32,
    pad: u32,
    /// Tokens that the encoder reads.
    length: usize,
}

/// The files of a tokenizer in its folder, as far as they are there.
pub(crate) fn names(files: &ModelFiles, folder: &str) -> Vec<String> {
    let names = [
        "tokenizer.json",
        "vocab.json",
        "merges.txt",
        "tokenizer_config.json",
        "special_tokens_map.json",
    ];
    let names = names.into_iter().map(|name| format!("{folder}/{name}"));
    names.filter(|name| files.has(name)).collect()
}

impl Words {
    /// Reads the tokenizer in `folder`.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when it is missing, damaged or has tokens that the encoder lacks.
    pub(crate) fn read(
        files: &ModelFiles,
        folder: &str,
        config: &ClipConfig,
    ) -> Result<Self, GeneratorError> {
        let whole = format!("{folder}/tokenizer.json");
        let wrong = |reason: String| GeneratorError::file(files.path(folder), reason);
        let text = if files.has(&whole) {
            files.read(&whole, BYTES_MAX)?
        } else {
            put_together(files, folder)?.to_string().into_bytes()
        };
        let damaged = |reason: String| wrong(format!("has no tokenizer to read: {reason}"));
        let tokenizer = tokens::tokenizer(&text).map_err(damaged)?;
        let largest = tokenizer.get_vocab(true).into_values().max().unwrap_or(0);
        if largest as usize >= config.vocab_size {
            let size = config.vocab_size;
            return Err(wrong(format!(
                "has a token {largest}, but the encoder knows {size} tokens"
            )));
        }
        let special = Special::read(files, folder)?;
        let id = |name: &str| {
            tokenizer.token_to_id(name).ok_or_else(|| wrong(format!("has no token `{name}`")))
        };
        let (start, end, pad) = (id(&special.start)?, id(&special.end)?, id(&special.pad)?);
        Ok(Self { start, end, pad, length: config.max_position_embeddings, tokenizer })
    }

    /// The tokens of a prompt, with its start and end, filled up; a prompt that is too long is cut,
    /// and the person is told what was not read.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when the tokenizer fails.
    pub(crate) fn encode(
        &self,
        prompt: &str,
    ) -> Result<(Vec<u32>, Option<Warning>), GeneratorError> {
        let failed = |error: tokenizers::Error| GeneratorError::Failed(error.to_string());
        let encoded = self.tokenizer.encode_char_offsets(prompt, false).map_err(failed)?;
        let room = self.length.saturating_sub(2);
        let mut ids = vec![self.start];
        ids.extend(encoded.get_ids().iter().take(room));
        ids.push(self.end);
        ids.resize(self.length, self.pad);
        let cut = encoded.get_offsets().get(room).map(|(from, _)| *from);
        let warning = cut.map(|from| {
            let rest: String = prompt.chars().skip(from).collect();
            let all = encoded.get_ids().len();
            Warning::Limit(format!(
                "the prompt has {all} tokens and the model reads {room}: “{}” was not read",
                rest.trim()
            ))
        });
        Ok((ids, warning))
    }
}

/// The same tokenizer from a vocabulary and a list of merges.
fn put_together(files: &ModelFiles, folder: &str) -> Result<Value, GeneratorError> {
    let name = format!("{folder}/vocab.json");
    let wrong = |error: serde_json::Error| GeneratorError::file(files.path(&name), error);
    let vocabulary: Value =
        serde_json::from_slice(&files.read(&name, BYTES_MAX)?).map_err(wrong)?;
    let name = format!("{folder}/merges.txt");
    let merges = String::from_utf8(files.read(&name, BYTES_MAX)?)
        .map_err(|error| GeneratorError::file(files.path(&name), error))?;
    let merges: Vec<&str> =
        merges.lines().filter(|line| !line.starts_with("#version") && line.contains(' ')).collect();
    let special = |name: &str| {
        let id = vocabulary.get(name)?.as_u64()?;
        Some(json!({"id": id, "content": name, "single_word": false, "lstrip": false,
                    "rstrip": false, "normalized": false, "special": true}))
    };
    let added: Vec<Value> =
        ["<|startoftext|>", "<|endoftext|>"].into_iter().filter_map(special).collect();
    Ok(json!({
        "version": "1.0",
        "added_tokens": added,
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "NFC"},
            {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "},
            {"type": "Lowercase"},
        ]},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": CUTS}, "behavior": "Removed", "invert": true},
            {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
             "use_regex": false},
        ]},
        "post_processor": null,
        "decoder": null,
        "model": {"type": "BPE", "dropout": null, "unk_token": "<|endoftext|>",
                  "continuing_subword_prefix": "", "end_of_word_suffix": "</w>",
                  "fuse_unk": false, "byte_fallback": false,
                  "vocab": vocabulary, "merges": merges},
    }))
}

/// Names of the tokens around a text.
struct Special {
    start: String,
    end: String,
    pad: String,
}

impl Special {
    fn read(files: &ModelFiles, folder: &str) -> Result<Self, GeneratorError> {
        let mut found = Vec::new();
        for name in ["special_tokens_map.json", "tokenizer_config.json"] {
            let name = format!("{folder}/{name}");
            if files.has(&name) {
                found.push(shape::json(files, &name)?);
            }
        }
        let named = |key: &str| {
            found.iter().find_map(|map| {
                let token = map.get(key)?;
                token.as_str().or_else(|| token.get("content")?.as_str()).map(str::to_owned)
            })
        };
        let end = named("eos_token").unwrap_or_else(|| "<|endoftext|>".to_owned());
        Ok(Self {
            start: named("bos_token").unwrap_or_else(|| "<|startoftext|>".to_owned()),
            pad: named("pad_token").unwrap_or_else(|| end.clone()),
            end,
        })
    }
}
