//! Units: the pieces of a text that are normalised one by one.

use std::ops::Range;

use super::{
    encoded,
    letters::{
        ends_override, is_apostrophe, is_attached, is_han, is_leet_sign, is_override,
        is_punctuation, is_separator, is_word,
    },
};

/// A unit has at most so many code points, so that a stream never waits for its end for long.
const POINTS_MAX: usize = 256;
/// As many of a run that is spelt out or reordered: where one is cut, a word or the order is lost.
const RUN_MAX: usize = 4_096;
/// So many invisible characters belong to the character before them.
const ATTACHED_MAX: usize = 64;
/// So many signs may stand between letters that are spelt out, and between Han characters.
const SIGNS_MAX: usize = 3;
/// So many marks of punctuation may stand among them.
const PUNCTUATION_MAX: usize = 2;
/// English has a word or a space for every three bytes, Chinese a character.
const BYTES_LIKELY: usize = 3;
/// Fewer single letters are initials.
const SPELT_MIN: usize = 3;

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letters and digits, with signs that may stand for letters.
    Word,
    /// Single letters with signs between them: `k i l l`.
    Spelt,
    /// Han characters with signs between them; mostly one character.
    Han,
    /// A bidi override and what it reorders.
    Override,
    /// A text in the letters of a code.
    Encoded,
    /// White space.
    Space,
    /// Any other character.
    Other,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) kind: Kind,
    /// Where it is in the given text.
    pub(crate) bytes: Range<usize>,
    /// Its code points, counted from the start of the original.
    pub(crate) points: Range<usize>,
}

/// The units of a text.
#[derive(Debug)]
pub(crate) struct Segments {
    pub(crate) units: Vec<Unit>,
    /// So many of them stay as they are whatever text follows.
    pub(crate) settled: usize,
}

/// Cuts `text` into units from byte `from` on, which is code point `point`.
pub(crate) fn segment(text: &str, from: usize, point: usize) -> Segments {
    let likely = text.len().saturating_sub(from) / BYTES_LIKELY + 1;
    let mut segments = Segments { units: Vec::with_capacity(likely), settled: usize::MAX };
    let (mut byte, mut point) = (from, point);
    while let Some(rest) = text.get(byte..).filter(|rest| !rest.is_empty()) {
        let mut reader = Reader { rest, read: 0, points: 0, ended: false };
        let kind = reader.unit();
        if reader.ended && segments.settled == usize::MAX {
            segments.settled = segments.units.len();
        }
        let (bytes, points) = (byte..byte + reader.read, point..point + reader.points);
        (byte, point) = (bytes.end, points.end);
        segments.units.push(Unit { kind, bytes, points });
    }
    segments.settled = segments.settled.min(segments.units.len());
    segments
}

/// Whether both views of the text are the text itself: ASCII without anything to undo. A quick
/// look over bytes; it may say no where the long way finds nothing either.
pub(crate) fn is_plain(text: &str) -> bool {
    let mut state =
        Plain { previous: b' ', before: b' ', single: 0, letters: 0, digits: 0, code: 0 };
    text.is_ascii() && text.bytes().all(|byte| state.allows(byte)) && state.allows(b'.')
}

/// What [`is_plain`] remembers: the last two bytes, single letters in a row, letters and digits of
/// the current word, and how many letters of a code stand in a row.
struct Plain {
    previous: u8,
    before: u8,
    single: u8,
    letters: u32,
    digits: u32,
    code: usize,
}

impl Plain {
    fn allows(&mut self, byte: u8) -> bool {
        let (previous, before) = (self.previous, self.before);
        (self.before, self.previous) = (previous, byte);
        self.code = if encoded::is_code(byte) { self.code + 1 } else { 0 };
        let escapes = matches!(
            (previous, byte),
            (b'%', b'0'..=b'9' | b'A'..=b'F' | b'a'..=b'f') | (b'&', b'#') | (b'\\', b'u' | b'x')
        );
        if escapes || encoded::is_long(self.code) {
            return false;
        }
        if byte.is_ascii_alphabetic() {
            self.letters += 1;
            let repeats =
                byte.eq_ignore_ascii_case(&previous) && byte.eq_ignore_ascii_case(&before);
            return self.digits == 0 && !repeats;
        }
        if byte.is_ascii_digit() || is_leet_sign(byte.into()) {
            // A sign that ends a word stands for itself.
            self.digits += 1;
            return self.letters == 0 || byte == b'!';
        }
        let word = self.letters + self.digits;
        if word == 1 {
            self.single = self.single.saturating_add(1);
        } else if word > 1 {
            self.single = 0;
        }
        (self.letters, self.digits) = (0, 0);
        let space = match byte {
            b' ' => previous != b' ' && previous != b'\n',
            // A line's end becomes a space, so only ends of paragraphs are themselves.
            b'\n' | b'\t' | b'\r' => false,
            b'!'..=b'~' => true,
            _ => false,
        };
        space && self.single < 3
    }
}

/// Reads one unit from the start of `rest`.
struct Reader<'t> {
    rest: &'t str,
    read: usize,
    points: usize,
    /// The decision where the unit ends looked at the end of the text.
    ended: bool,
}

