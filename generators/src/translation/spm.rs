//! SentencePiece's `.spm` and `.model` files: pieces with their scores, and how texts are
//! normalised.
//!
//! No kept library reads them in pure Rust without a code generator, and the format needs little:
//! `ModelProto` of `sentencepiece_model.proto`, of which four messages matter. What is read becomes a
//! tokenizer of `tokenizers`, whose unigram model and precompiled normalisation are the same.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokenizers::Tokenizer;

use crate::tokens;

/// A space within a piece.
pub(crate) const SPACE: char = '▁';

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Model {
    pub(crate) pieces: Vec<Piece>,
    /// 1 is a unigram model.
    kind: u64,
    charsmap: Vec<u8>,
    prefix: bool,
    squeeze: bool,
    byte_fallback: bool,
}

/// A piece of words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    score: f32,
    /// 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 a byte.
    kind: u64,
}

impl Model {
    /// Reads a file's content.
    ///
    /// # Errors
    /// A sentence saying what is wrong.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut model = Self {
            pieces: Vec::new(),
            kind: 1,
            charsmap: Vec::new(),
            prefix: true,
            squeeze: true,
            byte_fallback: false,
        };
        for field in Fields(bytes) {
            match field? {
                (1, Content::Bytes(piece)) => model.pieces.push(Piece::read(piece)?),
                (2, Content::Bytes(trainer)) => model.trainer(trainer)?,
                (3, Content::Bytes(normalizer)) => model.normalizer(normalizer)?,
                _ => {}
            }
        }
        if model.pieces.is_empty() {
            return Err("has no pieces: it is no SentencePiece model".to_owned());
        }
        Ok(model)
    }

    fn trainer(&mut self, bytes: &[u8]) -> Result<(), String> {
        for field in Fields(bytes) {
            match field? {
                (3, Content::Number(kind)) => self.kind = kind,
                (35, Content::Number(flag)) => self.byte_fallback = flag != 0,
                _ => {}
            }
        }
        Ok(())
    }

    fn normalizer(&mut self, bytes: &[u8]) -> Result<(), String> {
        for field in Fields(bytes) {
            match field? {
                (2, Content::Bytes(charsmap)) => self.charsmap = charsmap.to_vec(),
                (3, Content::Number(flag)) => self.prefix = flag != 0,
                (4, Content::Number(flag)) => self.squeeze = flag != 0,
                _ => {}
            }
        }
        Ok(())
    }

    /// The tokenizer; its ids are the places of the pieces.
    ///
    /// # Errors
    /// A sentence saying what is not served or damaged.
    pub(crate) fn tokenizer(&self) -> Result<Tokenizer, String> {
        if self.kind != 1 {
            return Err("is no unigram model; these are supported".to_owned());
        }
        let unknown = self.pieces.iter().position(|piece| piece.kind == 2);
        let unknown = unknown.ok_or("has no piece for what is unknown")?;
        // Control and unused pieces are never found in a text, whatever a person writes.
        let vocabulary: Vec<Value> = self
            .pieces
            .iter()
            .enumerate()
            .map(|(id, piece)| match piece.kind {
                3 | 5 => json!([format!("\u{0}{id}"), -1e9]),
                _ => json!([piece.text, piece.score]),
            })
            .collect();
        let mut steps = Vec::new();
        if !self.charsmap.is_empty() {
            let charsmap = STANDARD.encode(&self.charsmap);
            steps.push(json!({"type": "Precompiled", "precompiled_charsmap": charsmap}));
        }
        if self.squeeze {
            steps.push(json!({"type": "Strip", "strip_left": true, "strip_right": true}));
            let spaces = json!({"Regex": " {2,}"});
            steps.push(json!({"type": "Replace", "pattern": spaces, "content": " "}));
        }
        let scheme = if self.prefix { "always" } else { "never" };
        let tokenizer = json!({
            "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
            "normalizer": {"type": "Sequence", "normalizers": steps},
            "pre_tokenizer": {"type": "Metaspace", "replacement": SPACE, "prepend_scheme": scheme,
                              "split": false},
            "post_processor": null,
            "decoder": {"type": "Metaspace", "replacement": SPACE, "prepend_scheme": scheme,
                        "split": false},
            "model": {"type": "Unigram", "unk_id": unknown, "vocab": vocabulary,
                      "byte_fallback": self.byte_fallback},
        });
        tokens::tokenizer(tokenizer.to_string().as_bytes())
    }
}

