//! Where in the segments entries are: one mark for some 64 KiB, so a look-up reads little.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::FileExt as _,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use crate::{LogError, segment, store::EntryReader};

/// Batches closer together than this share a mark: 4 KiB of marks for a segment of 16 MiB.
const APART_BYTES: u64 = 64 << 10;

/// The marks of every segment, by the index of its first entry.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    segments: BTreeMap<u64, Segment>,
}

#[derive(Debug, Default)]
struct Segment {
    /// First index and offset of some batches.
    marks: Vec<(u64, u64)>,
    /// Where the last batch ends.
    end: u64,
}

impl Marks {
    /// Notes that a batch begins there.
    pub(crate) fn add(&mut self, segment: u64, first: u64, offset: u64) {
        let marks = &mut self.segments.entry(segment).or_default().marks;
        if marks.last().is_none_or(|(_, last)| offset >= last + APART_BYTES) {
            marks.push((first, offset));
        }
    }

    /// Notes where the batches of a segment end.
    pub(crate) fn written(&mut self, segment: u64, end: u64) {
        self.segments.entry(segment).or_default().end = end;
    }

    /// The stretch between two marks that holds an entry: segment, its first index, from, to.
    fn stretch(&self, index: u64) -> Option<(u64, u64, u64, u64)> {
        let (name, segment) = self.segments.range(..=index).next_back()?;
        let at = segment.marks.partition_point(|(first, _)| *first <= index);
        let (first, from) = *segment.marks.get(at.checked_sub(1)?)?;
        let to = segment.marks.get(at).map_or(segment.end, |(_, offset)| *offset);
        Some((*name, first, from, to))
    }
}

/// Reads entries by the marks.
#[derive(Debug)]
pub(crate) struct SegmentReader {
    folder: PathBuf,
    marks: Arc<RwLock<Marks>>,
}

impl SegmentReader {
    pub(crate) const fn new(folder: PathBuf, marks: Arc<RwLock<Marks>>) -> Self {
        Self { folder, marks }
    }

    /// The entries `start..end` of the stretch that `start` is in.
    fn read(&self, start: u64, end: u64) -> Result<Vec<Vec<u8>>, LogError> {
        let stretch = self.marks.read().unwrap_or_else(PoisonError::into_inner).stretch(start);
        let Some((name, first, from, to)) = stretch else { return Ok(Vec::new()) };
        let path = self.folder.join(segment::name(name));
        let mut data = vec![0; usize::try_from(to - from).unwrap_or(0)];
        fs::File::open(&path)
            .and_then(|file| file.read_exact_at(&mut data, from))
            .map_err(|error| LogError::file(&path, &error))?;
        let (mut next, mut rest, mut found) = (first, data.as_slice(), Vec::new());
        while next < end && !rest.is_empty() {
            let batch = segment::header(rest).filter(|batch| batch.first == next);
            // Opening has checked the whole batch: here the CRCs of the wanted entries are enough.
            let picked = batch.and_then(|batch| {
                found.extend(segment::pick(rest.get(..batch.bytes)?, start..end)?);
                Some(batch)
            });
            let Some(batch) = picked else {
                let reason = format!("{} was changed while it was in use", path.display());
                return Err(LogError::Damaged { index: next, reason });
            };
            next += u64::from(batch.count);
            rest = rest.get(batch.bytes..).unwrap_or_default();
        }
        Ok(found)
    }
}

impl EntryReader for SegmentReader {
    fn entries(&self, start: u64, end: u64) -> Result<Vec<Vec<u8>>, LogError> {
        let mut found: Vec<Vec<u8>> = Vec::new();
        loop {
            let start = start + found.len() as u64;
            let more = if start < end { self.read(start, end)? } else { Vec::new() };
            if more.is_empty() {
                return Ok(found);
            }
            found.extend(more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { cases: 16, ..Default::default() })]
        #[test]
        fn every_entry_is_found_by_the_marks(batches in proptest::collection::vec(1_usize..20, 1..30), per_segment in 1_usize..20) {
            let folder = tempfile::tempdir().unwrap();
            let (mut marks, mut all, mut data) = (Marks::default(), Vec::new(), Vec::new());
            let mut segment = 0;
            for (n, count) in batches.iter().enumerate() {
                if n % per_segment == 0 {
                    data.clear();
                    segment = all.len() as u64;
                }
                let first = all.len() as u64;
                let entries: Vec<Vec<u8>> = (0..*count)
                    .map(|n| vec![b'a'; 1 + (n * 977 + all.len()) % 4000])
                    .collect();
                let mut batch = Vec::new();
                segment::encode(&mut batch, first, &entries);
                marks.add(segment, first, data.len() as u64);
                data.extend(batch);
                marks.written(segment, data.len() as u64);
                fs::write(folder.path().join(segment::name(segment)), &data).unwrap();
                all.extend(entries);
            }
            let reader = SegmentReader::new(folder.path().to_path_buf(), Arc::new(RwLock::new(marks)));
            let size = all.len() as u64;
            for start in 0..size {
                proptest::prop_assert_eq!(&reader.entries(start, start + 1).unwrap()[0], &all[start as usize]);
            }
            proptest::prop_assert_eq!(reader.entries(0, size + 9).unwrap(), all);
        }
    }
}
