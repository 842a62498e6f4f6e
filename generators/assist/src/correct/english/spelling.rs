//! Words that are none.

use std::collections::HashMap;

use super::{
    super::{Finds, Kind as Slip, Rule},
    cased, words,
};
use crate::reading::{Kind, Reading, Token};

const SPELLING: Rule = Rule { kind: Slip::Spelling, name: "spelling" };
const JOINED: Rule = Rule { kind: Slip::Spelling, name: "joined_words" };
/// Words that exist, but hardly ever are what was meant.
const CONFUSED: [(&str, &str); 16] = [
    ("cant", "can't"),
    ("wont", "won't"),
    ("teh", "the"),
    ("hte", "the"),
    ("adn", "and"),
    ("nad", "and"),
    ("ot", "to"),
    ("fo", "of"),
    ("si", "is"),
    ("ti", "it"),
    ("thru", "through"),
    ("alot", "a lot"),
    ("i", "I"),
    ("ont", "not"),
    ("ofr", "for"),
    ("taht", "that"),
];
/// More than one unknown word in so many is too much.
const UNKNOWN_SHARE_MAX: usize = 3;

/// At most so many different unknown words are looked up: a text with more is no English.
const LOOKED_UP_MAX: usize = 3000;
/// And so many at length, among all words that begin alike.
const LOOKED_UP_FAR_MAX: usize = 200;

pub(super) fn find(finds: &mut Finds<'_>, names: &[bool]) {
    let tokens = finds.reading.tokens.iter().zip(names);
    let words: Vec<&Token> = tokens
        .filter(|(token, name)| token.kind == Kind::Word && !token.shielded && !**name)
        .map(|(token, _)| token)
        .collect();
    let mut known: HashMap<&str, bool> = HashMap::new();
    let unknown: Vec<&Token> = words
        .iter()
        .filter(|token| !*known.entry(token.lower.as_str()).or_insert_with(|| passes(&token.lower)))
        .copied()
        .collect();
    // Where so many words are unknown, the text is in another language.
    if words.len() > 12 && unknown.len() * UNKNOWN_SHARE_MAX > words.len() {
        return;
    }
    let mut meant = Meant::default();
    // A code's letters, or half of one, mean nothing.
    for token in unknown.into_iter().filter(|token| !beside_code(finds.reading, token)) {
        let Some((rule, candidates)) = meant.of(&token.lower, token.capital) else { continue };
        let written = finds.reading.written(token);
        let replacements: Vec<String> =
            candidates.iter().map(|candidate| cased(&written, candidate)).collect();
        let Some(first) = replacements.first() else { continue };
        let message = format!("“{written}” is not a word that is known here; “{first}” is.");
        finds.replace((token.start, token.end), &rule, replacements, message);
    }
}

/// Whether a word needs no correction.
fn passes(word: &str) -> bool {
    let confused = CONFUSED.iter().any(|(wrong, _)| *wrong == word);
    !confused && (word.chars().count() < 3 || words::is_known(word))
}

/// The rule by which a word is wrong, and what it was meant to be.
type Answer = (Rule, Vec<String>);

/// What words were meant to be; each is looked up once.
#[derive(Debug, Default)]
struct Meant {
    found: HashMap<(String, bool), Option<Answer>>,
    far: usize,
}

impl Meant {
    fn of(&mut self, word: &str, doubtful: bool) -> Option<Answer> {
        let key = (word.to_owned(), doubtful);
        if let Some(found) = self.found.get(&key) {
            return found.clone();
        }
        if self.found.len() >= LOOKED_UP_MAX {
            return None;
        }
        let found = self.look_up(word, doubtful);
        self.found.insert(key, found.clone());
        found
    }

    fn look_up(&mut self, word: &str, doubtful: bool) -> Option<Answer> {
        if let Some((_, right)) = CONFUSED.iter().find(|(wrong, _)| *wrong == word) {
            return Some((SPELLING, vec![(*right).to_owned()]));
        }
        let candidates = words::candidates(word, doubtful);
        if !candidates.is_empty() {
            return Some((SPELLING, candidates));
        }
        if doubtful {
            return None;
        }
        self.far += 1;
        let far = if self.far <= LOOKED_UP_FAR_MAX { words::distant(word) } else { None };
        if let Some(far) = far {
            return Some((SPELLING, vec![far]));
        }
        words::parted(word).map(|parted| (JOINED, vec![parted]))
    }
}

fn beside_code(reading: &Reading, token: &Token) -> bool {
    let beside = [reading.char(token.end), reading.char(token.start.wrapping_sub(1))];
    beside.iter().any(|c| matches!(c, '/' | '@' | '_' | '\\' | '=' | '-' | '\''))
        || reading.char(token.end) == '.' && reading.char(token.end + 1).is_alphanumeric()
}
