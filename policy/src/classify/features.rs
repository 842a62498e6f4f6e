//! What a classifier sees of a sentence: hashed words, pairs of words, parts of words, Han
//! characters, and the shapes of tokens.
//!
//! Training uses this very code, so that a model never meets features of another kind.

use std::ops::Range;

use crate::normalise::{is_han, is_word};

/// Rows of words and Han characters; as many rows of parts of words follow.
pub(super) const WORD_ROWS: u32 = 1 << 17;
/// Rows of words and parts of words.
pub(super) const ROWS: u32 = 2 * WORD_ROWS;
/// Rows of shapes, after the others.
pub(super) const SHAPE_ROWS: u32 = 1 << 13;

/// Longer words are codes, or texts that were spelt out: only their beginning is looked at.
const LETTERS_MAX: usize = 96;
/// Parts of words have so many characters, borders included.
const PARTS: Range<usize> = 3..6;

/// A feature and the bytes of the token that has it.
#[derive(Debug, Clone)]
pub(super) struct Feature {
    pub(super) row: u32,
    pub(super) bytes: Range<usize>,
}

/// What takes the features of a sentence.
pub(super) trait Sink {
    fn feature(&mut self, feature: Feature);

    /// Whether the features of a word by itself are known; then they are not told. `hash` is that of
    /// its `letters`, which are in lower case.
    fn knows(&mut self, hash: u32, letters: &[char]) -> bool;
}

/// Takes every feature.
struct Each<'f, F>(&'f mut F);

impl<F: FnMut(Feature)> Sink for Each<'_, F> {
    fn feature(&mut self, feature: Feature) {
        (self.0)(feature);
    }

    fn knows(&mut self, _: u32, _: &[char]) -> bool {
        false
    }
}

/// A token of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Word,
    Han,
    /// White space, with the number of its bytes.
    Space,
    Sign,
}

/// Calls `sink` for every feature of a sentence; how many words and Han characters it has.
pub(super) fn visit(text: &str, sink: &mut impl FnMut(Feature)) -> u32 {
    tell(text, &mut Each(sink))
}

/// Tells `sink` the features of a sentence; how many words and Han characters it has.
pub(super) fn tell(text: &str, sink: &mut impl Sink) -> u32 {
    let mut reader = Reader { tokens: 0, last_word: None, last_han: None, shapes: [0; 2] };
    let mut rest = 0;
    while let Some((token, end)) = next(text, rest) {
        let bytes = rest..end;
        let letters = text.get(bytes.clone()).unwrap_or_default();
        match token {
            Token::Word => reader.word(letters, &bytes, sink),
            Token::Han => reader.han(letters, &bytes, sink),
            Token::Space | Token::Sign => reader.last_han = None,
        }
        reader.shape(token, letters, &bytes, sink);
        rest = end;
    }
    reader.tokens
}

/// The token at byte `at`, and where it ends.
fn next(text: &str, at: usize) -> Option<(Token, usize)> {
    let mut letters = text.get(at..)?.char_indices().peekable();
    let (_, first) = letters.next()?;
    let end = |(offset, _): (usize, char)| at + offset;
    if is_han(first) {
        return Some((Token::Han, letters.next().map_or(text.len(), end)));
    }
    let (token, joins): (Token, fn(char) -> bool) = if is_word(first) {
        (Token::Word, |letter| is_word(letter) || letter == '\'' || letter == '’')
    } else if first.is_whitespace() {
        (Token::Space, char::is_whitespace)
    } else {
        (Token::Sign, |letter| !is_word(letter) && !is_han(letter) && !letter.is_whitespace())
    };
    Some((token, letters.find(|(_, letter)| !joins(*letter)).map_or(text.len(), end)))
}

/// What of the tokens before matters.
struct Reader {
    tokens: u32,
    last_word: Option<(u32, usize)>,
    last_han: Option<(u32, u32, usize)>,
    shapes: [u32; 2],
}

impl Reader {
    fn word(&mut self, word: &str, bytes: &Range<usize>, sink: &mut impl Sink) {
        self.tokens += 1;
        self.last_han = None;
        let word = word.trim_end_matches(['\'', '’']);
        let mut letters = ['\0'; LETTERS_MAX + 2];
        let mut count = 0;
        let (mut hash, mut digits) = (Hash::new(1), true);
        for (letter, place) in word.chars().map(plain).zip(letters.iter_mut().skip(1)) {
            *place = letter;
            hash = hash.with(letter.into());
            digits &= letter.is_ascii_digit();
            count += 1;
        }
        if digits && count > 2 {
            // Larger numbers differ in each text.
            hash = Hash::new(1).with(u32::from('0'));
        }
        let word_hash = hash.0;
        let own = letters.get(1..=count).unwrap_or_default();
        let known = sink.knows(word_hash, own);
        if !known {
            sink.feature(Feature { row: hash.row(WORD_ROWS), bytes: bytes.clone() });
        }
        if let Some((last, start)) = self.last_word {
            let pair = Hash::new(2).with(last).with(word_hash);
            sink.feature(Feature { row: pair.row(WORD_ROWS), bytes: start..bytes.end });
        }
        self.last_word = Some((word_hash, bytes.start));
        if digits || known {
            return;
        }
        let letters = letters.get(..count + 2).unwrap_or_default();
        for start in 0..letters.len() {
            let mut hash = Hash::new(3);
            for (length, letter) in (1..PARTS.end).zip(letters.iter().skip(start)) {
                hash = hash.with(u32::from(*letter));
                if PARTS.contains(&length) {
                    let row = WORD_ROWS + hash.row(WORD_ROWS);
                    sink.feature(Feature { row, bytes: bytes.clone() });
                }
            }
        }
    }

