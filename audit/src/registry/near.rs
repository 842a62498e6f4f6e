//! What looks or reads alike: fingerprints are rows, and tables over them are in memory.
//!
//! The tables catch up with the rows when somebody searches, so the first search after a start reads
//! them all, and appending a record costs one row.

mod images;
pub(super) mod row;
mod texts;

use std::sync::{Mutex, PoisonError};

use types::{ImageFingerprint, TextFingerprint};

use self::{images::Images, row::Fingerprint, texts::Texts};
use super::{
    failed,
    rows::{FINGERPRINTS, number, numbered},
};
use crate::LogError;

/// Searches among fingerprints.
#[derive(Debug)]
pub(super) struct Near {
    db: sled::Db,
    tables: Mutex<Tables>,
}

#[derive(Debug, Default)]
struct Tables {
    /// Index of the first record that is not in the tables.
    next: u64,
    images: Images,
    texts: Texts,
    /// Indices of the records, by the order of their pictures.
    image_records: Vec<u64>,
    text_records: Vec<u64>,
}

impl Near {
    pub(super) fn new(db: sled::Db) -> Self {
        Self { db, tables: Mutex::default() }
    }

    pub(super) fn reset(&self) {
        *self.tables.lock().unwrap_or_else(PoisonError::into_inner) = Tables::default();
    }

    pub(super) fn catch_up(&self) -> Result<(), LogError> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner).catch_up(&self.db)
    }

    /// The records of the pictures that differ in at most `max` bits, least first; `count` of them.
    pub(super) fn images(
        &self,
        image: &ImageFingerprint,
        max: u32,
        count: usize,
    ) -> Result<Vec<(u64, u32)>, LogError> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.catch_up(&self.db)?;
        let near = tables.images.near(image, max).into_iter().take(count);
        let known = |(ordinal, distance)| Some((*tables.image_records.get(ordinal)?, distance));
        Ok(near.filter_map(known).collect())
    }

    /// The records of the texts that are similar by `min` or more, most first; `count` of them.
    pub(super) fn texts(
        &self,
        text: &TextFingerprint,
        min: f32,
        count: usize,
    ) -> Result<Vec<(u64, f32)>, LogError> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.catch_up(&self.db)?;
        let mut near: Vec<(u64, f32)> = Vec::new();
        // Likeliest first, so that few whole fingerprints are read.
        for (ordinal, at_most) in tables.texts.candidates(text, min) {
            let last = count.checked_sub(1).and_then(|last| near.get(last));
            if count == 0 || last.is_some_and(|(_, similarity)| *similarity > at_most) {
                break;
            }
            let Some(index) = tables.text_records.get(ordinal) else { continue };
            let stored = self.db.get(numbered(FINGERPRINTS, *index)).map_err(failed)?;
            let Some(Fingerprint::Text(known)) = stored.as_deref().and_then(row::decode) else {
                continue;
            };
            let similarity = known.similarity(text);
            if similarity >= min {
                // Behind those that are as similar: they came later.
                let place = near.partition_point(|(_, found)| *found >= similarity);
                near.insert(place, (*index, similarity));
                near.truncate(count);
            }
        }
        Ok(near)
    }
}

impl Tables {
    fn catch_up(&mut self, db: &sled::Db) -> Result<(), LogError> {
        let later = numbered(FINGERPRINTS, self.next)..=numbered(FINGERPRINTS, u64::MAX);
        for row in db.range(later) {
            let (key, value) = row.map_err(failed)?;
            let index = number(&key);
            match row::decode(&value) {
                Some(Fingerprint::Image(image)) => {
                    self.images.push(image);
                    self.image_records.push(index);
                }
                Some(Fingerprint::Text(text)) => {
                    self.texts.push(&text);
                    self.text_records.push(index);
                }
                None => return Err(LogError::Index(format!("fingerprint {index} is broken"))),
            }
            self.next = index + 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
