//! A view of a text and the way back to the original's code points.

use std::{borrow::Cow, ops::Range};

use types::Span;

/// A text made from an original, and where each byte comes from.
#[derive(Debug, Clone)]
pub(crate) struct View<'t> {
    text: Cow<'t, str>,
    /// For each byte the code points it stands for; empty when every byte is a code point.
    origins: Vec<[u32; 2]>,
    /// The code point of the first byte, when every byte is one.
    first: usize,
    /// Bytes that differ from what the original shows, in rising order.
    disguised: Vec<Range<usize>>,
}

impl<'t> View<'t> {
    /// ASCII text that begins at code point `first` as its own view.
    pub(super) const fn plain(text: &'t str, first: usize) -> Self {
        Self { text: Cow::Borrowed(text), origins: Vec::new(), first, disguised: Vec::new() }
    }

    pub(super) fn with_capacity(bytes: usize) -> Self {
        let text = Cow::Owned(String::with_capacity(bytes));
        Self { text, origins: Vec::with_capacity(bytes), first: 0, disguised: Vec::new() }
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
            _ => Span { start: self.first + bytes.start, end: self.first + bytes.end },
        }
    }

    /// The first byte that stands for code point `point` or a later one.
    pub(crate) fn byte_of(&self, point: usize) -> usize {
        if self.origins.is_empty() {
            return point.saturating_sub(self.first).min(self.text.len());
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
        let mut view = Self::with_capacity(self.origins.capacity());
        view.text.to_mut().push_str(self.text.get(..end).unwrap_or_default());
        view.origins.extend(self.origins.get(..end).unwrap_or_default());
        view
    }

    /// Some of its bytes, without what is known of disguises among them.
    pub(super) fn part(&self, bytes: Range<usize>) -> Self {
        let text = self.text.get(bytes.clone()).unwrap_or_default().to_owned();
        let origins = self.origins.get(bytes).unwrap_or_default().to_vec();
        Self { text: Cow::Owned(text), origins, first: 0, disguised: Vec::new() }
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
