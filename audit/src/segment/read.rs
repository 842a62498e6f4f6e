//! Reading whole segments: in order, each checked beside the others.

use std::{
    fs,
    ops::Range,
    path::Path,
    sync::mpsc::{Receiver, sync_channel},
    thread,
};

use types::Sha256;

use super::{decode, first_wrong, holds_batch, is_torn, name};
use crate::{LogError, merkle};

/// Where the log goes on after a read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct End {
    /// The last segment, if there is one.
    pub(crate) name: Option<String>,
    /// Where its next batch goes.
    pub(crate) offset: u64,
    /// Its length.
    pub(crate) bytes: u64,
    /// Index of the next entry.
    pub(crate) next: u64,
    /// Bytes after `offset` that are not zero: a batch that was never acknowledged.
    pub(crate) torn: bool,
}

/// A segment with what was found in it.
#[derive(Debug)]
pub(crate) struct Checked {
    data: Vec<u8>,
    /// Index of its first entry.
    pub(crate) first: u64,
    /// Each entry's place in `data` and its leaf hash.
    entries: Vec<(Range<usize>, Sha256)>,
    /// First index and offset of every batch.
    pub(crate) batches: Vec<(u64, usize)>,
    /// Where the whole batches end.
    pub(crate) end: usize,
    rest: Rest,
}

/// What follows the whole batches of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Zeros,
    Torn,
    Damaged { index: u64 },
}

impl Checked {
    /// Index, leaf hash and bytes of each entry.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (u64, Sha256, &[u8])> {
        (self.first..).zip(&self.entries).map(|(index, (place, leaf))| {
            (index, *leaf, self.data.get(place.clone()).unwrap_or_default())
        })
    }

    fn next(&self) -> u64 {
        self.first + self.entries.len() as u64
    }
}

/// Checks every batch of a segment that begins with entry `first`.
fn check_one(data: Vec<u8>, first: u64) -> Checked {
    let (mut offset, mut next) = (0, first);
    let (mut entries, mut batches) = (Vec::new(), Vec::new());
    while let Some(batch) = data.get(offset..).and_then(decode).filter(|batch| batch.first == next)
    {
        batches.push((next, offset));
        next += batch.entries.len() as u64;
        let mut at = offset + super::HEADER_BYTES;
        for entry in batch.entries {
            at += super::FRAME_BYTES;
            entries.push((at..at + entry.len(), merkle::leaf_hash(entry)));
            at += entry.len();
        }
        offset += batch.bytes;
    }
    let rest = rest(&data, offset, next);
    Checked { data, first, entries, batches, end: offset, rest }
}

fn rest(data: &[u8], offset: usize, next: u64) -> Rest {
    let rest = data.get(offset..).unwrap_or_default();
    if is_zero(rest) {
        Rest::Zeros
    } else if is_torn(data, offset) && !holds_batch(rest.get(1..).unwrap_or_default()) {
        Rest::Torn
    } else {
        Rest::Damaged { index: first_wrong(rest, next) }
    }
}

/// Whether nothing was written, piece by piece: what is preallocated may be long.
fn is_zero(bytes: &[u8]) -> bool {
    const ZEROS: [u8; 4096] = [0; 4096];
    bytes.chunks(ZEROS.len()).all(|piece| ZEROS.starts_with(piece))
}

/// Checks every segment, on as many threads as pay, and gives them to `each` in order.
///
/// # Errors
/// [`LogError::Damaged`] when something is wrong before the last batch; errors of `each`.
pub(crate) fn check(
    folder: &Path,
    mut each: impl FnMut(&Checked) -> Result<(), LogError>,
) -> Result<End, LogError> {
    let names = names(folder)?;
    let workers = thread::available_parallelism().map_or(1, usize::from).min(4).min(names.len());
    thread::scope(|scope| {
        let results: Vec<_> = (0..workers)
            .map(|worker| {
                let (sender, receiver) = sync_channel(0);
                let mine = names.iter().skip(worker).step_by(workers.max(1));
                scope.spawn(move || {
                    // Nobody receives any more once an error was found.
                    mine.map(|name| load(folder, name)).try_for_each(|found| sender.send(found))
                });
                receiver
            })
            .collect();
        in_order(folder, &names, &results, &mut each)
    })
}

type Found = Result<Checked, LogError>;

fn in_order(
    folder: &Path,
    names: &[String],
    results: &[Receiver<Found>],
    each: &mut dyn FnMut(&Checked) -> Result<(), LogError>,
) -> Result<End, LogError> {
    let mut end = End::default();
    for ((position, name), result) in names.iter().enumerate().zip(results.iter().cycle()) {
        let found = result.recv().map_err(|_| LogError::Closed)??;
        if *name != self::name(end.next) {
            let reason = format!("{} does not follow", folder.join(name).display());
            return Err(LogError::Damaged { index: end.next, reason });
        }
        each(&found)?;
        let last = position + 1 == names.len();
        let index = match found.rest {
            Rest::Damaged { index } => Some(index),
            Rest::Torn if !last => Some(found.next()),
            _ => None,
        };
        if let Some(index) = index {
            let reason =
                format!("{} is broken after byte {}", folder.join(name).display(), found.end);
            return Err(LogError::Damaged { index, reason });
        }
        end = End {
            name: Some(name.clone()),
            offset: found.end as u64,
            bytes: found.data.len() as u64,
            next: found.next(),
            torn: found.rest == Rest::Torn,
        };
    }
    Ok(end)
}

fn load(folder: &Path, name: &str) -> Found {
    let path = folder.join(name);
    let data = fs::read(&path).map_err(|error| LogError::file(&path, &error))?;
    let first = name.split('.').next().and_then(|first| first.parse().ok());
    let first = first.ok_or_else(|| LogError::Damaged {
        index: 0,
        reason: format!("{} is no segment's name", path.display()),
    })?;
    Ok(check_one(data, first))
}

/// Gives every entry to `each`, in order.
///
/// # Errors
/// Those of [`check`].
pub(crate) fn read(
    folder: &Path,
    mut each: impl FnMut(u64, Vec<u8>) -> Result<(), LogError>,
) -> Result<End, LogError> {
    check(folder, |segment| {
        segment.entries().try_for_each(|(index, _, entry)| each(index, entry.to_vec()))
    })
}

/// The names of the segments in a folder, in order.
fn names(folder: &Path) -> Result<Vec<String>, LogError> {
    let entries = fs::read_dir(folder).map_err(|error| LogError::file(folder, &error))?;
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".segment")).collect();
    names.sort();
    Ok(names)
}