impl Piece {
    fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut piece = Self { text: String::new(), score: 0.0, kind: 1 };
        for field in Fields(bytes) {
            match field? {
                (1, Content::Bytes(text)) => {
                    let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
                    text.clone_into(&mut piece.text);
                }
                (2, Content::Float(score)) if score.is_finite() => piece.score = score,
                (2, Content::Float(_)) => return Err("has a score that is no number".to_owned()),
                (3, Content::Number(kind)) => piece.kind = kind,
                _ => {}
            }
        }
        Ok(piece)
    }
}

/// Goes through the fields of a message of Protocol Buffers.
struct Fields<'a>(&'a [u8]);

/// What a field holds.
#[derive(Debug)]
enum Content<'a> {
    Number(u64),
    Float(f32),
    Bytes(&'a [u8]),
    /// Eight bytes, which no field that matters has.
    Other,
}

const DAMAGED: &str = "is damaged or no SentencePiece model: download it again";

impl<'a> Fields<'a> {
    fn varint(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for place in 0..10 {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f).checked_shl(7 * place)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn take(&mut self, count: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(count).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    fn field(&mut self) -> Option<(u64, Content<'a>)> {
        let key = self.varint()?;
        let content = match key & 7 {
            0 => Content::Number(self.varint()?),
            1 => self.take(8).map(|_| Content::Other)?,
            2 => {
                let length = self.varint()?;
                Content::Bytes(self.take(length)?)
            }
            5 => {
                let bytes = self.take(4)?.as_chunks().0.first()?;
                Content::Float(f32::from_le_bytes(*bytes))
            }
            _ => return None,
        };
        Some((key >> 3, content))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Content<'a>), String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            // Nothing after a damaged field can be trusted.
            self.0 = &[];
        }
        Some(field.ok_or_else(|| DAMAGED.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, bytes.len() as u8], bytes].concat()
    }

    fn piece(text: &str, score: f32, kind: u8) -> Vec<u8> {
        let mut bytes = field(1, text.as_bytes());
        bytes.push(2 << 3 | 5);
        bytes.extend(score.to_le_bytes());
        bytes.extend([3 << 3, kind]);
        field(1, &bytes)
    }

    fn file() -> Vec<u8> {
        [
            piece("<unk>", 0.0, 2),
            piece("</s>", 0.0, 3),
            piece("▁", -3.0, 1),
            piece("▁the", -1.0, 1),
            piece("river", -2.0, 1),
            piece("▁river", -1.5, 1),
            piece("s", -2.5, 1),
            field(2, &[3 << 3, 1]),
        ]
        .concat()
    }

    #[test]
    fn a_text_is_cut_into_its_likeliest_pieces() {
        let tokenizer = Model::read(&file()).unwrap().tokenizer().unwrap();
        let ids = |text: &str| tokenizer.encode(text, false).unwrap().get_ids().to_vec();
        assert_eq!(ids("  the   rivers "), [3, 5, 6]);
        assert_eq!(ids("the </s>"), [3, 2, 0, 6, 0]);
        assert_eq!(ids(""), Vec::<u32>::new());
    }

    #[test]
    fn other_kinds_are_refused() {
        let mut bytes = file();
        let last = bytes.len() - 1;
        bytes[last] = 2;
        let error = Model::read(&bytes).unwrap().tokenizer().unwrap_err();
        assert!(error.contains("unigram"), "{error}");
        assert!(Model::read(b"").is_err());
        assert!(Model::read(b"{\"json\": 1}").is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..40), at in 0_usize..90,
        ) {
            let mut damaged = file();
            let at = at.min(damaged.len());
            damaged.splice(at..(at + bytes.len()).min(damaged.len()), bytes.clone());
            let _ = Model::read(&bytes);
            if let Ok(model) = Model::read(&damaged) {
                let _ = model.tokenizer();
            }
        }
    }
}
