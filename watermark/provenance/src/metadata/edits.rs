//! Changes to a file as a list of cuts, and a reader that shows the file as if they were made: neither
//! memory nor disk holds a second copy.

use std::io::{self, Read, Seek, SeekFrom};

/// Some bytes of a file and what takes their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// Where the bytes begin.
    pub(crate) at: u64,
    /// How many they are; none for an insertion.
    pub(crate) removed: u64,
    /// What stands there afterwards.
    pub(crate) bytes: Vec<u8>,
}

impl Edit {
    /// Bytes over as many others.
    pub(crate) fn over(at: u64, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self { at, removed: bytes.len() as u64, bytes }
    }

    /// Bytes between others.
    pub(crate) fn insert(at: u64, bytes: impl Into<Vec<u8>>) -> Self {
        Self { at, removed: 0, bytes: bytes.into() }
    }

    /// Bytes in the place of `removed` others.
    pub(crate) fn replace(at: u64, removed: u64, bytes: impl Into<Vec<u8>>) -> Self {
        Self { at, removed, bytes: bytes.into() }
    }
}

/// Where a byte of the old file lies in the new one.
pub(crate) fn moved(edits: &[Edit], old: u64) -> u64 {
    edits
        .iter()
        .filter(|edit| edit.at <= old && edit.at + edit.removed <= old)
        .fold(old, |place, edit| (place + edit.bytes.len() as u64).saturating_sub(edit.removed))
}

#[derive(Debug, Clone, Copy)]
enum Content {
    /// Of the source, from a place on.
    Source(u64),
    /// Of an edit.
    Edit(usize),
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    start: u64,
    length: u64,
    content: Content,
}

/// A file with its edits.
#[derive(Debug)]
pub(crate) struct Edited<R> {
    source: R,
    edits: Vec<Edit>,
    pieces: Vec<Piece>,
    length: u64,
    place: u64,
    /// Where the source stands, so that reading on needs no seek.
    source_place: Option<u64>,
}

impl<R: Read + Seek> Edited<R> {
    /// The file as it will be. Edits may come in any order and must not overlap; what is inserted at
    /// one place stands there in the order of the list, before what replaces the bytes from there on.
    ///
    /// # Errors
    /// The source's own, and [`io::ErrorKind::InvalidInput`] for edits that overlap or lie outside.
    pub(crate) fn new(mut source: R, mut edits: Vec<Edit>) -> io::Result<Self> {
        let end = source.seek(SeekFrom::End(0))?;
        edits.sort_by_key(|edit| (edit.at, edit.removed > 0));
        let (mut pieces, mut start, mut from) = (Vec::new(), 0, 0);
        let mut add = |length: u64, content| {
            if length > 0 {
                pieces.push(Piece { start, length, content });
                start += length;
            }
        };
        for (index, edit) in edits.iter().enumerate() {
            let until = edit.at.checked_add(edit.removed).filter(|until| *until <= end);
            let (Some(until), Some(before)) = (until, edit.at.checked_sub(from)) else {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "edits overlap"));
            };
            add(before, Content::Source(from));
            add(edit.bytes.len() as u64, Content::Edit(index));
            from = until;
        }
        add(end - from, Content::Source(from));
        Ok(Self { source, edits, pieces, length: start, place: 0, source_place: None })
    }

    fn read_source(&mut self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if self.source_place != Some(at) {
            self.source.seek(SeekFrom::Start(at))?;
        }
        self.source_place = None;
        let count = self.source.read(buffer)?;
        self.source_place = Some(at + count as u64);
        Ok(count)
    }
}

