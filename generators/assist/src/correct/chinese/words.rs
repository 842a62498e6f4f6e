//! Chinese words, how common they are, and how a text falls into them.

use std::{collections::HashMap, sync::LazyLock};

use crate::{
    language::is_han,
    packed::{Lines, unpack},
    reading::Reading,
};

/// Longest word of the list, in characters.
pub(crate) const WORD_CHARS_MAX: usize = 6;
/// Costs are in thirds of a nat: that of a word seen once among sixty million.
const COST_UNSEEN: u32 = 54;

pub(super) static CHINESE: LazyLock<Lexicon> = LazyLock::new(Lexicon::load);

/// The list of words, by their first character.
#[derive(Debug)]
pub(super) struct Lexicon {
    lines: Lines,
    first: HashMap<char, (u32, u32)>,
}

/// A word of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// How unlikely it is, in thirds of a nat.
    pub(crate) cost: u32,
    /// The first letter of its part of speech; capitals are names.
    pub(crate) kind: char,
}

impl Lexicon {
    fn load() -> Self {
        let lines = Lines::new(unpack(include_bytes!("../../../data/chinese.words")), 2);
        let mut first: HashMap<char, (u32, u32)> = HashMap::new();
        for row in 0..lines.len() {
            let at = u32::try_from(row).unwrap_or(u32::MAX);
            if let Some(c) = lines.line(row).0.chars().next() {
                first.entry(c).or_insert((at, at)).1 = at + 1;
            }
        }
        Self { lines, first }
    }

    pub(super) fn rows(&self) -> usize {
        self.lines.len()
    }

    /// A word of the list and what is known of it.
    pub(super) fn row(&self, row: usize) -> (&str, Entry) {
        let (word, about) = self.lines.line(row);
        let mut about = about.chars();
        let grade = about.next().map_or(0, |c| u32::from(c).saturating_sub(u32::from('A')));
        let kind = about.next().unwrap_or('x');
        (word, Entry { cost: COST_UNSEEN.saturating_sub(grade), kind })
    }

    pub(super) fn entry(&self, word: &str) -> Option<Entry> {
        self.lines.find(word).map(|row| self.row(row).1)
    }

    /// Tells the lengths of all words that begin at the start of `chars`.
    fn beginning(&self, chars: &[char], tell: &mut dyn FnMut(usize, Entry)) {
        let Some(&first) = chars.first() else { return };
        let Some(&(mut low, high)) = self.first.get(&first) else { return };
        let mut prefix = String::new();
        for (len, c) in (1..=WORD_CHARS_MAX).zip(chars) {
            prefix.push(*c);
            low = self.bound(low, high, &prefix);
            let (word, entry) = self.row(low as usize);
            if low >= high || !word.starts_with(&prefix) {
                return;
            }
            if word.len() == prefix.len() {
                tell(len, entry);
            }
        }
    }

    fn bound(&self, mut low: u32, mut high: u32, word: &str) -> u32 {
        while low < high {
            let middle = low.midpoint(high);
            if self.lines.line(middle as usize).0 < word { low = middle + 1 } else { high = middle }
        }
        low
    }
}

/// What is known of a word.
pub(crate) fn entry(word: &str) -> Option<Entry> {
    CHINESE.entry(word)
}

/// A word as the list holds it.
pub(super) fn stored(word: &str) -> Option<(&'static str, Entry)> {
    CHINESE.lines.find(word).map(|row| CHINESE.row(row))
}

/// Tells the lengths of all words that begin at the start of `chars`.
pub(super) fn beginning(chars: &[char], tell: &mut dyn FnMut(usize, Entry)) {
    CHINESE.beginning(chars, tell);
}

/// One word of a text.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    /// Where it begins, in code points of the text.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// The word.
    pub(crate) word: String,
    /// The first letter of its part of speech.
    pub(crate) kind: char,
}

/// An unbroken run of Chinese characters, in words.
#[derive(Debug)]
pub(crate) struct Stretch {
    pub(crate) start: usize,
    pub(crate) chars: Vec<char>,
    pub(crate) segments: Vec<Segment>,
    /// The character before the run and the one after it.
    pub(crate) around: (char, char),
}

/// The runs of a text that may be corrected.
pub(super) fn stretches(reading: &Reading) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut run: Vec<char> = Vec::new();
    let mut start = 0;
    let mut close = |run: &mut Vec<char>, start: usize| {
        if !run.is_empty() {
            let around = (
                start.checked_sub(1).map_or('\n', |at| reading.char(at)),
                reading.char(start + run.len()),
            );
            let chars = std::mem::take(run);
            found.push(Stretch { start, segments: segments(&chars, start), chars, around });
        }
    };
    for token in &reading.tokens {
        let c = reading.char(token.start);
        if is_han(c) && !token.shielded {
            if run.is_empty() {
                start = token.start;
            }
            run.push(c);
        } else {
            close(&mut run, start);
        }
    }
    close(&mut run, start);
    found
}

/// The likeliest way in which characters fall into words.
pub(crate) fn segments(chars: &[char], offset: usize) -> Vec<Segment> {
    // For each place the least cost up to there, the length of the last word and its kind.
    let mut best = vec![(u32::MAX, 1_usize, 'x'); chars.len() + 1];
    if let Some(first) = best.first_mut() {
        *first = (0, 0, 'x');
    }
    for at in 0..chars.len() {
        let Some(&(so_far, ..)) = best.get(at) else { continue };
        let mut reach = |len: usize, cost: u32, kind: char| {
            let total = so_far.saturating_add(cost);
            if let Some(place) = best.get_mut(at + len)
                && total < place.0
            {
                *place = (total, len, kind);
            }
        };
        reach(1, COST_UNSEEN, 'x');
        CHINESE.beginning(chars.get(at..).unwrap_or_default(), &mut |len, entry| {
            reach(len, entry.cost, entry.kind);
        });
    }
    let mut segments = Vec::new();
    let mut end = chars.len();
    while let Some(&(_, len, kind)) = best.get(end).filter(|_| end > 0) {
        let start = end.saturating_sub(len.max(1));
        let word = chars.get(start..end).unwrap_or_default().iter().collect();
        segments.push(Segment { start: offset + start, end: offset + end, word, kind });
        end = start;
    }
    segments.reverse();
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fall_into_words() {
        let check = |text: &str, expected: &[&str]| {
            let chars: Vec<char> = text.chars().collect();
            let words: Vec<String> = segments(&chars, 0).into_iter().map(|s| s.word).collect();
            assert_eq!(words, expected);
        };
        check("卑尔根的水位上升了", &["卑尔根", "的", "水位", "上升", "了"]);
        check("", &[]);
        check("市政府宣布新计划", &["市政府", "宣布", "新", "计划"]);
    }

    #[test]
    fn words_are_known() {
        assert_eq!(entry("安装").map(|entry| entry.kind), Some('v'));
        assert_eq!(entry("按装"), None);
    }
}
