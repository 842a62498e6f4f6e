//! The words around a place, as features of the model.

use crate::{
    context::feature,
    reading::{Kind, Reading, Token},
};

/// Words after which no article is missing.
const DETERMINERS: [&str; 44] = [
    "a", "an", "the", "this", "that", "these", "those", "my", "your", "his", "her", "its", "our",
    "their", "no", "any", "some", "every", "each", "either", "neither", "another", "all", "both",
    "many", "much", "few", "several", "most", "more", "such", "what", "which", "whose", "one",
    "two", "three", "four", "five", "six", "ten", "enough", "'s", "whatever",
];
/// Words that begin an addition to a noun: what is before them is the head.
const PREPOSITIONS: [&str; 22] = [
    "of", "in", "on", "at", "for", "with", "from", "by", "to", "about", "between", "among",
    "under", "over", "into", "through", "during", "against", "within", "without", "near", "after",
];
/// Words and marks before which a subject does not begin.
const BOUNDARIES: [&str; 14] =
    ["<", ".", ",", ";", ":", "?", "!", "(", "that", "and", "but", "if", "because", "when"];

/// A text's words and marks, in order.
pub(super) struct Surroundings<'r> {
    items: Vec<(&'r str, Option<&'r Token>)>,
}

impl<'r> Surroundings<'r> {
    pub(super) fn of(reading: &'r Reading, names: &[bool]) -> Self {
        let mut items = vec![("<", None); 3];
        for (token, name) in reading.tokens.iter().zip(names) {
            match token.kind {
                Kind::Space => {}
                Kind::Break => items.push(("<", None)),
                Kind::Number | Kind::Code => items.push(("#", None)),
                Kind::Word if *name => items.push(("^", None)),
                Kind::Word => items.push((token.lower.as_str(), Some(token))),
                Kind::Han | Kind::Mark => items.push((token.lower.as_str(), None)),
            }
        }
        items.extend([("<", None); 3]);
        Self { items }
    }

    /// The words with their places.
    pub(super) fn words(&self) -> impl Iterator<Item = (usize, &'r Token)> {
        self.items.iter().enumerate().filter_map(|(at, (_, token))| token.map(|token| (at, token)))
    }

    /// The word at a place.
    pub(super) fn word_at(&self, at: usize) -> Option<(&'r str, &'r Token)> {
        self.items.get(at).and_then(|(word, token)| token.map(|token| (*word, token)))
    }

    /// Whether what is before a place determines it already.
    pub(super) fn follows_determiner(&self, at: usize) -> bool {
        let before = self.get(at, -1);
        DETERMINERS.contains(&before) || before.ends_with("'s") || matches!(before, "-" | "'" | "/")
    }

    fn get(&self, at: usize, by: isize) -> &'r str {
        at.checked_add_signed(by).and_then(|at| self.items.get(at)).map_or("<", |item| item.0)
    }

    /// What is around a place: `gap` is 1 for a word and 0 for the place before one; `stem` is
    /// what the word is made of.
    pub(super) fn features(&self, at: usize, gap: isize, stem: Option<&str>) -> Vec<u64> {
        let [b3, b2, b1] = [self.get(at, -3), self.get(at, -2), self.get(at, -1)];
        let [a1, a2, a3] = [self.get(at, gap), self.get(at, gap + 1), self.get(at, gap + 2)];
        let (head, noun) = self.subject(at);
        let mut features = vec![
            feature(0, &[]),
            feature(1, &[b1]),
            feature(2, &[a1]),
            feature(3, &[b2, b1]),
            feature(4, &[a1, a2]),
            feature(5, &[b1, a1]),
            feature(6, &[b2]),
            feature(7, &[a2]),
            feature(8, &[tail(b1)]),
            feature(9, &[tail(a1)]),
            feature(10, &[tail(b1), tail(a1)]),
            feature(11, &[b3, b2, b1]),
            feature(12, &[a1, a2, a3]),
            feature(13, &[tail(head), tail(noun)]),
            feature(14, &[head]),
            feature(15, &[tail(head), b1]),
            feature(24, &[tail(b2), tail(b1)]),
            feature(25, &[tail(a1), tail(a2)]),
            feature(26, &[head, b1]),
            feature(27, &[tail(head), tail(a1)]),
        ];
        if let Some(stem) = stem {
            features.extend([
                feature(16, &[stem]),
                feature(17, &[stem, b1]),
                feature(18, &[stem, a1]),
                feature(19, &[stem, tail(b1)]),
                feature(20, &[stem, tail(a1)]),
                feature(21, &[tail(stem), tail(b1), tail(a1)]),
                feature(22, &[stem, tail(head)]),
                feature(23, &[b1, stem, a1]),
                feature(28, &[b1, a2]),
                feature(29, &[b2, b1, a1]),
                feature(30, &[stem, tail(a2)]),
            ]);
        }
        features
    }

    /// The likely subject of a verb at a place: the head of the words before it, and their last.
    fn subject(&self, at: usize) -> (&'r str, &'r str) {
        let noun = self.get(at, -1);
        let mut head = noun;
        for by in 1..=8 {
            let word = self.get(at, -by);
            if by > 1 && BOUNDARIES.contains(&word) {
                break;
            }
            if PREPOSITIONS.contains(&word) {
                head = self.get(at, -by - 1);
            }
        }
        (head, noun)
    }
}

/// A word's last two letters, or the word itself if it is short or a mark.
fn tail(word: &str) -> &str {
    if word.len() <= 3 {
        return word;
    }
    word.char_indices().rev().nth(1).and_then(|(at, _)| word.get(at..)).unwrap_or(word)
}
