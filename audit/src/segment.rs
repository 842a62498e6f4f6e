//! Segment files: batches of entries, each with a header that detects torn writes.
//!
//! A batch is written with one write and made durable before the next is begun. So after a power
//! cut at most the last batch is torn: a broken batch with a whole one behind it is damage, not a
//! torn tail.

use std::{fs, path::Path};

use crate::LogError;

const MAGIC: [u8; 4] = *b"IMPB";
/// Magic, first index, number of entries, length of the body, CRC-32.
pub(crate) const HEADER_BYTES: usize = 4 + 8 + 4 + 4 + 4;

/// A batch as bytes.
pub(crate) fn encode(first: u64, entries: &[Vec<u8>]) -> Vec<u8> {
    let mut body = Vec::new();
    for entry in entries {
        body.extend(length(entry.len()).to_le_bytes());
        body.extend(entry);
    }
    let mut batch = Vec::with_capacity(HEADER_BYTES + body.len());
    batch.extend(MAGIC);
    batch.extend(first.to_le_bytes());
    batch.extend(length(entries.len()).to_le_bytes());
    batch.extend(length(body.len()).to_le_bytes());
    let mut crc = crc32fast::Hasher::new();
    crc.update(&batch);
    crc.update(&body);
    batch.extend(crc.finalize().to_le_bytes());
    batch.extend(body);
    batch
}

/// Batches are bounded far below 4 GiB by the committer.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// A batch read back.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) first: u64,
    pub(crate) entries: Vec<Vec<u8>>,
    /// Bytes it takes in the segment.
    pub(crate) bytes: usize,
}

/// The batch at the beginning of `data`; `None` when there is no whole one.
pub(crate) fn decode(data: &[u8]) -> Option<Batch> {
    let (header, rest) = data.split_at_checked(HEADER_BYTES)?;
    let (signed, crc) = header.split_at_checked(HEADER_BYTES - 4)?;
    let body_length = u32_at(signed, 16)? as usize;
    let body = rest.get(..body_length)?;
    let mut actual = crc32fast::Hasher::new();
    actual.update(signed);
    actual.update(body);
    if !signed.starts_with(&MAGIC) || actual.finalize() != u32_at(crc, 0)? {
        return None;
    }
    let first = u64::from_le_bytes(signed.get(4..12)?.try_into().ok()?);
    let entries = entries(body, u32_at(signed, 12)?)?;
    Some(Batch { first, entries, bytes: HEADER_BYTES + body_length })
}

fn entries(mut body: &[u8], count: u32) -> Option<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    for _ in 0..count {
        let bytes = u32_at(body, 0)? as usize;
        let (entry, rest) = body.get(4..)?.split_at_checked(bytes)?;
        entries.push(entry.to_vec());
        body = rest;
    }
    body.is_empty().then_some(entries)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

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

/// The file name of the segment that begins with entry `first`.
pub(crate) fn name(first: u64) -> String {
    format!("{first:020}.segment")
}

/// Reads every batch in order.
///
/// # Errors
/// [`LogError::Damaged`] when something is wrong before the last batch.
pub(crate) fn read(
    folder: &Path,
    mut each: impl FnMut(u64, Vec<u8>) -> Result<(), LogError>,
) -> Result<End, LogError> {
    let names = names(folder)?;
    let mut end = End { name: None, offset: 0, bytes: 0, next: 0, torn: false };
    for (position, name) in names.iter().enumerate() {
        let path = folder.join(name);
        let data = fs::read(&path).map_err(|error| LogError::file(&path, &error))?;
        let last = position + 1 == names.len();
        if *name != self::name(end.next) {
            return Err(LogError::Damaged {
                index: end.next,
                reason: format!("{name} does not follow"),
            });
        }
        let mut offset = 0;
        while let Some(batch) =
            data.get(offset..).and_then(decode).filter(|batch| batch.first == end.next)
        {
            for entry in batch.entries {
                each(end.next, entry)?;
                end.next += 1;
            }
            offset += batch.bytes;
        }
        let rest = data.get(offset..).unwrap_or_default();
        let torn = rest.iter().any(|byte| *byte != 0);
        if torn && (!last || holds_batch(rest.get(1..).unwrap_or_default())) {
            return Err(LogError::Damaged {
                index: end.next,
                reason: format!("{name} is broken at byte {offset}"),
            });
        }
        end = End {
            name: Some(name.clone()),
            offset: offset as u64,
            bytes: data.len() as u64,
            next: end.next,
            torn,
        };
    }
    Ok(end)
}

