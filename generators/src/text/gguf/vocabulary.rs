//! The tokenizer that a GGUF file describes, put into the form that the `tokenizers` library reads.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};
use tokenizers::Tokenizer;

use super::metadata::Metadata;
use crate::tokens;

/// Vocabularies of today have less than 300,000 tokens.
const TOKENS_MAX: usize = 1 << 20;
/// Longer tokens are never put together from others.
const SPLIT_CHARACTERS_MAX: usize = 128;

// Kinds of tokens in `tokenizer.ggml.token_type`.
const UNKNOWN: f32 = 2.0;
const CONTROL: f32 = 3.0;
const USER_DEFINED: f32 = 4.0;

/// How texts are cut before byte pairs are merged, by `tokenizer.ggml.pre`.
const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const TEKKEN: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// Builds the tokenizer.
///
/// # Errors
/// What is missing or not supported, in words.
pub(crate) fn tokenizer(metadata: Metadata<'_>) -> Result<Tokenizer, String> {
    let vocabulary = Vocabulary::new(metadata)?;
    let described = match metadata.text("tokenizer.ggml.model") {
        Some("gpt2") => vocabulary.byte_pairs()?,
        Some("llama") => vocabulary.sentence_pieces()?,
        Some(other) => {
            let known = "`gpt2` and `llama` are supported";
            return Err(format!("its tokenizer is of the kind `{other}`; {known}"));
        }
        None => return Err("it does not describe its tokenizer".to_owned()),
    };
    let text = described.to_string();
    tokens::tokenizer(text.as_bytes())
        .map_err(|error| format!("its tokenizer cannot be built: {error}"))
}

/// The text of the token that the file names under `key`.
pub(crate) fn named<'a>(metadata: Metadata<'a>, key: &str) -> Option<(u32, &'a str)> {
    let id = metadata.number(key).ok().flatten()?;
    let token = metadata.texts("tokenizer.ggml.tokens")?.get(id)?;
    Some((u32::try_from(id).ok()?, token))
}

struct Vocabulary<'a> {
    metadata: Metadata<'a>,
    tokens: &'a [String],
    kinds: &'a [f32],
}

impl<'a> Vocabulary<'a> {
    fn new(metadata: Metadata<'a>) -> Result<Self, String> {
        let key = "tokenizer.ggml.tokens";
        let tokens = metadata.texts(key).ok_or_else(|| format!("it has no `{key}`"))?;
        if tokens.is_empty() || tokens.len() > TOKENS_MAX {
            return Err(format!("it has {} tokens; 1 to {TOKENS_MAX} are read", tokens.len()));
        }
        let kinds = metadata.numbers("tokenizer.ggml.token_type").unwrap_or_default();
        Ok(Self { metadata, tokens, kinds })
    }

    fn ids(&self) -> Map<String, Value> {
        self.tokens.iter().cloned().zip((0_u32..).map(Value::from)).collect()
    }

    /// Tokens that are never put together from others; control tokens are not part of a text.
    fn added(&self) -> Vec<Value> {
        let named = ["bos", "eos", "eot", "eom", "padding", "unknown"];
        let named = named.map(|name| format!("tokenizer.ggml.{name}_token_id"));
        let special: HashSet<u32> =
            named.iter().filter_map(|key| named_id(self.metadata, key)).collect();
        let added = (0_u32..).zip(self.tokens).filter_map(|(id, content)| {
            let kind = self.kinds.get(id as usize).copied().unwrap_or(1.0);
            let special = kind == CONTROL || kind == UNKNOWN || special.contains(&id);
            (special || kind == USER_DEFINED).then(|| {
                json!({"id": id, "content": content, "single_word": false, "lstrip": false,
                       "rstrip": false, "normalized": false, "special": special})
            })
        });
        added.collect()
    }

