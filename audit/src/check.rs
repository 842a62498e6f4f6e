//! The check of a log that is kept elsewhere, from its first entry to its checkpoint.

use std::collections::HashMap;

use crate::{Checkpoint, LogError, LogStore, Record, Verified, Verifier, merkle, opening};

/// Reads every entry of a store and compares them with the last checkpoint; it changes nothing, so
/// others may append meanwhile.
///
/// # Errors
/// [`LogError::Damaged`] naming the first index at fault, [`LogError::Behind`] when records are
/// missing, [`LogError::Note`] when there is no checkpoint of the expected key.
pub fn verify_store(store: &mut dyn LogStore, verifier: &Verifier) -> Result<Verified, LogError> {
    let missing = || LogError::Note { what: "checkpoint", reason: "there is none yet".to_owned() };
    // First the promise, then what is there: entries that come in between do not matter.
    let note = store.checkpoint()?.ok_or_else(missing)?;
    let checkpoint = Checkpoint::open(&note, verifier)?;
    let mut tree = merkle::Tree::default();
    let mut sequences = HashMap::<String, u64>::new();
    store.read(0, &mut |index, entry| {
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
    opening::confirm(&tree, &checkpoint, store.doubts())?;
    Ok(Verified { entries: tree.size(), vkey: verifier.vkey(), checkpoint })
}