/// The entries `start..end`; reads only the segments that hold them.
///
/// # Errors
/// [`LogError::File`] when a segment cannot be read.
pub(crate) fn range(folder: &Path, start: u64, end: u64) -> Result<Vec<Vec<u8>>, LogError> {
    let names = names(folder)?;
    let firsts: Vec<u64> =
        names.iter().filter_map(|name| name.split('.').next()?.parse().ok()).collect();
    // The last segment that begins at or before `start` holds it.
    let from = firsts.partition_point(|first| *first <= start).saturating_sub(1);
    let mut found = Vec::new();
    for (name, first) in names.iter().zip(&firsts).skip(from).take_while(|(_, first)| **first < end)
    {
        let path = folder.join(name);
        let data = fs::read(&path).map_err(|error| LogError::file(&path, &error))?;
        let (mut offset, mut next) = (0, *first);
        while let Some(batch) =
            data.get(offset..).and_then(decode).filter(|batch| batch.first == next && next < end)
        {
            let wanted = (next..)
                .zip(batch.entries.iter())
                .filter(|(index, _)| (start..end).contains(index));
            found.extend(wanted.map(|(_, entry)| entry.clone()));
            next += batch.entries.len() as u64;
            offset += batch.bytes;
        }
    }
    Ok(found)
}

/// Whether a whole batch begins anywhere in `data`.
fn holds_batch(data: &[u8]) -> bool {
    let starts = data.windows(MAGIC.len()).enumerate().filter(|(_, window)| *window == MAGIC);
    starts.into_iter().any(|(at, _)| data.get(at..).and_then(decode).is_some())
}

fn names(folder: &Path) -> Result<Vec<String>, LogError> {
    let entries = fs::read_dir(folder).map_err(|error| LogError::file(folder, &error))?;
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".segment")).collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(folder: &Path) -> Result<(Vec<Vec<u8>>, End), LogError> {
        let mut entries = Vec::new();
        let end = read(folder, |_, entry| {
            entries.push(entry);
            Ok(())
        })?;
        Ok((entries, end))
    }

    #[test]
    fn every_cut_leaves_whole_batches_and_every_flip_before_the_last_is_damage() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) =
            (encode(0, &[b"a".to_vec(), b"bb".to_vec()]), encode(2, &[b"ccc".to_vec()]));
        let path = folder.path().join(name(0));
        for cut in 0..=one.len() + two.len() {
            let mut data = [one.clone(), two.clone()].concat();
            data.truncate(cut);
            data.resize(500, 0);
            fs::write(&path, &data).unwrap();
            let (entries, end) = read_all(folder.path()).unwrap();
            let whole = if cut == one.len() + two.len() {
                3
            } else if cut >= one.len() {
                2
            } else {
                0
            };
            assert_eq!((entries.len(), end.next), (whole, whole as u64), "cut at {cut}");
        }
        for flip in 0..one.len() {
            let mut data = [one.clone(), two.clone()].concat();
            data[flip] ^= 1;
            fs::write(&path, &data).unwrap();
            assert!(
                matches!(read_all(folder.path()), Err(LogError::Damaged { index: 0, .. })),
                "flip at {flip}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn a_batch_survives_its_bytes(first: u64, entries: Vec<Vec<u8>>) {
            let bytes = encode(first, &entries);
            let batch = decode(&bytes).unwrap();
            proptest::prop_assert_eq!(batch, Batch { first, entries, bytes: bytes.len() });
        }

        #[test]
        fn no_bytes_make_the_decoder_panic(data: Vec<u8>) {
            decode(&data);
            holds_batch(&data);
        }
    }
}
