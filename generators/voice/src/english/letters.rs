//! Letter-to-sound rules: a decision tree for each letter, learnt from the lexicon.
//!
//! A word is read from its end, because English stress is settled there. Each letter becomes no,
//! one or two phones; the questions are about the letters around it and the phones after it.

use std::collections::HashMap;

use super::code::{Arpa, decode};

/// How many questions there are: letters at −4…+4, then what was read so far.
pub const QUESTIONS: usize = 14;
/// Letters that a tree is kept for: `a`–`z` and the apostrophe.
pub const LETTERS: usize = 27;
const WINDOW: isize = 4;
const EDGE: u8 = 27;

/// What may be asked about the letter at `at`: `after` holds the chunk of phones of each letter
/// after it, the nearest first.
pub fn answers(letters: &[u8], at: usize, after: &[[u8; 2]]) -> [u8; QUESTIONS] {
    let mut answers = [0; QUESTIONS];
    for (answer, offset) in answers.iter_mut().zip(-WINDOW..=WINDOW) {
        let place = at.checked_add_signed(offset);
        *answer = place.and_then(|place| letters.get(place)).copied().unwrap_or(EDGE);
    }
    let phones = || after.iter().flat_map(|chunk| chunk.iter()).copied().filter(|code| *code > 0);
    let vowels = || phones().filter_map(decode).filter(|phone| phone.is_vowel());
    let rest = [
        phones().next().unwrap_or(0),
        phones().nth(1).unwrap_or(0),
        vowels().count().min(6) as u8,
        vowels().next().map_or(3, |phone| phone.stress),
        u8::from(vowels().any(|phone| phone.stress == 1)),
    ];
    for (answer, value) in answers.iter_mut().skip(9).zip(rest) {
        *answer = value;
    }
    answers
}

/// The number of a letter, or nothing for what is not spelt with `a`–`z` and `'`.
pub fn letter(c: char) -> Option<u8> {
    match c.to_ascii_lowercase() {
        c @ 'a'..='z' => Some(c as u8 - b'a'),
        '\'' | '’' => Some(26),
        _ => None,
    }
}

#[derive(Debug, Clone, Copy)]
enum Node {
    /// Is the answer to `question` this `value`? If so the next node follows, else `otherwise`.
    Ask {
        question: u8,
        value: u8,
        otherwise: u32,
    },
    Read([u8; 2]),
}

/// The trees of all letters.
#[derive(Debug, Clone)]
pub struct LetterRules {
    nodes: Vec<Node>,
    roots: HashMap<u8, u32>,
}

impl LetterRules {
    /// Reads trees written in preorder, one after the other, by `examples/letters.rs`: `255`, two
    /// codes for a leaf; question, value, yes, no for a node. Damaged bytes give `None`.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut bytes = bytes.iter().copied();
        let mut rules = Self { nodes: Vec::new(), roots: HashMap::new() };
        for letter in 0..LETTERS {
            rules.roots.insert(letter as u8, rules.nodes.len() as u32);
            let mut open: Vec<usize> = Vec::new();
            loop {
                let first = bytes.next()?;
                let at = rules.nodes.len();
                if first != 255 {
                    let value = bytes.next()?;
                    rules.nodes.push(Node::Ask { question: first, value, otherwise: 0 });
                    open.push(at);
                    continue;
                }
                rules.nodes.push(Node::Read([bytes.next()?, bytes.next()?]));
                let Some(parent) = open.pop() else { break };
                if let Node::Ask { otherwise, .. } = rules.nodes.get_mut(parent)? {
                    *otherwise = at as u32 + 1;
                }
            }
        }
        Some(rules)
    }

    /// How a word is said; letters that are not `a`–`z` are passed over.
    pub fn read(&self, word: &str) -> Vec<Arpa> {
        let letters: Vec<u8> = word.chars().filter_map(letter).collect();
        let mut after: Vec<[u8; 2]> = Vec::with_capacity(letters.len());
        for at in (0..letters.len()).rev() {
            let answers = answers(&letters, at, &after);
            let chunk = letters.get(at).map_or([0, 0], |letter| self.chunk(*letter, &answers));
            // The trees count from the nearest letter on.
            after.insert(0, chunk);
        }
        stressed(after.iter().flatten().filter_map(|code| decode(*code)).collect())
    }

    fn chunk(&self, letter: u8, answers: &[u8; QUESTIONS]) -> [u8; 2] {
        let mut at = self.roots.get(&letter).copied().unwrap_or(0);
        loop {
            match self.nodes.get(at as usize) {
                Some(Node::Ask { question, value, otherwise }) => {
                    let yes = answers.get(usize::from(*question)) == Some(value);
                    at = if yes { at + 1 } else { *otherwise };
                }
                Some(Node::Read(codes)) => return *codes,
                None => return [0, 0],
            }
        }
    }
}

/// Gives a word without primary stress one, and leaves only the first of several.
fn stressed(mut phones: Vec<Arpa>) -> Vec<Arpa> {
    let mut seen = false;
    for phone in phones.iter_mut().filter(|phone| phone.stress == 1) {
        if seen {
            phone.stress = 2;
        }
        seen = true;
    }
    if !seen {
        let strong = |phone: &&mut Arpa| phone.is_vowel() && phone.stress == 2;
        if let Some(phone) = phones.iter_mut().find(strong) {
            phone.stress = 1;
        } else if let Some(phone) = phones.iter_mut().find(|phone| phone.is_vowel()) {
            phone.stress = 1;
        }
    }
    phones
}