impl Reader<'_> {
    fn unit(&mut self) -> Kind {
        match encoded::start(self.rest) {
            encoded::Start::Code { bytes, open } => {
                (self.read, self.points) = (bytes, bytes);
                self.ended |= open;
                return Kind::Encoded;
            }
            encoded::Start::None { open } => self.ended |= open,
        }
        match self.peek() {
            Some(letter) if is_override(letter) => self.reordered(),
            Some(letter) if is_han(letter) => self.han(),
            Some(letter) if is_word(letter) || is_leet_sign(letter) => self.word(),
            Some(letter) if letter.is_whitespace() => {
                self.advance();
                while self
                    .peek()
                    .is_some_and(|letter| letter.is_whitespace() || is_attached(letter))
                    && self.points < ATTACHED_MAX
                {
                    self.advance();
                }
                Kind::Space
            }
            _ => {
                self.character();
                Kind::Other
            }
        }
    }

    fn peek(&mut self) -> Option<char> {
        let next = self.rest.get(self.read..).and_then(|rest| rest.chars().next());
        self.ended |= next.is_none();
        next
    }

    fn advance(&mut self) {
        if let Some(letter) = self.peek() {
            self.read += letter.len_utf8();
            self.points += 1;
        }
    }

    /// One character and what is attached to it.
    fn character(&mut self) {
        self.advance();
        self.attached();
    }

    fn attached(&mut self) {
        let most = self.points + ATTACHED_MAX;
        while self.points < most && self.peek().is_some_and(is_attached) {
            self.advance();
        }
    }

    /// An override up to its end, or, where that does not come before another one begins, the rest of
    /// its line.
    fn reordered(&mut self) -> Kind {
        self.advance();
        let mut line = None;
        while self.points < RUN_MAX {
            let Some(letter) = self.peek() else { break };
            if letter == '\n' {
                line.get_or_insert((self.read, self.points));
            } else if is_override(letter) {
                break;
            }
            self.advance();
            if ends_override(letter) {
                return Kind::Override;
            }
        }
        (self.read, self.points) = line.unwrap_or((self.read, self.points));
        Kind::Override
    }

    /// Han characters, as long as signs stand between them.
    fn han(&mut self) -> Kind {
        self.character();
        while self.points < POINTS_MAX {
            let (read, points) = (self.read, self.points);
            if self.signs() == 0 || !self.peek().is_some_and(is_han) {
                (self.read, self.points) = (read, points);
                break;
            }
            self.character();
        }
        Kind::Han
    }

    /// Skips the signs of a hidden word; an empty line is not one.
    fn signs(&mut self) -> usize {
        let (mut signs, mut lines) = (0, 0);
        while signs <= SIGNS_MAX {
            let Some(letter) = self.peek().filter(|letter| is_separator(*letter)) else { break };
            lines += usize::from(letter == '\n');
            self.character();
            signs += 1;
        }
        if signs > SIGNS_MAX || lines > 1 { 0 } else { signs }
    }

    /// Skips the gap between letters that are spelt out: signs, and punctuation among them.
    fn gap(&mut self) -> bool {
        let mut found = self.signs() > 0;
        for _ in 0..PUNCTUATION_MAX {
            if !found || !self.peek().is_some_and(is_punctuation) {
                break;
            }
            self.character();
            found = self.signs() > 0;
        }
        found
    }

    fn word(&mut self) -> Kind {
        let letters = self.letters();
        if !self.suffix() && letters == 1 { self.spelt() } else { Kind::Word }
    }

    /// The `'s` of a word: without it, it would be the first letter of what is spelt out next.
    fn suffix(&mut self) -> bool {
        let start = (self.read, self.points);
        if self.peek().is_some_and(is_apostrophe) {
            self.character();
            if self.peek().is_some_and(|letter| letter.is_ascii_alphabetic()) {
                self.character();
                if !self.peek().is_some_and(|letter| is_word(letter) || is_leet_sign(letter)) {
                    return true;
                }
            }
        }
        (self.read, self.points) = start;
        false
    }

    /// Reads a word; how many letters, digits and signs it has.
    fn letters(&mut self) -> usize {
        let (start, mut letters) = (self.points, 0);
        while self.points - start < POINTS_MAX {
            // Most letters are ASCII with nothing attached.
            let left = start + POINTS_MAX - self.points;
            let rest = self.rest.get(self.read..).unwrap_or_default().bytes().take(left);
            let plain = rest.take_while(u8::is_ascii_alphanumeric).count();
            if plain > 0 {
                (self.read, self.points) = (self.read + plain, self.points + plain);
                self.attached();
                letters += plain;
                continue;
            }
            let Some(letter) = self.peek() else { break };
            if !is_word(letter) && !is_leet_sign(letter) {
                break;
            }
            self.character();
            letters += 1;
        }
        letters
    }

    /// Whether no letter follows; exclamation marks at the end of a word are none.
    fn ends_word(&mut self) -> bool {
        for _ in 0..SIGNS_MAX {
            if self.peek() != Some('!') {
                break;
            }
            self.character();
        }
        !self.peek().is_some_and(|letter| is_word(letter) || is_leet_sign(letter))
    }

    /// After one single letter: goes on while signs and single letters alternate.
    fn spelt(&mut self) -> Kind {
        let first = (self.read, self.points);
        let (mut letters, mut end) = (1, first);
        while self.points < RUN_MAX {
            if !self.gap() || !self.peek().is_some_and(is_word) {
                break;
            }
            self.character();
            let after = (self.read, self.points);
            if !self.ends_word() {
                break;
            }
            letters += 1;
            end = after;
            (self.read, self.points) = after;
        }
        let spelt = letters >= SPELT_MIN;
        (self.read, self.points) = if spelt { end } else { first };
        if spelt { Kind::Spelt } else { Kind::Word }
    }
}
