//! The check of the own log.

use std::{fs, path::Path};

use crate::{
    Checkpoint, LogError, Record, Verifier,
    merkle::{self, Tree},
    opening, segment,
};

/// What a check has confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many entries.
    pub entries: u64,
    /// The checkpoint that covers them.
    pub checkpoint: Checkpoint,
    /// The key by which it was checked.
    pub vkey: String,
}

/// Reads every segment of a closed or open log and compares it with its checkpoint.
///
/// # Errors
/// [`LogError::Damaged`] naming the first index at fault, [`LogError::Behind`] when records are missing.
pub fn verify_log(folder: &Path, verifier: &Verifier) -> Result<Verified, LogError> {
    let mut tree = Tree::default();
    let mut sequences = std::collections::HashMap::<String, u64>::new();
    let noted = opening::noted(folder, verifier)?;
    let path = folder.join("checkpoint");
    let note = fs::read_to_string(&path).map_err(|error| LogError::file(&path, &error))?;
    let checkpoint = Checkpoint::open(&note, verifier)?;
    segment::read(&folder.join("segments"), |index, entry| {
        let damaged = |reason: String| LogError::Damaged { index, reason };
        let record = Record::parse(&entry).map_err(|error| damaged(error.to_string()))?;
        let next = sequences.entry(record.tenant.clone()).or_default();
        if record.tenant_seq != *next {
            return Err(damaged(format!("tenant_seq is {} but {next} follows", record.tenant_seq)));
        }
        *next += 1;
        tree.push(merkle::leaf_hash(&entry));
        Ok(())
    })?;
    let doubts = opening::first_difference(folder, &tree, noted.as_ref());
    opening::confirm(&tree, &checkpoint, doubts)?;
    opening::verify_derived(folder, &checkpoint, &tree, noted.as_ref())?;
    Ok(Verified { entries: tree.size(), vkey: verifier.vkey(), checkpoint })
}
