//! Reading `tokenizer.json`, whoever made it: what stops the library is refused before it is used.

use std::panic::{AssertUnwindSafe, catch_unwind};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use tokenizers::Tokenizer;

/// Where the library keeps SentencePiece's compiled normalisation.
const CHARSMAP: &str = "precompiled_charsmap";
/// Of a unit of the trie: a value lies behind it.
const HAS_LEAF: usize = 1 << 8;
/// Of a unit of the trie: its offset counts blocks of 256 units.
const IS_FAR: usize = 1 << 9;
/// What a unit's label and a leaf's value are read with.
const IS_VALUE: usize = 1 << 31;

/// The tokenizer that a description in JSON makes. Some files ask to cut or fill texts, which is for training:
/// it does neither.
///
/// # Errors
/// A sentence saying what is damaged.
pub(crate) fn tokenizer(description: &[u8]) -> Result<Tokenizer, String> {
    if description.windows(CHARSMAP.len()).any(|bytes| bytes == CHARSMAP.as_bytes()) {
        let read: Value = serde_json::from_slice(description).map_err(|error| error.to_string())?;
        check_charsmaps(&read)?;
    }
    // The library takes some parts for sound that it has only just read.
    let read = catch_unwind(AssertUnwindSafe(|| Tokenizer::from_bytes(description)));
    let mut tokenizer = read
        .map_err(|_| "its structure stops the parser".to_owned())?
        .map_err(|error| error.to_string())?;
    tokenizer.with_truncation(None).map_err(|error| error.to_string())?.with_padding(None);
    Ok(tokenizer)
}

fn check_charsmaps(described: &Value) -> Result<(), String> {
    match described {
        Value::Object(members) => members.iter().try_for_each(|(name, value)| match value {
            Value::String(encoded) if name == CHARSMAP => {
                let charsmap = STANDARD.decode(encoded);
                let sound = charsmap.is_ok_and(|charsmap| is_sound(&charsmap));
                sound.then_some(()).ok_or_else(|| "its precompiled_charsmap is damaged".to_owned())
            }
            _ => check_charsmaps(value),
        }),
        Value::Array(values) => values.iter().try_for_each(check_charsmaps),
        _ => Ok(()),
    }
}

/// Whether whatever text is looked up in SentencePiece's compiled normalisation, every step of the search and
/// every replacement lies within it: the library looks without asking.
///
/// It is the size of a double-array trie in bytes, its units of four bytes, and the replacements, each ended by
/// a zero byte (`Normalizer::DecodePrecompiledCharsMap` of SentencePiece, `DoubleArray` of Darts-clone).
fn is_sound(charsmap: &[u8]) -> bool {
    let Some((size, rest)) = charsmap.split_first_chunk::<4>() else { return false };
    let size = u32::from_le_bytes(*size) as usize;
    let Some((trie, replacements)) = rest.split_at_checked(size / 4 * 4) else { return false };
    let Ok(replacements) = std::str::from_utf8(replacements) else { return false };
    let units: Vec<usize> = trie
        .as_chunks()
        .0
        .iter()
        .map(|bytes: &[u8; 4]| u32::from_le_bytes(*bytes) as usize)
        .collect();
    let offset = |unit: usize| (unit >> 10) << ((unit & IS_FAR) >> 6);
    let Some(root) = units.first() else { return false };
    let mut seen = vec![false; units.len()];
    let mut open = vec![offset(*root)];
    while let Some(base) = open.pop() {
        match seen.get_mut(base) {
            Some(seen) if *seen => continue,
            Some(seen) => *seen = true,
            None => return false,
        }
        for byte in 1..=0xff {
            let place = base ^ byte;
            let Some(unit) = units.get(place) else { return false };
            if unit & (IS_VALUE | 0xff) != byte {
                continue;
            }
            let next = place ^ offset(*unit);
            let ends = unit & HAS_LEAF != 0;
            let value = units.get(next).map(|leaf| leaf & (IS_VALUE - 1));
            if ends && !value.is_some_and(|value| replacements.is_char_boundary(value)) {
                return false;
            }
            open.push(next);
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::text::testing::golden;

    /// A trie of one key, `a`, which becomes `xy`.
    fn charsmap() -> Vec<u8> {
        let mut units = vec![0_u32; 512];
        // The root's children begin at 256; that of `a` has its value at 0x1ff.
        units[0] = 256 << 10;
        let place = 256 ^ u32::from(b'a');
        units[place as usize] = (place ^ 0x1ff) << 10 | 1 << 8 | u32::from(b'a');
        units[0x1ff] = 1 << 31 | 2;
        let trie: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        [&(trie.len() as u32).to_le_bytes()[..], &trie, b"b\0xy\0"].concat()
    }

    fn described(charsmap: &[u8]) -> Vec<u8> {
        json!({
            "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
            "normalizer": {"type": "Sequence", "normalizers": [
                {"type": "Precompiled", "precompiled_charsmap": STANDARD.encode(charsmap)},
            ]},
            "pre_tokenizer": null, "post_processor": null, "decoder": null,
            "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false,
                      "vocab": [["<unk>", 0.0], ["xy", -1.0], ["a", -1.0]]},
        })
        .to_string()
        .into_bytes()
    }

    #[test]
    fn a_sound_normalisation_is_used() {
        let tokenizer = tokenizer(&described(&charsmap())).unwrap();
        assert_eq!(tokenizer.encode("aa", false).unwrap().get_ids(), [1, 1]);
    }

    #[test]
    fn damage_is_said() {
        let error = |charsmap: &[u8]| tokenizer(&described(charsmap)).unwrap_err();
        for cut in [0, 3, 4, 40, 1000] {
            assert!(error(&charsmap()[..cut]).contains("precompiled_charsmap"), "{cut}");
        }
        let mut outside = charsmap();
        // The value of `a` lies behind the last replacement.
        outside[4 + 0x1ff * 4] = 200;
        assert!(error(&outside).contains("precompiled_charsmap"));
        assert!(tokenizer(b"{").is_err());
    }

    #[test]
    fn files_that_people_download_are_read() {
        let file = fs::read(golden("llama").join("tokenizer.json")).unwrap();
        assert!(tokenizer(&file).is_ok());
    }

    proptest! {
        #[test]
        fn no_damage_makes_it_panic(
            at in 0_usize..2057, byte: u8, text in "[a-c\u{e4}\u{4e00}]{0,8}",
        ) {
            let mut damaged = charsmap();
            damaged[at] = byte;
            if let Ok(tokenizer) = tokenizer(&described(&damaged)) {
                tokenizer.encode(text, false).unwrap();
            }
        }
    }
}
