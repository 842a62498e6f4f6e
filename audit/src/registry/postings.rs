//! Which records have a value: postings in blocks of 256 records.
//!
//! The block that is being filled lives in memory; when it is full it is written, one row a value.
//! So a value that nearly every record has costs one row in 256 records, and a record costs few
//! writes when it is appended. After a restart the last block is filled again from the log.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use super::{
    failed,
    rows::{Rows, number},
    terms::Term,
};
use crate::LogError;

/// Records of a block.
pub(crate) const BLOCK: u64 = 256;

/// Which records of a block have a value: bit n for the n-th.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bits([u64; 4]);

impl Bits {
    /// All records of a block.
    pub(crate) const ALL: Self = Self([u64::MAX; 4]);
    const NONE: Self = Self([0; 4]);

    pub(crate) fn and(self, other: Self) -> Self {
        let mut words = self.0;
        words.iter_mut().zip(other.0).for_each(|(word, other)| *word &= other);
        Self(words)
    }

    /// The positions of its records, in order.
    pub(crate) fn positions(self) -> impl DoubleEndedIterator<Item = u8> {
        (0..=u8::MAX).filter(move |position| self.has(*position))
    }

    fn has(self, position: u8) -> bool {
        let word = self.0.get(usize::from(position / 64)).copied().unwrap_or_default();
        word >> (position % 64) & 1 == 1
    }

    fn set(&mut self, position: u8) {
        if let Some(word) = self.0.get_mut(usize::from(position / 64)) {
            *word |= 1 << (position % 64);
        }
    }

    /// Few positions as a list of less than 32 bytes, many as 32 bytes of bits.
    fn to_bytes(self) -> Vec<u8> {
        let list: Vec<u8> = self.positions().take(32).collect();
        if list.len() < 32 {
            list
        } else {
            self.0.iter().flat_map(|word| word.to_be_bytes()).collect()
        }
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        let mut bits = Self::NONE;
        let (words, rest) = bytes.as_chunks::<8>();
        if words.len() == 4 && rest.is_empty() {
            bits.0.iter_mut().zip(words).for_each(|(bits, word)| *bits = u64::from_be_bytes(*word));
        } else {
            bytes.iter().for_each(|position| bits.set(*position));
        }
        bits
    }
}

/// The block that is being filled.
#[derive(Debug, Default)]
struct Filling {
    block: u64,
    terms: HashMap<Term, Bits>,
}

/// Postings of all values.
#[derive(Debug, Clone)]
pub(crate) struct Postings {
    db: sled::Db,
    filling: Arc<RwLock<Filling>>,
}

impl Postings {
    pub(super) fn new(db: sled::Db) -> Self {
        Self { db, filling: Arc::default() }
    }

    /// Forgets what is not written, to be filled again from `index`, the first of a block.
    pub(super) fn begin(&self, index: u64) {
        let mut filling = self.filling.write().unwrap_or_else(PoisonError::into_inner);
        *filling = Filling { block: index / BLOCK, terms: HashMap::new() };
    }

    /// Takes in records in order, each with what it is found by; full blocks go into `rows`, which
    /// are written by `write` while no reader looks.
    pub(super) fn fill<'a>(
        &self,
        records: impl Iterator<Item = (u64, &'a [Term])>,
        mut rows: Rows,
    ) -> Result<(), LogError> {
        let mut filling = self.filling.write().unwrap_or_else(PoisonError::into_inner);
        for (index, terms) in records {
            let position = u8::try_from(index % BLOCK).unwrap_or_default();
            for term in terms {
                filling.terms.entry(*term).or_insert(Bits::NONE).set(position);
            }
            if index % BLOCK == BLOCK - 1 {
                for (term, bits) in filling.terms.drain() {
                    rows.put(&key(&term, index / BLOCK), &bits.to_bytes())?;
                }
                filling.block = index / BLOCK + 1;
            }
        }
        rows.write(&self.db)
    }

    /// The first block from `least` on that has records with the value.
    pub(crate) fn at_least(
        &self,
        term: &Term,
        least: u64,
    ) -> Result<Option<(u64, Bits)>, LogError> {
        let filling = self.filling.read().unwrap_or_else(PoisonError::into_inner);
        let rows = self.db.range(key(term, least)..=key(term, u64::MAX)).next();
        if let Some(row) = rows {
            return row.map(|(key, value)| Some(read(&key, &value))).map_err(failed);
        }
        Ok(filling.of(term).filter(|(block, _)| *block >= least))
    }

    /// The last block up to `most` that has records with the value.
    pub(crate) fn at_most(&self, term: &Term, most: u64) -> Result<Option<(u64, Bits)>, LogError> {
        let filling = self.filling.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = filling.of(term).filter(|(block, _)| *block <= most) {
            return Ok(Some(found));
        }
        let row = self.db.range(key(term, 0)..=key(term, most)).next_back();
        row.transpose().map(|row| row.map(|(key, value)| read(&key, &value))).map_err(failed)
    }
}

impl Filling {
    fn of(&self, term: &Term) -> Option<(u64, Bits)> {
        self.terms.get(term).map(|bits| (self.block, *bits))
    }
}

fn read(key: &[u8], value: &[u8]) -> (u64, Bits) {
    (number(key), Bits::from_bytes(value))
}

fn key(term: &Term, block: u64) -> Vec<u8> {
    [term.as_slice(), &block.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn positions_survive_their_bytes(positions: std::collections::BTreeSet<u8>) {
            let mut bits = Bits::NONE;
            positions.iter().for_each(|position| bits.set(*position));
            let back = Bits::from_bytes(&bits.to_bytes());
            proptest::prop_assert_eq!(back, bits);
            proptest::prop_assert!(back.positions().eq(positions));
        }
    }
}
