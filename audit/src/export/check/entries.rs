//! The entries: each is proved, none is missing, and their manifests are the recorded ones.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    io::{BufRead as _, BufReader, Read as _},
};

use types::Sha256;

use super::{
    super::{
        Fault, Redaction,
        about::About,
        names,
        reading::{before, proves},
        redaction::{Withheld, WithheldEntries},
    },
    source::Source,
};
use crate::{
    Checkpoint, Proof, Record,
    merkle::{self, Tree},
};

/// Longest entry (C2SP tlog-tiles).
const ENTRY_MAX: u64 = 65_535;
/// Longest proof: 64 hashes and a checkpoint with many cosignatures.
const PROOF_MAX: u64 = 64 << 10;

/// An entry of a bag.
#[derive(Debug)]
pub(super) enum Entry {
    Shown { line: u64, bytes: Vec<u8>, record: Box<Record> },
    Withheld(Withheld),
}

/// The entries in order, from `entries.jsonl` and `redactions.json`.
#[derive(Debug)]
pub(super) struct Entries {
    indices: std::vec::IntoIter<u64>,
    lines: BufReader<fs::File>,
    line: u64,
    redactions: WithheldEntries<fs::File>,
    withheld: Option<Withheld>,
}

impl Entries {
    pub(super) fn open(source: &mut Source, about: &About) -> Result<Self, Fault> {
        let mut indices: Vec<u64> = source.names().filter_map(names::proof_index).collect();
        indices.sort_unstable();
        let file = source.spool(names::REDACTIONS)?;
        let mut redactions = WithheldEntries::open(file, about.redaction, &about.ground)?;
        let withheld = redactions.next()?;
        let lines = BufReader::new(source.spool(names::ENTRIES)?);
        Ok(Self { indices: indices.into_iter(), lines, line: 0, redactions, withheld })
    }

    /// The next entry with its index; `None` after the last, when nothing is left over either.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Entry)>, Fault> {
        let Some(index) = self.indices.next() else { return self.end() };
        if let Some(withheld) = self.withheld.take_if(|withheld| withheld.index == index) {
            self.withheld = self.redactions.next()?;
            return Ok(Some((index, Entry::Withheld(withheld))));
        }
        let wrong = |reason: String| Fault::Entry { index, reason };
        let mut bytes = Vec::new();
        let mut limited = (&mut self.lines).take(ENTRY_MAX + 1);
        limited.read_until(b'\n', &mut bytes).map_err(|error| wrong(error.to_string()))?;
        if bytes.pop() != Some(b'\n') {
            return Err(wrong("data/entries.jsonl has no whole line for it".to_owned()));
        }
        self.line += 1;
        let record = Record::parse(&bytes);
        let record = record.map_err(|error| wrong(format!("it was changed ({error})")))?;
        Ok(Some((index, Entry::Shown { line: self.line, bytes, record: Box::new(record) })))
    }

    fn end(&mut self) -> Result<Option<(u64, Entry)>, Fault> {
        let rest = self.lines.fill_buf().map_err(|error| Fault::broken(names::ENTRIES, error))?;
        if !rest.is_empty() {
            return Err(Fault::Extent(format!(
                "data/entries.jsonl has lines after the {} that are proved",
                self.line
            )));
        }
        match &self.withheld {
            Some(entry) => Err(Fault::Missing(names::proof(entry.index))),
            None => Ok(None),
        }
    }
}

/// Checks all entries.
pub(super) fn check(
    source: &mut Source,
    about: &About,
    checkpoint: &Checkpoint,
    digests: &BTreeMap<String, Sha256>,
) -> Result<(), Fault> {
    let mut entries = Entries::open(source, about)?;
    let mut order = Order::new(about);
    let mut tree = about.is_whole_log().then(Tree::default);
    let (mut count, mut withheld) = (0, 0);
    while let Some((index, entry)) = entries.next()? {
        count += 1;
        let leaf = match &entry {
            Entry::Shown { bytes, .. } => merkle::leaf_hash(bytes),
            Entry::Withheld(entry) => entry.leaf_hash,
        };
        prove(source, index, leaf, checkpoint)?;
        match &entry {
            Entry::Shown { record, .. } => {
                order.see(index, &record.tenant, record.tenant_seq, &record.time)?;
                check_manifest(about, record, index, digests)?;
            }
            Entry::Withheld(entry) => {
                withheld += 1;
                order.see(index, &entry.tenant, entry.tenant_seq, &entry.time)?;
            }
        }
        if let Some(tree) = &mut tree {
            tree.push(leaf);
        }
    }
    if (count, withheld) != (about.entries, about.withheld) {
        return Err(Fault::Extent(format!(
            "{count} entries, {withheld} withheld, but data/export.json says {} and {}",
            about.entries, about.withheld
        )));
    }
    match tree {
        Some(tree) if tree.size() != checkpoint.size => Err(Fault::Extent(format!(
            "the checkpoint covers {} entries, the bag holds {count}",
            checkpoint.size
        ))),
        Some(tree) if tree.root(tree.size()) != Some(checkpoint.root) => Err(Fault::Root),
        _ => Ok(()),
    }
}

