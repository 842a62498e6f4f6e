//! The wording of quotations and sources: words without case, punctuation and spaces.

use unicode_normalization::UnicodeNormalization as _;

use crate::normalise::is_han;

/// Longer insertions, in bytes, are none.
const INSERTION_MAX: usize = 200;
/// Stands around every word.
const BORDER: char = '\u{1f}';

/// Words in parts that follow each other; a source has one part.
#[derive(Debug)]
pub(super) struct Wording {
    /// Words with a border before and behind each.
    parts: Vec<String>,
    /// Half words: two for a word, one for a Han character.
    halves: usize,
}

impl Wording {
    pub(super) fn of_source(text: &str) -> Self {
        let mut wording = Self { parts: Vec::new(), halves: 0 };
        wording.add(text);
        wording
    }

    /// An ellipsis and what stands in brackets part a quotation.
    pub(super) fn of_quote(text: &str) -> Self {
        let mut wording = Self { parts: Vec::new(), halves: 0 };
        let mut rest = text;
        while let Some((part, gap, after)) = cut(rest) {
            wording.add(part);
            // Without its end a bracket is a sign like others.
            rest = after.get(inserted(gap, after)..).unwrap_or_default();
        }
        wording.add(rest);
        wording
    }

    pub(super) fn is_long(&self, words_min: usize) -> bool {
        self.halves > 0 && self.halves >= words_min.saturating_mul(2)
    }

    /// Whether all parts of a quotation follow each other here.
    pub(super) fn has(&self, quote: &Self) -> bool {
        let Some(source) = self.parts.first() else { return false };
        let mut from = 0;
        quote.parts.iter().all(|part| {
            let found = source.get(from..).and_then(|rest| rest.find(part.as_str()));
            // The last border is also the first one of what follows.
            from += found.map_or(0, |at| at + part.len() - BORDER.len_utf8());
            found.is_some()
        })
    }

    fn add(&mut self, text: &str) {
        let mut words = String::from(BORDER);
        let mut letters = text.nfkc().flat_map(char::to_lowercase).peekable();
        let mut before = BORDER;
        while let Some(letter) = letters.next() {
            let in_number =
                before.is_ascii_digit() && letters.peek().is_some_and(char::is_ascii_digit);
            match letter {
                // `1,000` is `1000`, and `don’t` is `dont`.
                '\'' | '’' => continue,
                ',' if in_number => continue,
                '.' if in_number => words.push(letter),
                _ if is_han(letter) => {
                    self.halves += 1;
                    end_word(&mut words);
                    words.push(letter);
                    words.push(BORDER);
                }
                _ if letter.is_alphanumeric() || is_mark(letter) => {
                    self.halves += if words.ends_with(BORDER) { 2 } else { 0 };
                    words.push(letter);
                }
                _ => end_word(&mut words),
            }
            before = letter;
        }
        end_word(&mut words);
        if words.len() > BORDER.len_utf8() {
            self.parts.push(words);
        }
    }
}

fn end_word(words: &mut String) {
    if !words.ends_with(BORDER) {
        words.push(BORDER);
    }
}

fn is_mark(letter: char) -> bool {
    unicode_normalization::char::is_combining_mark(letter)
}

/// What precedes the first gap, the sign that begins it, and what follows that sign.
fn cut(text: &str) -> Option<(&str, char, &str)> {
    let starts = |at: usize, sign: char| {
        let rest = text.get(at..).unwrap_or_default();
        matches!(sign, '…' | '[' | '［' | '【')
            || rest.starts_with("...")
            || rest.starts_with(". . .")
    };
    let (at, sign) = text.char_indices().find(|(at, sign)| starts(*at, *sign))?;
    Some((text.get(..at)?, sign, text.get(at + sign.len_utf8()..)?))
}

/// How many bytes of `after` belong to an insertion that began with `gap`.
fn inserted(gap: char, after: &str) -> usize {
    let closing = match gap {
        '[' => ']',
        '［' => '］',
        '【' => '】',
        _ => return 0,
    };
    let near = after.get(..after.floor_char_boundary(INSERTION_MAX)).unwrap_or_default();
    near.find(closing).map_or(0, |at| at + closing.len_utf8())
}
