//! Words that are too long to be said in one go.

use crate::{reading::WORDS_MAX, sentence::Item, sentence::Spoken};

/// Longer words are cut: nobody can say them, and reading letters takes time by their square.
const LETTERS_MAX: usize = 40;

/// Whether a sentence is to be cut here, though no mark ends it.
pub(crate) fn is_long(items: &[Item]) -> bool {
    let said: usize = items.iter().map(|item| item.spoken.len()).sum();
    items.len() >= WORDS_MAX || said >= 2 * WORDS_MAX
}

/// An item for which very much is said, such as a number of a thousand digits, in parts.
pub(crate) fn parts(item: Item) -> Vec<Item> {
    if item.spoken.len() <= WORDS_MAX {
        return vec![item];
    }
    let count = item.spoken.len().div_ceil(WORDS_MAX);
    let letters: Vec<char> = item.visible.chars().collect();
    let share = letters.len().div_ceil(count).max(1);
    let mut seen = letters.chunks(share);
    let part = |spoken: &[Spoken]| Item {
        visible: seen.next().unwrap_or_default().iter().collect(),
        spoken: spoken.to_vec(),
        emphasis: item.emphasis,
        pause_ms: 0.0,
    };
    item.spoken.chunks(WORDS_MAX).map(part).collect()
}

/// A word in pieces of at most forty letters.
pub(crate) fn cut(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    letters.chunks(LETTERS_MAX).map(|part| part.iter().collect()).collect()
}