    /// Puts the token that begins a text, and the one that ends it, around a text.
    fn around(&self, begins: bool) -> Value {
        let flag = |key: &str, usual| self.metadata.flag(key).unwrap_or(usual);
        let begin = named(self.metadata, "tokenizer.ggml.bos_token_id")
            .filter(|_| flag("tokenizer.ggml.add_bos_token", begins));
        let end = named(self.metadata, "tokenizer.ggml.eos_token_id")
            .filter(|_| flag("tokenizer.ggml.add_eos_token", false));
        if begin.is_none() && end.is_none() {
            return Value::Null;
        }
        let special = |token: Option<(u32, &str)>, kind: u8| {
            token.map(|(_, text)| json!({"SpecialToken": {"id": text, "type_id": kind}}))
        };
        let single = [special(begin, 0), Some(json!({"Sequence": {"id": "A", "type_id": 0}}))];
        let single: Vec<Value> = single.into_iter().flatten().chain(special(end, 0)).collect();
        let second = [special(begin, 1), Some(json!({"Sequence": {"id": "B", "type_id": 1}}))];
        let second = second.into_iter().flatten().chain(special(end, 1));
        let pair: Vec<Value> = single.iter().cloned().chain(second).collect();
        let tokens = begin.into_iter().chain(end).map(|(id, text)| {
            (text.to_owned(), json!({"id": text, "ids": [id], "tokens": [text]}))
        });
        json!({"type": "TemplateProcessing", "single": single, "pair": pair,
               "special_tokens": tokens.collect::<Map<String, Value>>()})
    }

    /// Byte pairs, as GPT-2 and most models since.
    fn byte_pairs(&self) -> Result<Value, String> {
        let key = "tokenizer.ggml.merges";
        let merges = self.metadata.texts(key).ok_or_else(|| format!("it has no `{key}`"))?;
        let pre = self.metadata.text("tokenizer.ggml.pre").unwrap_or("default");
        let (pattern, normalizer) = match pre {
            "default" | "gpt-2" | "gpt2" | "phi-2" => (None, Value::Null),
            "llama3" | "llama-v3" | "llama-bpe" | "smaug-bpe" => (Some(LLAMA3), Value::Null),
            "qwen2" | "deepseek-r1-qwen" => (Some(QWEN2), json!({"type": "NFC"})),
            "tekken" => (Some(TEKKEN), Value::Null),
            other => return Err(format!("its texts are cut by `{other}`, which is not supported")),
        };
        let bytes = |use_regex: bool| {
            json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false,
                   "use_regex": use_regex})
        };
        let cut = pattern.map_or_else(
            || bytes(true),
            |pattern| {
                let split = json!({"type": "Split", "pattern": {"Regex": pattern},
                                   "behavior": "Isolated", "invert": false});
                json!({"type": "Sequence", "pretokenizers": [split, bytes(false)]})
            },
        );
        let llama = pattern == Some(LLAMA3);
        let merges: Vec<Value> = merges
            .iter()
            .filter_map(|merge| merge.split_once(' ').map(|(a, b)| json!([a, b])))
            .collect();
        Ok(json!({
            "version": "1.0", "added_tokens": self.added(), "normalizer": normalizer,
            "pre_tokenizer": cut, "post_processor": self.around(llama), "decoder": bytes(true),
            "model": {"type": "BPE", "vocab": self.ids(), "merges": merges,
                      "ignore_merges": llama},
        }))
    }

    /// Pieces by their scores, as SentencePiece: llama 2, mistral, gemma, phi 3.
    fn sentence_pieces(&self) -> Result<Value, String> {
        let key = "tokenizer.ggml.scores";
        let scores = self.metadata.numbers(key).ok_or_else(|| format!("it has no `{key}`"))?;
        if scores.len() != self.tokens.len() {
            return Err(format!("it has {} scores for {} tokens", scores.len(), self.tokens.len()));
        }
        let blank = "\u{2581}";
        let prefix = self.metadata.flag("tokenizer.ggml.add_space_prefix").unwrap_or(true);
        let replace = |from: &str, to: &str| json!({"type": "Replace", "pattern": {"String": from}, "content": to});
        let mut normalizers = vec![replace(" ", blank)];
        let mut decoders =
            vec![replace(blank, " "), json!({"type": "ByteFallback"}), json!({"type": "Fuse"})];
        if prefix {
            normalizers.insert(0, json!({"type": "Prepend", "prepend": blank}));
            decoders.push(json!({"type": "Strip", "content": " ", "start": 1, "stop": 0}));
        }
        let unknown = named(self.metadata, "tokenizer.ggml.unknown_token_id").map(|(_, text)| text);
        Ok(json!({
            "version": "1.0", "added_tokens": self.added(),
            "normalizer": {"type": "Sequence", "normalizers": normalizers},
            "pre_tokenizer": null, "post_processor": self.around(true),
            "decoder": {"type": "Sequence", "decoders": decoders},
            "model": {"type": "BPE", "vocab": self.ids(), "merges": self.merges(scores),
                      "unk_token": unknown, "fuse_unk": true, "byte_fallback": true},
        }))
    }

    /// Every way to put a token together from two others, best scores first.
    fn merges(&self, scores: &[f32]) -> Vec<Value> {
        let known: HashMap<&str, usize> = self.tokens.iter().map(String::as_str).zip(0..).collect();
        let mut found = Vec::new();
        for (token, score) in self.tokens.iter().zip(scores) {
            let cuts = token.char_indices().map(|(at, _)| at).skip(1);
            for at in cuts.take(SPLIT_CHARACTERS_MAX) {
                let (left, right) = token.split_at(at);
                if let (Some(a), Some(b)) = (known.get(left), known.get(right)) {
                    found.push((*score, left, right, (*a, *b)));
                }
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.3.cmp(&b.3)));
        found.into_iter().map(|(_, left, right, _)| json!([left, right])).collect()
    }
}

