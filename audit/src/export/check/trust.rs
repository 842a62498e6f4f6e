//! The chain of the log's keys, and the checkpoint that witnesses have cosigned.

use serde_json::Value;

use super::{
    super::{Fault, about::About, names, trust},
    SMALL_MAX,
    source::Source,
};
use crate::{AddCheckpoint, Checkpoint, Rotation, Verifier, merkle, rotation};

/// The log's key, as `keys.json` and `export.json` agree on it, with those before it. Whoever knows
/// one of them follows the enclosed statements to the others.
pub(super) fn key(
    source: &mut Source,
    about: &About,
    expected: Option<&Verifier>,
) -> Result<Verifier, Fault> {
    let keys: Value = super::json(source, names::KEYS)?;
    let found = keys.pointer("/log/vkey").and_then(Value::as_str).unwrap_or_default();
    let own = Verifier::parse(found).map_err(|error| Fault::broken(names::KEYS, error))?;
    if found != about.log.vkey {
        return Err(Fault::broken(names::KEYS, "its key is not that of data/export.json"));
    }
    let statements = rotations(source)?;
    let broken = |error| Fault::broken(names::ROTATIONS, error);
    let own = rotation::chain(&statements, own).map_err(broken)?;
    if own.vkey() != found {
        return Err(Fault::broken(names::ROTATIONS, "they do not lead to the key in keys.json"));
    }
    let Some(expected) = expected else { return Ok(own) };
    if expected.knows(found) {
        return Ok(expected.clone());
    }
    // The key that the caller knows has been replaced since: the statements say by which.
    match rotation::chain(&statements, expected.clone()) {
        Ok(chained) if chained.knows(found) => Ok(chained),
        _ => Err(Fault::Key { found: found.to_owned(), expected: expected.vkey() }),
    }
}

fn rotations(source: &mut Source) -> Result<Vec<Rotation>, Fault> {
    let inside = |name: &&str| name.starts_with(names::ROTATIONS);
    let mut files: Vec<String> = source.names().filter(inside).map(str::to_owned).collect();
    files.sort();
    let read = |name: &String| {
        let rotation = Rotation::parse(&text(source, name)?);
        let rotation = rotation.map_err(|error| Fault::broken(name, error))?;
        let placed = *name == names::rotation(rotation.size);
        placed.then_some(rotation).ok_or_else(|| Fault::broken(name, "it is of another size"))
    };
    files.iter().map(read).collect()
}

/// Checks that the bag's checkpoint extends the one that witnesses have cosigned.
pub(super) fn check_cosigned(
    source: &mut Source,
    checkpoint: &Checkpoint,
    verifier: &Verifier,
    notes: &mut Vec<String>,
) -> Result<(), Fault> {
    if !source.has(names::COSIGNED) {
        return match source.has(names::EXTENDED) {
            true => Err(Fault::Missing(names::COSIGNED.to_owned())),
            false => Ok(()),
        };
    }
    let note = text(source, names::COSIGNED)?;
    let broken = |error| Fault::broken(names::COSIGNED, error);
    let cosigned = Checkpoint::open(&note, verifier).map_err(broken)?;
    let extended = AddCheckpoint::parse(&text(source, names::EXTENDED)?);
    let extended = extended.map_err(|error| Fault::broken(names::EXTENDED, error))?;
    let new = (checkpoint.size, &checkpoint.root);
    if (extended.old, &extended.checkpoint) != (cosigned.size, &checkpoint.note)
        || !merkle::verify_consistency((cosigned.size, &cosigned.root), new, &extended.proof)
    {
        let reason = "data/checkpoint does not extend the cosigned checkpoint";
        return Err(Fault::broken(names::EXTENDED, reason));
    }
    let keys: Value = super::json(source, names::KEYS)?;
    let vkeys = keys.get("witnesses").and_then(Value::as_array).into_iter().flatten();
    let vkeys: Vec<String> = vkeys.filter_map(Value::as_str).map(str::to_owned).collect();
    let names = trust::signed_by(&note, &vkeys).map_err(broken)?;
    notes.push(match names.as_slice() {
        [] => "no witness in data/keys.json has cosigned data/cosigned/checkpoint".to_owned(),
        names => format!(
            "the first {} entries are cosigned by {}: compare the keys with the witnesses' own",
            cosigned.size,
            names.join(", ")
        ),
    });
    Ok(())
}

fn text(source: &mut Source, name: &str) -> Result<String, Fault> {
    let text = String::from_utf8(source.bytes(name, SMALL_MAX)?);
    text.map_err(|_| Fault::broken(name, "it is not text"))
}
