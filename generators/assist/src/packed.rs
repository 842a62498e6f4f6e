//! The embedded lists: packed text, one entry a line, sorted.

use std::cmp::Ordering;

/// Room for the largest list.
const UNPACKED_BYTES_MAX: usize = 32 << 20;

/// Unpacks an embedded list. It is part of the program, so a list that does not unpack is empty;
/// the tests see that none is.
pub(crate) fn unpack(packed: &[u8]) -> String {
    String::from_utf8(unpack_bytes(packed)).unwrap_or_default()
}

/// The same for a table of numbers.
pub(crate) fn unpack_bytes(packed: &[u8]) -> Vec<u8> {
    let bytes = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(packed, UNPACKED_BYTES_MAX);
    bytes.unwrap_or_default()
}

/// Sorted lines that are looked up by their beginning.
#[derive(Debug)]
pub(crate) struct Lines {
    text: String,
    starts: Vec<u32>,
    /// Bytes at the end of a line that are no part of its word.
    tail: usize,
}

impl Lines {
    pub(crate) fn new(text: String, tail: usize) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts =
            std::iter::once(0).chain(ends.filter_map(|(at, _)| u32::try_from(at + 1).ok()));
        let starts = starts.collect();
        Self { text, starts, tail }
    }

    /// How many.
    pub(crate) const fn len(&self) -> usize {
        self.starts.len()
    }

    /// The word of a line and what follows it.
    pub(crate) fn line(&self, row: usize) -> (&str, &str) {
        let start = self.starts.get(row).map_or(self.text.len(), |at| *at as usize);
        let end = self.starts.get(row + 1).map_or(self.text.len(), |at| *at as usize - 1);
        let line = self.text.get(start..end).unwrap_or_default();
        line.split_at_checked(line.len().saturating_sub(self.tail)).unwrap_or_default()
    }

    /// The row of a word.
    pub(crate) fn find(&self, word: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.line(middle).0.cmp(word) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Some(middle),
                Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The first row whose word is not before `word`.
    pub(crate) fn lower_bound(&self, word: &str) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.line(middle).0 < word { low = middle + 1 } else { high = middle }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found() {
        let lines = Lines::new("a1\nab2\nb3".into(), 1);
        let check = |word, expected: Option<&str>| {
            assert_eq!(lines.find(word).map(|row| lines.line(row).1), expected, "{word}");
        };
        check("a", Some("1"));
        check("ab", Some("2"));
        check("b", Some("3"));
        check("c", None);
        check("", None);
    }
}
