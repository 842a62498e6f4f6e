//! A view of a text and the way back to the original's code points.

use std::{borrow::Cow, ops::Range};

use types::Span;

/// A text made from an original, and where each byte comes from.
#[derive(Debug, Clone)]
pub(crate) struct View<'t> {
    text: Cow<'t, str>,
    /// For each byte the code points it stands for; empty when byte and code point are the same.
    origins: Vec<[u32; 2]>,
    /// Bytes that differ from what the original shows, in rising order.
    disguised: Vec<Range<usize>>,
}

impl<'t> View<'t> {
    /// An ASCII text as its own view.
    pub(super) const fn plain(text: &'t str) -> Self {
        let text = Cow::Borrowed(text);
        Self { text, origins: Vec::new(), disguised: Vec::new() }
    }

    pub(super) const fn empty() -> Self {
        Self { text: Cow::Owned(String::new()), origins: Vec::new(), disguised: Vec::new() }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// The original's code points behind some bytes.
    pub(crate) fn span(&self, bytes: Range<usize>) -> Span {
        match self.origins.get(bytes.clone()) {
            Some(origins) if !origins.is_empty() => {
                // Reordered runs go backwards.
                let start = origins.iter().map(|[start, _]| *start).min().unwrap_or_default();
                let end = origins.iter().map(|[_, end]| *end).max().unwrap_or_default();
                Span { start: start as usize, end: end as usize }
            }
            _ => bytes.into(),
        }
    }

    /// The first byte that stands for code point `point` or a later one.
    pub(crate) fn byte_of(&self, point: usize) -> usize {
        if self.origins.is_empty() {
            return point.min(self.text.len());
        }
        self.origins.partition_point(|[start, _]| (*start as usize) < point)
    }

    /// Whether some of the bytes differ from what the original shows.
    pub(crate) fn is_disguised(&self, bytes: Range<usize>) -> bool {
        touches(&self.disguised, &bytes)
    }

    /// Appends a character that stands for `points`.
    pub(super) fn push(&mut self, letter: char, points: [u32; 2]) {
        self.text.to_mut().push(letter);
        self.origins.extend(std::iter::repeat_n(points, letter.len_utf8()));
    }

    /// Characters from byte `from` on, with their origins.
    pub(super) fn letters(&self, from: usize) -> impl DoubleEndedIterator<Item = (char, [u32; 2])> {
        let letters = self.text.get(from..).unwrap_or_default().char_indices();
        letters.filter_map(move |(at, letter)| Some((letter, *self.origins.get(from + at)?)))
    }

    /// Says that everything from byte `from` on is disguised.
    pub(super) fn mark_disguised(&mut self, from: usize) {
        if from < self.text.len() {
            self.disguised.push(from..self.text.len());
        }
    }

    /// A new view of the same beginning, up to byte `end`.
    pub(super) fn before(&self, end: usize) -> Self {
        let mut view = Self::empty();
        view.text.to_mut().push_str(self.text.get(..end).unwrap_or_default());
        view.origins.extend(self.origins.get(..end).unwrap_or_default());
        view
    }

    /// Appends what `other` has from byte `from` on.
    pub(super) fn append(&mut self, other: &Self, from: usize) {
        self.text.to_mut().push_str(other.text.get(from..).unwrap_or_default());
        self.origins.extend(other.origins.get(from..).unwrap_or_default());
    }

    /// Appends what a disguise hid.
    pub(super) fn push_disguised(&mut self, letters: Vec<(char, [u32; 2])>) {
        let from = self.text.len();
        for (letter, points) in letters {
            self.push(letter, points);
        }
        self.mark_disguised(from);
    }
}

/// Whether one of the rising `ranges` has a byte in common with `bytes`.
fn touches(ranges: &[Range<usize>], bytes: &Range<usize>) -> bool {
    let at = ranges.partition_point(|range| range.end <= bytes.start);
    ranges.get(at).is_some_and(|range| range.start < bytes.end)
}