fn named_id(metadata: Metadata<'_>, key: &str) -> Option<u32> {
    named(metadata, key).map(|(id, _)| id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::gguf;

    fn values(kind: &str, extra: Vec<(&str, gguf::Value)>) -> BTreeMap<String, gguf::Value> {
        let text = |text: &str| gguf::Value::Text(text.to_owned());
        let start = [("general.architecture", text("llama")), ("tokenizer.ggml.model", text(kind))];
        let all = start.into_iter().chain(extra);
        all.map(|(key, value)| (key.to_owned(), value)).collect()
    }

    fn texts(texts: &[&str]) -> gguf::Value {
        gguf::Value::Texts(texts.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn pieces_are_merged_by_their_scores_and_bytes_stand_for_the_rest() {
        let tokens = [
            "<unk>",
            "<s>",
            "<0xE6>",
            "<0xB1>",
            "<0x89>",
            "\u{2581}",
            "a",
            "b",
            "ab",
            "\u{2581}ab",
            "ba",
        ];
        let scores = [0.0, 0.0, 0.0, 0.0, 0.0, -9.0, -9.0, -9.0, -1.0, -2.0, -3.0];
        let kinds = [2.0, 3.0, 6.0, 6.0, 6.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
        let values = values(
            "llama",
            vec![
                ("tokenizer.ggml.tokens", texts(&tokens)),
                ("tokenizer.ggml.scores", gguf::Value::Numbers(scores.to_vec())),
                ("tokenizer.ggml.token_type", gguf::Value::Numbers(kinds.to_vec())),
                ("tokenizer.ggml.bos_token_id", gguf::Value::Integer(1)),
                ("tokenizer.ggml.unknown_token_id", gguf::Value::Integer(0)),
            ],
        );
        let tokenizer = tokenizer(Metadata::new(&values).unwrap()).unwrap();
        let encoded = tokenizer.encode("ab aba汉", true).unwrap();
        assert_eq!(encoded.get_ids(), [1, 9, 9, 6, 2, 3, 4]);
        assert_eq!(tokenizer.decode(encoded.get_ids(), true).unwrap(), "ab aba汉");
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        let tokens = || ("tokenizer.ggml.tokens", texts(&["a"]));
        let pre = |name: &str| ("tokenizer.ggml.pre", gguf::Value::Text(name.to_owned()));
        let cases = [
            (values("bert", vec![tokens()]), "`bert`"),
            (values("gpt2", vec![]), "tokens"),
            (values("gpt2", vec![tokens()]), "merges"),
            (values("llama", vec![tokens()]), "scores"),
            (
                values("gpt2", vec![tokens(), pre("other"), ("tokenizer.ggml.merges", texts(&[]))]),
                "`other`",
            ),
        ];
        for (values, expected) in cases {
            let said = tokenizer(Metadata::new(&values).unwrap()).unwrap_err();
            assert!(said.contains(expected), "{said}");
        }
    }
}
