//! What opening a log reads, compares and mends.
//!
//! Every batch's CRC and every leaf hash is computed. A record is parsed only where nothing signed
//! says what it would say: after the last [`Standing`], and where the index is behind.

use std::{ops::Range, path::Path, sync::Arc};

use crate::{
    Checkpoint, EntryReader, Files, LogError, LogKey, LogStore, Record, Registry, Verifier,
    clock::Monotone,
    merkle::{self, Tree},
    sequencer::Sequencer,
    standing::{self, Standing},
    tiles::{Comparison, Tiles},
};

/// Records that are read at once to mend the index.
const CATCH_UP_RECORDS: u64 = 1024;

/// What the entries say.
pub(crate) struct Found {
    pub(crate) tree: Tree,
    pub(crate) sequencer: Sequencer,
    standing: Option<Box<Standing>>,
    /// The first leaf that is not the one noted at an earlier time.
    differs: Option<u64>,
}

/// Reads every entry of the store.
pub(crate) fn read(
    store: &mut dyn LogStore,
    folder: &Path,
    verifier: &Verifier,
    (tiles, clock): (&Arc<Tiles>, Monotone),
) -> Result<Found, LogError> {
    let standing = match standing(folder, verifier)? {
        standing::Found::Signed(standing) => Some(standing),
        standing::Found::Nothing | standing::Found::Unsigned(_) => None,
    };
    let mut tree = Tree::over(Arc::clone(tiles));
    let mut comparison = Comparison::new(Arc::clone(tiles));
    let mut sequencer = Sequencer::new(clock);
    let mut edge_differs = None;
    let known = standing.as_ref().map_or(0, |standing| standing.size);
    if let Some(standing) = &standing {
        let tenants: Vec<_> = standing.tenants.iter().collect();
        sequencer.go_on(known, &standing.time, &tenants);
    }
    let size = store.check(&mut |index, leaf, entry| {
        comparison.push(&mut tree, leaf);
        if index < known {
            if index + 1 == known {
                edge_differs = standing.as_ref().and_then(|noted| noted.first_difference(&tree));
            }
            return Ok(());
        }
        let record = Record::parse(entry)
            .map_err(|error| LogError::Damaged { index, reason: error.to_string() })?;
        sequencer.note(index, &record);
        Ok(())
    })?;
    if size < known {
        return Err(LogError::Behind { found: size, promised: known });
    }
    let differs = [comparison.differs, edge_differs].into_iter().flatten().min();
    Ok(Found { tree, sequencer, standing, differs })
}

/// Compares the entries with what was signed over them; the last checkpoint.
///
/// A new log publishes its first checkpoint here, before anything is acknowledged.
pub(crate) fn compare(
    store: &mut dyn LogStore,
    folder: &Path,
    key: &LogKey,
    (verifier, found): (&Verifier, &Found),
) -> Result<Checkpoint, LogError> {
    let (tree, doubts) = (&found.tree, found.differs.or_else(|| store.doubts()));
    let promised = store.checkpoint()?;
    let promised = promised.map(|note| Checkpoint::open(&note, verifier)).transpose()?;
    let (size, standing) = (tree.size(), &found.standing);
    if let Some(checkpoint) = promised {
        confirm(tree, &checkpoint, doubts)?;
        let noted = standing.as_ref().filter(|standing| standing.size > checkpoint.size);
        if let Some(standing) = noted.filter(|_| store.begins_with_checkpoint()) {
            return Err(LogError::RolledBack { found: checkpoint.size, promised: standing.size });
        }
        if standing.as_ref().is_some_and(|standing| !standing.holds(tree)) {
            return Err(changed(doubts));
        }
        return Ok(checkpoint);
    }
    let empty = Checkpoint::sign(key, verifier.origin(), 0, merkle::empty_root());
    if store.begins_with_checkpoint() {
        if size > 0 || standing.is_some() {
            return Err(LogError::NoCheckpoint { path: folder.join("checkpoint"), found: size });
        }
        store.publish(&empty, tree)?;
    }
    Ok(empty)
}

/// Whether the tree extends what the checkpoint signed; `doubts` names an entry that is suspect.
pub(crate) fn confirm(
    tree: &Tree,
    checkpoint: &Checkpoint,
    doubts: Option<u64>,
) -> Result<(), LogError> {
    match tree.root(checkpoint.size) {
        None => Err(LogError::Behind { found: tree.size(), promised: checkpoint.size }),
        Some(root) if root == checkpoint.root => Ok(()),
        Some(_) => Err(changed(doubts)),
    }
}

