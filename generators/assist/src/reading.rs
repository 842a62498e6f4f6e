//! A text as correction reads it: characters, tokens, and what must not be touched.

mod shield;

use crate::language::is_han;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letters, with apostrophes inside.
    Word,
    /// Digits, with separators inside.
    Number,
    /// Letters and digits together: a code, a model number.
    Code,
    /// One Chinese character.
    Han,
    /// Blanks within a line.
    Space,
    /// The end of a line.
    Break,
    /// One mark of punctuation, or anything else.
    Mark,
}

/// A stretch of the text, in code points.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
    /// In small letters, with straight apostrophes; empty for blanks.
    pub(crate) lower: String,
    /// Starts with a capital letter.
    pub(crate) capital: bool,
    /// Quoted, linked, code: nothing in it is corrected.
    pub(crate) shielded: bool,
    /// The first word after the start, a full stop or a line's end.
    pub(crate) opens: bool,
}

/// A text in characters and tokens.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) chars: Vec<char>,
    pub(crate) tokens: Vec<Token>,
}

impl Reading {
    /// Reads a text, in time proportional to its length.
    pub(crate) fn of(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let shielded = shield::shielded(&chars);
        let mut tokens = Vec::with_capacity(chars.len() / 3);
        let (mut at, mut opens) = (0, true);
        while let Some(&c) = chars.get(at) {
            let (end, kind) = extent(&chars, at, c);
            let stretch = chars.get(at..end).unwrap_or_default();
            let lower = match kind {
                Kind::Space | Kind::Break => String::new(),
                _ => stretch.iter().flat_map(|c| plain(*c).to_lowercase()).collect(),
            };
            let shield = shielded.get(at..end).unwrap_or_default().contains(&true);
            let is_word = matches!(kind, Kind::Word | Kind::Number | Kind::Code | Kind::Han);
            tokens.push(Token {
                start: at,
                end,
                kind,
                lower,
                capital: c.is_uppercase(),
                shielded: shield,
                opens: opens && is_word,
            });
            opens = kind == Kind::Break || ends_sentence(c) || (opens && !is_word);
            at = end;
        }
        Self { chars, tokens }
    }

    /// The characters of a stretch.
    pub(crate) fn text(&self, start: usize, end: usize) -> String {
        self.chars.get(start..end).unwrap_or_default().iter().collect()
    }

    /// A token as it is written.
    pub(crate) fn written(&self, token: &Token) -> String {
        self.text(token.start, token.end)
    }

    /// A character, or a blank outside of the text.
    pub(crate) fn char(&self, at: usize) -> char {
        self.chars.get(at).copied().unwrap_or(' ')
    }
}

/// Marks after which a new sentence begins.
pub(crate) const fn ends_sentence(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | ':' | '…' | '。' | '！' | '？' | '：' | '•' | '*')
}

fn plain(c: char) -> char {
    if c == '\u{2019}' { '\'' } else { c }
}

fn extent(chars: &[char], at: usize, c: char) -> (usize, Kind) {
    let run = |is: fn(char) -> bool| chars.iter().skip(at).take_while(|c| is(**c)).count().max(1);
    if c == '\n' || c == '\r' {
        (at + 1, Kind::Break)
    } else if c.is_whitespace() {
        (at + run(|c| c.is_whitespace() && c != '\n' && c != '\r'), Kind::Space)
    } else if is_han(c) {
        (at + 1, Kind::Han)
    } else if c.is_alphanumeric() {
        alphanumeric(chars, at)
    } else {
        (at + 1, Kind::Mark)
    }
}

fn alphanumeric(chars: &[char], at: usize) -> (usize, Kind) {
    let letter = |c: Option<&char>| c.is_some_and(|c| c.is_alphabetic() && !is_han(*c));
    let digit = |c: Option<&char>| c.is_some_and(|c| c.is_numeric());
    let (mut end, mut letters, mut digits) = (at, false, false);
    while let Some(&c) = chars.get(end) {
        let (before, after) = (end.checked_sub(1).and_then(|at| chars.get(at)), chars.get(end + 1));
        match c {
            '\'' | '\u{2019}' if end > at && letter(before) && letter(after) => {}
            '.' | ',' if end > at && digit(before) && digit(after) => {}
            _ if letter(Some(&c)) => letters = true,
            // Combining marks stay with their letter.
            '\u{300}'..='\u{36f}' if letters => {}
            _ if digit(Some(&c)) => digits = true,
            _ => break,
        }
        end += 1;
    }
    let kind = match (letters, digits) {
        (true, true) => Kind::Code,
        (false, true) => Kind::Number,
        _ => Kind::Word,
    };
    (end.max(at + 1), kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let reading = Reading::of(text);
        let words = reading.tokens.iter().filter(|t| !matches!(t.kind, Kind::Space | Kind::Break));
        assert_eq!(words.map(|t| reading.written(t)).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn tokens_are_words_numbers_and_marks() {
        check("It's 3.5 m, isn’t it?", &["It's", "3.5", "m", ",", "isn’t", "it", "?"]);
        check("水位3米。", &["水", "位", "3", "米", "。"]);
        check("'tis a B2B-deal", &["'", "tis", "a", "B2B", "-", "deal"]);
    }

    #[test]
    fn sentences_open() {
        let reading = Reading::of("One two. Three\nfour");
        let opening = reading.tokens.iter().filter(|t| t.opens).map(|t| t.lower.as_str());
        assert_eq!(opening.collect::<Vec<_>>(), ["one", "three", "four"]);
    }
}