fn prove(
    source: &mut Source,
    index: u64,
    leaf: Sha256,
    checkpoint: &Checkpoint,
) -> Result<(), Fault> {
    let wrong = |reason: &str| Fault::Entry { index, reason: reason.to_owned() };
    let text = String::from_utf8(source.bytes(&names::proof(index), PROOF_MAX)?);
    let text = text.map_err(|_| wrong("its proof is not text"))?;
    let proof = Proof::parse(&text).map_err(|error| wrong(&error.to_string()))?;
    // One checkpoint for all: its signature was checked once.
    if proof.checkpoint != checkpoint.note {
        return Err(wrong("its proof is under another checkpoint"));
    }
    if proof.index != index || !proves(index, leaf, &proof.path, checkpoint) {
        return Err(wrong("it was changed, moved or left out"));
    }
    Ok(())
}

/// The manifest store of a shown record is enclosed, or said to be missing.
fn check_manifest(
    about: &About,
    record: &Record,
    index: u64,
    digests: &BTreeMap<String, Sha256>,
) -> Result<(), Fault> {
    let (Some(asset), Some(c2pa)) = (record.asset_id, &record.c2pa) else { return Ok(()) };
    let name = names::of_asset(asset, index, record.event, "c2pa");
    match digests.get(&name) {
        Some(digest) if *digest == c2pa.manifest_sha256 => Ok(()),
        Some(_) => Err(Fault::View { file: name, reason: format!("entry {index} names another") }),
        None if about.redaction >= Redaction::Content => Ok(()),
        None if about.manifests_missing.contains(&asset) => Ok(()),
        None => Err(Fault::Missing(name)),
    }
}

/// Entries come in the order of the log, within the extent, and without gaps.
#[derive(Debug)]
struct Order<'a> {
    about: &'a About,
    last: Option<(u64, String)>,
    sequences: HashMap<String, u64>,
}

impl<'a> Order<'a> {
    fn new(about: &'a About) -> Self {
        Self { about, last: None, sequences: HashMap::new() }
    }

    fn see(&mut self, index: u64, tenant: &str, seq: u64, time: &str) -> Result<(), Fault> {
        let extent = &self.about.extent;
        let wrong = |reason: &str| Err(Fault::Extent(format!("entry {index} {reason}")));
        if extent.tenant.as_ref().is_some_and(|wanted| wanted != tenant) {
            return wrong("is another tenant's");
        }
        let early = extent.from.as_deref().is_some_and(|from| before(time, from));
        let late = extent.to.as_deref().is_some_and(|to| !before(time, to));
        if early || late {
            return wrong("is outside of the times");
        }
        if let Some((last, earlier)) = &self.last {
            if before(time, earlier) {
                return wrong("is earlier than the one before");
            }
            if extent.tenant.is_none() && extent.asset.is_none() && last + 1 != index {
                return wrong("does not follow the one before");
            }
        } else if self.about.is_whole_log() && index != 0 {
            return wrong("is the first, but the log begins with 0");
        }
        self.last = Some((index, time.to_owned()));
        if extent.asset.is_some() {
            return Ok(());
        }
        let expected = self.sequences.insert(tenant.to_owned(), seq.saturating_add(1));
        let expected = expected.or_else(|| extent.from.is_none().then_some(0));
        match expected {
            Some(expected) if expected != seq => {
                Err(Fault::Gap { tenant: tenant.to_owned(), expected, found: seq, index })
            }
            _ => Ok(()),
        }
    }
}
