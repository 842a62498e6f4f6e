//! Erasures that another copy of the log knows of, repeated on a vault that is not open.

use std::{fs, io::Read as _, path::Path};

use zip::ZipArchive;

use super::{FollowError, store::Store};
use crate::{Event, LogError, Record, export, segment};

/// Longest file of a bundle that is read.
const FILE_BYTES_MAX: u64 = 4 << 30;

/// Erasures on record, with the index of each.
#[derive(Debug, Default)]
pub struct Erasures {
    records: Vec<(u64, Record)>,
    /// How many records were looked at: what is later is not known.
    pub known: u64,
}

impl Erasures {
    /// From a log's folder, or from an export.
    ///
    /// # Errors
    /// [`LogError`] when it cannot be read.
    pub fn read(path: &Path) -> Result<Self, LogError> {
        if path.is_dir() { Self::of_log(path) } else { Self::of_export(path) }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.records.len()
    }

    fn of_log(folder: &Path) -> Result<Self, LogError> {
        let mut erasures = Self::default();
        let below = folder.join("segments");
        let segments = if below.is_dir() { below } else { folder.to_path_buf() };
        let end = segment::read(&segments, |index, entry| erasures.take(index, &entry))?;
        erasures.known = end.next;
        Ok(erasures)
    }

    /// The entries of an export of the whole log are the lines of its `entries.jsonl`.
    fn of_export(path: &Path) -> Result<Self, LogError> {
        let failed = |reason: String| LogError::File { path: path.to_path_buf(), reason };
        let checked = export::check(path, None).map_err(|fault| failed(fault.to_string()))?;
        if !checked.is_whole() {
            return Err(failed("it does not hold the whole log: export without limits".to_owned()));
        }
        let file = fs::File::open(path).map_err(|error| LogError::file(path, &error))?;
        let mut zip = ZipArchive::new(file).map_err(|error| failed(error.to_string()))?;
        let name = zip.file_names().flatten().find(|name| is_entries(name));
        let name = name.map(std::borrow::Cow::into_owned);
        let name = name.ok_or_else(|| failed("no entries.jsonl in it".to_owned()))?;
        let entries = zip.by_name(&name).map_err(|error| failed(error.to_string()))?;
        let mut text = String::new();
        let read = entries.take(FILE_BYTES_MAX).read_to_string(&mut text);
        read.map_err(|error| failed(error.to_string()))?;
        let mut erasures = Self::default();
        for (index, line) in (0..).zip(text.lines()) {
            erasures.take(index, line.as_bytes())?;
            erasures.known = index + 1;
        }
        Ok(erasures)
    }

    fn take(&mut self, index: u64, entry: &[u8]) -> Result<(), LogError> {
        let record = Record::parse(entry)?;
        if matches!(record.event, Event::Erased | Event::Expired) {
            self.records.push((index, record));
        }
        Ok(())
    }
}

fn is_entries(name: &str) -> bool {
    name.rsplit('/').next() == Some("entries.jsonl")
}

/// Repeats erasures on the vault in `folder`, which no process has open; how many had an effect.
///
/// # Errors
/// [`FollowError::Vault`] when the vault cannot be read or written.
pub fn replay(folder: &Path, erasures: &Erasures) -> Result<u64, FollowError> {
    let mut store = Store::open(folder)?;
    let mut done = 0;
    for (index, record) in &erasures.records {
        done += u64::from(store.replay(*index, record)?);
    }
    Ok(done)
}