fn changed(doubts: Option<u64>) -> LogError {
    let reason = match doubts {
        Some(_) => "it differs from what the checkpoint signed",
        None => {
            "the records differ from what the checkpoint signed, and nothing is left that says from which on"
        }
    };
    LogError::Damaged { index: doubts.unwrap_or(0), reason: reason.to_owned() }
}

/// Writes the tiles that are absent or wrong, now that the entries are confirmed.
pub(crate) fn mend(found: &mut Found, tiles: &Tiles, files: &dyn Files) -> Result<(), LogError> {
    tiles.store(&found.tree, files)?;
    let complete = found.tree.clone();
    found.tree.release(&complete);
    Ok(())
}

/// Gives the index what it does not know yet; one that knows something else is made anew.
pub(crate) fn catch_up(
    registry: &Registry,
    found: &Found,
    reader: &dyn EntryReader,
) -> Result<(), LogError> {
    let (tree, size) = (&found.tree, found.tree.size());
    let known = registry.confirm(size, |index| tree.node(0, index))?;
    apply(registry, reader, known..size)?;
    if registry.tenants()? != *found.sequencer.tenants() {
        registry.reset()?;
        apply(registry, reader, 0..size)?;
    }
    registry.sync()
}

fn apply(
    registry: &Registry,
    reader: &dyn EntryReader,
    Range { start: mut index, end: size }: Range<u64>,
) -> Result<(), LogError> {
    while index < size {
        let entries = reader.entries(index, size.min(index + CATCH_UP_RECORDS))?;
        if entries.is_empty() {
            return Err(LogError::Damaged { index, reason: "it is missing".to_owned() });
        }
        let parse = |(index, entry): (u64, &Vec<u8>)| {
            let record = Record::parse(entry)
                .map_err(|error| LogError::Damaged { index, reason: error.to_string() })?;
            Ok((merkle::leaf_hash(entry), record))
        };
        let records: Result<Vec<_>, LogError> = (index..).zip(&entries).map(parse).collect();
        let records = records?;
        let records: Vec<_> = records.iter().map(|(leaf, record)| (*leaf, record)).collect();
        registry.apply(index, &records)?;
        index += records.len() as u64;
    }
    Ok(())
}

/// The standing that one of the log's keys has signed.
fn standing(folder: &Path, verifier: &Verifier) -> Result<standing::Found, LogError> {
    let mut found = standing::Found::Nothing;
    for key in verifier.keys() {
        found = Standing::load(folder, verifier.origin(), key)?;
        if matches!(found, standing::Found::Signed(_)) {
            break;
        }
    }
    Ok(found)
}

/// What was noted beside the entries, read before checkpoint and entries: then a log that grows
/// meanwhile holds at least as much.
pub(crate) fn noted(folder: &Path, verifier: &Verifier) -> Result<Option<Standing>, LogError> {
    match standing(folder, verifier)? {
        standing::Found::Nothing => Ok(None),
        standing::Found::Signed(standing) => Ok(Some(*standing)),
        standing::Found::Unsigned(reason) => {
            Err(LogError::Derived { path: folder.join("standing"), reason: reason.to_owned() })
        }
    }
}

/// Whether tiles and standing are what follows from the entries, as far as the checkpoint covers.
pub(crate) fn verify_derived(
    folder: &Path,
    checkpoint: &Checkpoint,
    tree: &Tree,
    noted: Option<&Standing>,
) -> Result<(), LogError> {
    if let Some(standing) = noted {
        if standing.size > checkpoint.size {
            return Err(LogError::RolledBack { found: checkpoint.size, promised: standing.size });
        }
        if !standing.holds(tree) {
            return Err(changed(None));
        }
    }
    Tiles::new(folder).verify(tree, checkpoint.size)
}

/// The first index whose leaf is not the one that was noted beside the entries.
pub(crate) fn first_difference(
    folder: &Path,
    tree: &Tree,
    noted: Option<&Standing>,
) -> Option<u64> {
    let in_tiles = Tiles::new(folder).first_difference(tree);
    in_tiles.or_else(|| noted.and_then(|standing| standing.first_difference(tree)))
}
