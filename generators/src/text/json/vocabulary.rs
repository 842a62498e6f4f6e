//! The bytes of every token.

use std::collections::{BTreeMap, BTreeSet};

use tokenizers::Tokenizer;

/// The bytes of every token that is text.
#[derive(Debug)]
pub(crate) struct Vocabulary(Vec<Option<Box<[u8]>>>);

impl Vocabulary {
    /// Reads a tokenizer's vocabulary; `special` tokens are no text.
    pub(super) fn of(tokenizer: &Tokenizer, special: &BTreeSet<u32>) -> Self {
        let names = tokenizer.get_vocab(true);
        let size = names.values().max().map_or(0, |largest| *largest as usize + 1);
        let added: BTreeSet<u32> = tokenizer.get_added_tokens_decoder().into_keys().collect();
        let decoder =
            tokenizer.get_decoder().and_then(|decoder| serde_json::to_string(decoder).ok());
        let letters =
            decoder.is_some_and(|decoder| decoder.contains("\"ByteLevel\"")).then(byte_letters);
        let mut bytes: Vec<Option<Box<[u8]>>> = vec![None; size];
        for (name, id) in names {
            let spelled = match &letters {
                _ if special.contains(&id) => None,
                _ if added.contains(&id) => Some(name.into_bytes()),
                Some(letters) => name.chars().map(|letter| letters.get(&letter).copied()).collect(),
                None => Some(spelled(&name)),
            };
            if let (Some(place), Some(spelled)) = (bytes.get_mut(id as usize), spelled) {
                *place = Some(spelled.into_boxed_slice());
            }
        }
        Self(bytes)
    }

    #[cfg(test)]
    pub(super) fn from_bytes(tokens: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self(tokens.into_iter().map(|token| Some(token.into_boxed_slice())).collect())
    }

    /// A token's bytes; `None` when it is no text or has none.
    pub(crate) fn bytes(&self, token: u32) -> Option<&[u8]> {
        let bytes = self.0.get(token as usize)?.as_deref()?;
        (!bytes.is_empty()).then_some(bytes)
    }
}

/// A token of a vocabulary with `▁` for blanks and `<0x0A>` for bytes.
fn spelled(name: &str) -> Vec<u8> {
    let byte = name.strip_prefix("<0x").and_then(|rest| rest.strip_suffix('>'));
    let byte = byte.filter(|digits| digits.len() == 2);
    match byte.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
        Some(byte) => vec![byte],
        None => name.replace('\u{2581}', " ").into_bytes(),
    }
}

/// The letters by which byte-level vocabularies write bytes: those that can be printed stand for
/// themselves, the others follow from U+0100 on.
fn byte_letters() -> BTreeMap<char, u8> {
    let printed = |byte: u8| matches!(byte, 0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff);
    let mut next = 0x100_u32;
    let letter = |byte: u8| {
        if printed(byte) {
            return (char::from(byte), byte);
        }
        let letter = char::from_u32(next).unwrap_or(char::REPLACEMENT_CHARACTER);
        next += 1;
        (letter, byte)
    };
    (0..=u8::MAX).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_letters() {
        let letters = byte_letters();
        assert_eq!(letters.len(), 256);
        for (letter, byte) in [('A', b'A'), ('\u{120}', b' '), ('\u{10a}', b'\n'), ('ÿ', 0xff)] {
            assert_eq!(letters[&letter], byte, "{letter}");
        }
        assert_eq!(spelled("\u{2581}the"), b" the");
        assert_eq!(spelled("<0x0A>"), b"\n");
        assert_eq!(spelled("<0xZZ>"), b"<0xZZ>");
    }
}