    fn han(&mut self, letter: &str, bytes: &Range<usize>, sink: &mut impl Sink) {
        self.tokens += 1;
        let code = letter.chars().next().map_or(0, u32::from);
        let own = Hash::new(4).with(code);
        self.last_word = Some((own.0, bytes.start));
        sink.feature(Feature { row: own.row(WORD_ROWS), bytes: bytes.clone() });
        if let Some((before, last, start)) = self.last_han {
            let pair = Hash::new(5).with(last).with(code);
            sink.feature(Feature { row: pair.row(WORD_ROWS), bytes: start..bytes.end });
            if before != 0 {
                let three = Hash::new(6).with(before).with(last).with(code);
                sink.feature(Feature {
                    row: WORD_ROWS + three.row(WORD_ROWS),
                    bytes: bytes.clone(),
                });
            }
        }
        self.last_han = Some((self.last_han.map_or(0, |han| han.1), code, bytes.start));
    }

    /// How tokens look, whatever they say: machine-made suffixes look like no language.
    fn shape(&mut self, token: Token, letters: &str, bytes: &Range<usize>, sink: &mut impl Sink) {
        let shape = match token {
            Token::Word => word_shape(letters),
            Token::Han => 20,
            Token::Space => 21 + u32::from(letters.contains('\n')),
            Token::Sign => {
                letters.chars().take(3).fold(Hash::new(7), |hash, sign| hash.with(sign.into())).0
            }
        };
        let [before, last] = self.shapes;
        for hash in [
            Hash::new(8).with(shape),
            Hash::new(9).with(last).with(shape),
            Hash::new(10).with(before).with(last).with(shape),
        ] {
            sink.feature(Feature { row: ROWS + hash.row(SHAPE_ROWS), bytes: bytes.clone() });
        }
        self.shapes = [last, shape];
    }
}

/// Lower, Capitalised, UPPER, miXed, digits, letters with digits, other scripts; short or long.
fn word_shape(word: &str) -> u32 {
    let long = u32::from(word.len() > 3) + u32::from(word.len() > 12);
    let capitals = word.bytes().filter(u8::is_ascii_uppercase).count();
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let kind = if !word.is_ascii() {
        6
    } else if digits == word.len() {
        4
    } else if digits > 0 {
        5
    } else if capitals == 0 {
        0
    } else if capitals == word.len() {
        2
    } else if capitals == 1 && word.starts_with(|letter: char| letter.is_ascii_uppercase()) {
        1
    } else {
        3
    };
    100 + 3 * kind + long
}

/// ASCII in lower case; the views have lowered the rest.
const fn plain(letter: char) -> char {
    match letter {
        '’' => '\'',
        _ => letter.to_ascii_lowercase(),
    }
}

/// A small hash of numbers: multiply and shift, as in FNV and in Murmur's finish.
#[derive(Clone, Copy)]
struct Hash(u32);

impl Hash {
    const fn new(salt: u32) -> Self {
        Self(0x811c_9dc5 ^ salt.wrapping_mul(0x9e37_79b1))
    }

    const fn with(self, value: u32) -> Self {
        let mixed = (self.0 ^ value).wrapping_mul(0x0100_0193).wrapping_add(value << 7);
        Self(mixed ^ (mixed >> 15))
    }

    /// One of a power of two of rows.
    const fn row(self, rows: u32) -> u32 {
        let mixed = (self.0 ^ (self.0 >> 16)).wrapping_mul(0x85eb_ca6b);
        (mixed ^ (mixed >> 13)) & (rows - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> (u32, Vec<u32>) {
        let mut rows = Vec::new();
        let tokens = visit(text, &mut |feature| rows.push(feature.row));
        rows.retain(|row| *row < ROWS);
        (tokens, rows)
    }

    #[test]
    fn case_and_signs_change_no_word() {
        assert_eq!(rows("The old bridge."), rows("the OLD, bridge"));
        assert_ne!(rows("the old bridge").1, rows("the bridge old").1);
    }

    #[test]
    fn words_and_han_characters_are_counted() {
        let cases = [("", 0), ("don't go", 2), ("老桥 closed", 3), ("…!", 0), ("a1 22 333", 3)];
        for (text, expected) in cases {
            assert_eq!(rows(text).0, expected, "{text}");
        }
    }

    #[test]
    fn rows_stay_in_their_tables() {
        let mut words = 0;
        visit("Some WORDS 和 文字 12 ({[!! x", &mut |feature| {
            assert!(feature.row < ROWS + SHAPE_ROWS);
            words += u32::from(feature.row < WORD_ROWS);
        });
        assert!(words >= 8);
    }

    proptest::proptest! {
        #[test]
        fn tokens_lie_in_the_text(text: String) {
            visit(&text, &mut |feature| assert!(text.get(feature.bytes).is_some()));
        }
    }
}
