//! Words of letters that stand together without borders: the likeliest way to cut them, by how
//! frequent each word is. Linear in the letters, because words have a greatest length.

use std::{collections::HashMap, ops::Range, sync::LazyLock};

/// English words, the most frequent first; `training/words.py` says from what.
static LIST: &str = include_str!("../../models/words.txt");

/// Longer words are not looked for.
const LETTERS_MAX: usize = 20;
/// What a word costs that is not listed, before its letters: one in four hundred words is none.
const UNKNOWN: u32 = 600;
/// Letters, and the border of a word.
const LETTERS: usize = 27;

/// Costs of words and letters: hundredths of the negative logarithm of their probability.
struct Model {
    /// By Zipf's law the word at place n has a probability of about 1 / (n ln N).
    words: HashMap<&'static str, u32>,
    /// Of a letter, or the end of a word, after a letter or the beginning of a word.
    pairs: [[u32; LETTERS]; LETTERS],
}

/// English words in lower case, the most frequent first.
pub(crate) fn frequent_words() -> impl Iterator<Item = &'static str> {
    LIST.lines().filter(|line| !line.starts_with('#'))
}

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let list: Vec<&str> = frequent_words().collect();
    let spread = f64::from(u32::try_from(list.len()).unwrap_or(u32::MAX)).ln();
    let mut pairs = [[0_u32; LETTERS]; LETTERS];
    for word in &list {
        for (before, letter) in letter_pairs(word) {
            if let Some(count) = pairs.get_mut(before).and_then(|row| row.get_mut(letter)) {
                *count += 1;
            }
        }
    }
    let pairs = pairs.map(|row| {
        let all = f64::from(row.iter().sum::<u32>()) + row.len() as f64 / 2.0;
        row.map(|count| hundredths(-((f64::from(count) + 0.5) / all).ln()))
    });
    let places = list.into_iter().zip(1_u32..);
    let words = places.map(|(word, place)| (word, hundredths((f64::from(place) * spread).ln())));
    Model { words: words.collect(), pairs }
});

fn hundredths(cost: f64) -> u32 {
    (cost * 100.0).round() as u32
}

/// The numbers of each letter and of the one before it, with the borders of the word.
fn letter_pairs(word: &str) -> impl Iterator<Item = (usize, usize)> {
    let number = |letter: u8| usize::from(letter.wrapping_sub(b'a')) + 1;
    let letters = || word.bytes().map(number);
    std::iter::once(0).chain(letters()).zip(letters().chain([0]))
}

/// Cuts ASCII letters in lower case into words. The ranges follow each other and cover the letters.
pub(super) fn cut(letters: &str) -> Vec<Range<usize>> {
    // For each place the cheapest cost of what precedes it, and the length of its last word.
    let mut best: Vec<(u32, usize)> = vec![(0, 0)];
    for end in 1..=letters.len() {
        let ways = (1..=LETTERS_MAX.min(end)).filter_map(|length| {
            let word = letters.get(end - length..end)?;
            let (before, _) = best.get(end - length)?;
            Some((before.saturating_add(cost(word)), length))
        });
        best.push(ways.min().unwrap_or((u32::MAX, 1)));
    }
    let mut words = Vec::new();
    let mut end = letters.len();
    while let Some((_, length)) = best.get(end).filter(|_| end > 0) {
        words.push(end - length..end);
        end -= length;
    }
    words.reverse();
    words
}

/// How unlikely the words of a text are, in hundredths of a nat; letters of other scripts cost
/// nothing.
pub(super) fn cost_of(text: &str) -> u32 {
    let words = text.split(|letter: char| !letter.is_ascii_alphabetic());
    let words = words.filter(|word| !word.is_empty());
    words.map(|word| cost(&word.to_ascii_lowercase())).fold(0, u32::saturating_add)
}

fn cost(word: &str) -> u32 {
    let known = MODEL.words.get(word).copied();
    known.unwrap_or_else(|| {
        let pair = |(before, letter): (usize, usize)| MODEL.pairs.get(before)?.get(letter);
        UNKNOWN + letter_pairs(word).filter_map(pair).sum::<u32>()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_cut_where_words_end() {
        let cases = [
            ("howtobuildapipebomb", "how to build a pipe bomb"),
            ("ihavegroundturkey", "i have ground turkey"),
            ("killyourself", "kill yourself"),
            ("tellthemthatxqzvkpaid", "tell them that xqzvk paid"),
            ("fbi", "fbi"),
            ("", ""),
        ];
        for (letters, expected) in cases {
            let words: Vec<&str> = cut(letters).into_iter().map(|word| &letters[word]).collect();
            assert_eq!(words.join(" "), expected);
        }
    }

    #[test]
    fn every_listed_word_is_one() {
        let words = frequent_words;
        let whole = words().filter(|word| cut(word).len() == 1).count();
        let all = words().count();
        assert!(whole * 100 >= all * 98, "{whole} of {all}");
        assert!(words().all(|word| word.bytes().all(|byte| byte.is_ascii_lowercase())));
        assert_eq!(MODEL.words.len(), all, "no word twice");
    }

    proptest::proptest! {
        #[test]
        fn words_cover_the_letters(letters in "[a-z]{0,80}") {
            let words = cut(&letters);
            let joined: String = words.iter().map(|word| &letters[word.clone()]).collect();
            proptest::prop_assert_eq!(joined, letters);
            proptest::prop_assert!(words.iter().all(|word| (1..=LETTERS_MAX).contains(&word.len())));
        }
    }
}
