//! Frequent words with the sums of all their features.
//!
//! A word has some twenty features, whose rows lie all over a table of megabytes. Most words of a
//! text are frequent ones, so theirs are added up once.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::{
    features,
    model::{HEADS, add},
};
use crate::normalise::frequent_words;

/// So many words make up most of an English text; their sums take half a megabyte.
const WORDS: usize = 8_192;

/// Sums by the hash of a word's letters.
#[derive(Debug, Default)]
pub(super) struct Frequent(HashMap<u32, Word, BuildHasherDefault<Itself>>);

#[derive(Debug)]
struct Word {
    letters: &'static str,
    sums: [i32; HEADS],
}

impl Frequent {
    pub(super) fn of(table: &[[u8; HEADS]]) -> Self {
        let mut words = Self::default();
        for letters in frequent_words().take(WORDS) {
            let mut word = Summing { table, hash: None, sums: [0; HEADS] };
            features::tell(letters, &mut word);
            // Of two words with one hash the more frequent stays.
            if let Summing { hash: Some(hash), sums, .. } = word {
                words.0.entry(hash).or_insert(Word { letters, sums });
            }
        }
        words
    }

    /// The sums of a word in lower case.
    pub(super) fn get(&self, hash: u32, letters: &[char]) -> Option<&[i32; HEADS]> {
        let word = self.0.get(&hash)?;
        word.letters.chars().eq(letters.iter().copied()).then_some(&word.sums)
    }
}

/// Adds up a word by itself.
struct Summing<'t> {
    table: &'t [[u8; HEADS]],
    hash: Option<u32>,
    sums: [i32; HEADS],
}

impl features::Sink for Summing<'_> {
    fn feature(&mut self, feature: features::Feature) {
        // How it looks is no matter of its letters.
        if let Some(row) = self.table.get(feature.row as usize) {
            add(&mut self.sums, row);
        }
    }

    fn knows(&mut self, hash: u32, _: &[char]) -> bool {
        self.hash = Some(hash);
        false
    }
}

/// Keys are hashes already.
#[derive(Debug, Default)]
struct Itself(u64);

impl Hasher for Itself {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash << 8 | u64::from(*byte));
    }

    fn write_u32(&mut self, hash: u32) {
        // The map looks at the highest bits, too.
        self.0 = u64::from(hash) << 32 | u64::from(hash);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