impl<R: Read + Seek> Read for Edited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let index = self.pieces.partition_point(|piece| piece.start + piece.length <= self.place);
        let Some(piece) = self.pieces.get(index).copied() else { return Ok(0) };
        let inside = self.place - piece.start;
        let left = usize::try_from(piece.length - inside).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let Some(buffer) = buffer.get_mut(..wanted) else { return Ok(0) };
        let count = match piece.content {
            Content::Source(from) => self.read_source(from + inside, buffer)?,
            Content::Edit(index) => {
                let bytes = self.edits.get(index).map_or(&[][..], |edit| &edit.bytes);
                let from = usize::try_from(inside).unwrap_or(usize::MAX);
                let bytes = bytes.get(from..).unwrap_or_default();
                bytes.iter().zip(buffer).map(|(byte, place)| *place = *byte).count()
            }
        };
        self.place += count as u64;
        Ok(count)
    }
}

impl<R: Read + Seek> Seek for Edited<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(distance) => self.length.checked_add_signed(distance),
            SeekFrom::Current(distance) => self.place.checked_add_signed(distance),
        };
        self.place = place
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "before the beginning"))?;
        Ok(self.place)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn made(source: &[u8], edits: &[Edit]) -> Vec<u8> {
        let mut edits = edits.to_vec();
        edits.sort_by_key(|edit| (edit.at, edit.removed > 0));
        let mut made = source.to_vec();
        for edit in edits.iter().rev() {
            let at = usize::try_from(edit.at).unwrap();
            let end = at + usize::try_from(edit.removed).unwrap();
            made.splice(at..end, edit.bytes.iter().copied());
        }
        made
    }

    #[test]
    fn places_move_with_what_stands_before_them() {
        let edits = [Edit::replace(2, 3, *b"x"), Edit::insert(8, *b"abc"), Edit::over(10, *b"z")];
        let cases = [(0, 0), (2, 2), (5, 3), (7, 5), (8, 9), (10, 11), (11, 12)];
        for (old, new) in cases {
            assert_eq!(moved(&edits, old), new, "{old}");
        }
    }

    #[test]
    fn edits_that_overlap_are_refused() {
        let refused = |edits: Vec<Edit>| Edited::new(Cursor::new(b"0123456789"), edits).is_err();
        assert!(refused(vec![Edit::replace(0, 3, *b"x"), Edit::over(2, *b"y")]));
        assert!(refused(vec![Edit::replace(8, 3, *b"x")]));
        assert!(refused(vec![Edit::replace(u64::MAX, 3, *b"x")]));
        assert!(!refused(vec![Edit::insert(10, *b"x"), Edit::replace(0, 10, *b"")]));
    }

    proptest! {
        #[test]
        fn the_edited_file_reads_like_one_that_was_made(
            source: Vec<u8>,
            cuts in prop::collection::vec((0_u64..40, 0_u64..9, prop::collection::vec(any::<u8>(), 0..9)), 0..5),
            jumps in prop::collection::vec((0_u64..80, 0_usize..20), 0..9),
        ) {
            let mut from = 0;
            let mut edits = Vec::new();
            for (gap, removed, bytes) in cuts {
                let (at, end) = (from + gap, source.len() as u64);
                if at + removed <= end {
                    edits.push(Edit::replace(at, removed, bytes));
                    from = at + removed;
                }
            }
            let expected = made(&source, &edits);
            let mut edited = Edited::new(Cursor::new(&source), edits).unwrap();
            prop_assert_eq!(edited.seek(SeekFrom::End(0)).unwrap(), expected.len() as u64);
            for (place, count) in jumps {
                edited.seek(SeekFrom::Start(place)).unwrap();
                let mut read = Vec::new();
                (&mut edited).take(count as u64).read_to_end(&mut read).unwrap();
                let start = usize::try_from(place).unwrap().min(expected.len());
                let end = (start + count).min(expected.len());
                prop_assert_eq!(&read, &expected[start..end]);
            }
            edited.seek(SeekFrom::Start(0)).unwrap();
            let mut read = Vec::new();
            edited.read_to_end(&mut read).unwrap();
            prop_assert_eq!(read, expected);
        }
    }
}
