//! Checks a bag offline: a ZIP or an unpacked folder.
//!
//! A bag is accepted only if every file is as the log recorded it, every entry is proved, none is
//! missing, and what people read follows from the entries. The container is not evidence: a bag may
//! be unpacked and packed again.

mod bagit;
mod entries;
mod logged;
mod source;
mod trust;
mod views;

use std::path::Path;

use self::source::Source;
use super::{Fault, about::About, names};
use crate::{Checkpoint, Verifier, report::Extent};

/// Longest file that is read into memory.
const SMALL_MAX: u64 = 64 << 20;

/// What a check has confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The bag's name.
    pub bag: String,
    /// How many entries are proved.
    pub entries: u64,
    /// How many of them are withheld.
    pub withheld: u64,
    /// What was asked for.
    pub extent: Extent,
    /// The checkpoint that covers them.
    pub checkpoint: Checkpoint,
    /// The key by which it was checked.
    pub vkey: String,
    /// The index of the log's record about the bag.
    pub recorded: u64,
    /// What could not be confirmed, for people.
    pub notes: Vec<String>,
}

impl Checked {
    /// Whether every entry under the checkpoint is in it, so that the nth line is entry n.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.entries == self.checkpoint.size && self.withheld == 0
    }
}

/// Checks a bag, against `expected` if the key is known from elsewhere, else against its own key.
///
/// # Errors
/// [`Fault`] naming the first thing that is wrong.
pub fn check(path: &Path, expected: Option<&Verifier>) -> Result<Checked, Fault> {
    let mut source = Source::open(path)?;
    let payload = bagit::check(&mut source)?;
    let about: About = json(&mut source, names::ABOUT)?;
    if about.schema != About::SCHEMA {
        return Err(Fault::broken(names::ABOUT, format!("schema {} is not known", about.schema)));
    }
    let verifier = trust::key(&mut source, &about, expected)?;
    let checkpoint = checkpoint(&mut source, &about, &verifier)?;
    bagit::check_tags(&mut source, &about, &payload)?;
    let mut notes = Vec::new();
    entries::check(&mut source, &about, &checkpoint, &payload.digests)?;
    views::check(&mut source, &about, &mut notes)?;
    trust::check_cosigned(&mut source, &checkpoint, &verifier, &mut notes)?;
    logged::check_time_stamps(&mut source, &about, &verifier)?;
    let recorded = logged::check(&mut source, &about, &verifier)?;
    if expected.is_none() {
        notes.push("the key is the bag's own: compare it with the publisher's".to_owned());
    }
    if !about.manifests_missing.is_empty() {
        notes.push(format!("{} manifest stores are not enclosed", about.manifests_missing.len()));
    }
    Ok(Checked {
        bag: about.bag,
        entries: about.entries,
        withheld: about.withheld,
        extent: about.extent,
        checkpoint,
        vkey: verifier.vkey(),
        recorded,
        notes,
    })
}

fn checkpoint(
    source: &mut Source,
    about: &About,
    verifier: &Verifier,
) -> Result<Checkpoint, Fault> {
    let wrong = |reason: String| Fault::Checkpoint { vkey: verifier.vkey(), reason };
    let note = String::from_utf8(source.bytes(names::CHECKPOINT, SMALL_MAX)?);
    let note = note.map_err(|_| wrong("it is not text".to_owned()))?;
    let checkpoint = Checkpoint::open(&note, verifier).map_err(|error| wrong(error.to_string()))?;
    let log = &about.log;
    if (&checkpoint.origin, checkpoint.size, checkpoint.root) != (&log.origin, log.size, log.root) {
        return Err(wrong("data/export.json names another size or root".to_owned()));
    }
    Ok(checkpoint)
}

fn json<T: serde::de::DeserializeOwned>(source: &mut Source, name: &str) -> Result<T, Fault> {
    let bytes = source.bytes(name, SMALL_MAX)?;
    serde_json::from_slice(&bytes).map_err(|error| Fault::broken(name, error))
}
