//! What ties the bag to the log: its record, and time-stamped checkpoints.

use types::Sha256;

use super::{
    super::{Fault, about::About, names, sealing},
    SMALL_MAX,
    source::Source,
};
use crate::{Checkpoint, Event, Proof, Record, Verifier};

/// Checks that the log has recorded the bag's manifest; the index of that record.
pub(super) fn check(source: &mut Source, about: &About, verifier: &Verifier) -> Result<u64, Fault> {
    let wrong = |reason: &str| Fault::Unrecorded(reason.to_owned());
    let entry = source.bytes(names::EXPORTED, SMALL_MAX)?;
    let text = String::from_utf8(source.bytes(names::EXPORTED_PROOF, SMALL_MAX)?);
    let text = text.map_err(|_| wrong("its proof is not text"))?;
    let proof = Proof::parse(&text).map_err(|error| wrong(&error.to_string()))?;
    if !proof.verifies(&entry, verifier) {
        return Err(wrong("the proof of exported-entry.json does not hold"));
    }
    if proof.index < about.log.size {
        return Err(wrong("the record is older than the bag"));
    }
    let record = Record::parse(&entry).map_err(|error| wrong(&error.to_string()))?;
    let digest = Sha256::of(&source.bytes(names::MANIFEST, 1 << 30)?);
    if record.event != Event::Exported || record.detail != Some(sealing::detail(about, &digest)) {
        return Err(wrong("exported-entry.json names another manifest-sha256.txt"));
    }
    Ok(proof.index)
}

/// Checks that the log has signed each time-stamped checkpoint; the tokens are for `openssl ts`.
pub(super) fn check_time_stamps(
    source: &mut Source,
    about: &About,
    verifier: &Verifier,
) -> Result<(), Fault> {
    for stamped in &about.facts.anchors {
        let name = names::inside("time-stamps", &format!("{}.note", stamped.size));
        let note = String::from_utf8(source.bytes(&name, SMALL_MAX)?);
        let note = note.map_err(|_| Fault::broken(&name, "it is not text"))?;
        let checkpoint = Checkpoint::open(&note, verifier);
        let checkpoint = checkpoint.map_err(|error| Fault::broken(&name, error))?;
        if checkpoint.size != stamped.size {
            return Err(Fault::broken(&name, "it is of another size"));
        }
        let token = names::inside("time-stamps", &format!("{}.tsr", stamped.size));
        if !source.has(&token) {
            return Err(Fault::Missing(token));
        }
    }
    Ok(())
}
