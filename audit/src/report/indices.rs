//! Log indices as ranges: a report over a long log stays short.

use serde::{Deserialize, Serialize};

/// At most this many ranges are listed; the rest is counted.
const RANGES_MAX: usize = 256;

/// Ascending indices of entries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Indices {
    /// First and last index of each range, both inclusive.
    ranges: Vec<(u64, u64)>,
    /// How many indices there are, also those that are not listed.
    count: u64,
}

impl Indices {
    /// Adds an index that is not below any earlier one; the same one again changes nothing.
    pub fn push(&mut self, index: u64) {
        let (listed, room) = (self.is_listed(), self.ranges.len() < RANGES_MAX);
        match self.ranges.last_mut() {
            Some((_, last)) if *last == index => return,
            Some((_, last)) if listed && last.checked_add(1) == Some(index) => *last = index,
            _ if room => self.ranges.push((index, index)),
            _ => {}
        }
        self.count += 1;
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The lowest index.
    #[must_use]
    pub fn first(&self) -> Option<u64> {
        self.ranges.first().map(|range| range.0)
    }

    /// `0-4, 7`, and how many more there are.
    #[must_use]
    pub fn text(&self) -> String {
        let range = |(first, last): &(u64, u64)| {
            if first == last { first.to_string() } else { format!("{first}-{last}") }
        };
        let mut parts: Vec<String> = self.ranges.iter().map(range).collect();
        let more = self.count - self.listed();
        if more > 0 {
            parts.push(format!("+{more}"));
        }
        parts.join(", ")
    }

    /// The indices that are listed.
    pub(crate) fn listed_indices(&self) -> impl Iterator<Item = u64> {
        self.ranges.iter().flat_map(|(first, last)| *first..=*last)
    }

    fn is_listed(&self) -> bool {
        self.listed() == self.count
    }

    fn listed(&self) -> u64 {
        self.ranges.iter().map(|(first, last)| last - first + 1).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(indices: impl IntoIterator<Item = u64>, expected: &str, count: u64) {
        let mut list = Indices::default();
        indices.into_iter().for_each(|index| list.push(index));
        assert_eq!((list.text().as_str(), list.count()), (expected, count));
    }

    #[test]
    fn neighbours_become_ranges() {
        check([], "", 0);
        check([3], "3", 1);
        check([0, 1, 2, 2, 7, 9, 10], "0-2, 7, 9-10", 6);
    }

    #[test]
    fn a_long_list_is_cut_and_counted() {
        let mut list = Indices::default();
        (0..600).for_each(|n| list.push(2 * n));
        (2000..2010).for_each(|n| list.push(n));
        assert_eq!(list.count(), 610);
        assert!(list.text().ends_with("510, +354"), "{}", list.text());
    }
}
