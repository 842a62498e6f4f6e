//! The check of a log from its first entry to its checkpoint: of files, or of a store elsewhere.

use std::{collections::HashMap, fs, path::Path};

use crate::{
    Checkpoint, LogError, LogStore, Record, Verifier,
    merkle::{self, Tree},
    opening, promise, segment,
};

/// What a check has confirmed.
#[derive(Debug, Clone)]
pub struct Verified {
    /// How many entries.
    pub entries: u64,
    /// The checkpoint that covers them.
    pub checkpoint: Checkpoint,
    /// The key by which it was checked.
    pub vkey: String,
    tree: Tree,
}

impl Verified {
    /// Whether what was checked extends a checkpoint that was saved elsewhere.
    ///
    /// # Errors
    /// [`LogError::Forked`] or [`LogError::Behind`] when it does not.
    pub fn extends(&self, saved: &Checkpoint) -> Result<(), LogError> {
        promise::extends(&self.tree, saved)
    }
}

/// Reads every segment of a closed or open log and compares it with its checkpoint.
///
/// # Errors
/// [`LogError::Damaged`] naming the first index at fault, [`LogError::Behind`] when records are
/// missing.
pub fn verify_log(folder: &Path, verifier: &Verifier) -> Result<Verified, LogError> {
    let noted = opening::noted(folder, verifier)?;
    let path = folder.join("checkpoint");
    let note = fs::read_to_string(&path).map_err(|error| LogError::file(&path, &error))?;
    let checkpoint = Checkpoint::open(&note, verifier)?;
    let mut reading = Reading::default();
    segment::read(&folder.join("segments"), |index, entry| reading.take(index, &entry))?;
    let tree = &reading.tree;
    let doubts = opening::first_difference(folder, tree, noted.as_ref());
    opening::confirm(tree, &checkpoint, doubts)?;
    opening::verify_derived(folder, &checkpoint, tree, noted.as_ref())?;
    Ok(reading.verified(checkpoint, verifier))
}

/// Reads every entry of a store and compares them with the last checkpoint; it changes nothing, so
/// others may append meanwhile.
///
/// # Errors
/// Those of [`verify_log`]; [`LogError::Note`] when there is no checkpoint of the expected key.
pub fn verify_store(store: &mut dyn LogStore, verifier: &Verifier) -> Result<Verified, LogError> {
    let missing = || LogError::Note { what: "checkpoint", reason: "there is none yet".to_owned() };
    // First the promise, then what is there: entries that come in between do not matter.
    let note = store.checkpoint()?.ok_or_else(missing)?;
    let checkpoint = Checkpoint::open(&note, verifier)?;
    let mut reading = Reading::default();
    store.read(0, &mut |index, entry| reading.take(index, &entry))?;
    opening::confirm(&reading.tree, &checkpoint, store.doubts())?;
    Ok(reading.verified(checkpoint, verifier))
}

/// What all entries give: their tree, and that no tenant's numbers have a gap.
#[derive(Default)]
struct Reading {
    tree: Tree,
    sequences: HashMap<String, u64>,
}

impl Reading {
    fn take(&mut self, index: u64, entry: &[u8]) -> Result<(), LogError> {
        let damaged = |reason: String| LogError::Damaged { index, reason };
        let record = Record::parse(entry).map_err(|error| damaged(error.to_string()))?;
        let next = self.sequences.entry(record.tenant.clone()).or_default();
        if record.tenant_seq != *next {
            return Err(damaged(format!("tenant_seq is {} but {next} follows", record.tenant_seq)));
        }
        *next += 1;
        self.tree.push(merkle::leaf_hash(entry));
        Ok(())
    }

    fn verified(self, checkpoint: Checkpoint, verifier: &Verifier) -> Verified {
        let tree = self.tree;
        Verified { entries: tree.size(), checkpoint, vkey: verifier.vkey(), tree }
    }
}
