//! Where quotations begin and end.

use std::ops::Range;

use types::Span;

/// A quotation without its marks.
#[derive(Debug)]
pub(super) struct Quote {
    pub(super) bytes: Range<usize>,
    pub(super) points: Span,
}

/// Marks that open a quotation, and those that may close it.
const PAIRS: &[(char, &[char])] = &[
    ('“', &['”', '“']),
    ('„', &['“', '”']),
    ('‘', &['’']),
    ('‚', &['‘', '’']),
    ('«', &['»']),
    ('»', &['«']),
    ('‹', &['›']),
    ('「', &['」']),
    ('『', &['』']),
    ('〝', &['〞', '〟']),
    ('﹁', &['﹂']),
    ('"', &['"']),
    ('＂', &['＂']),
    ('\'', &['\'']),
];

/// Of more marks that were opened and not closed the first ones were not meant.
const DEPTH_MAX: usize = 16;

/// An opening mark that is not closed yet.
struct Open {
    mark: char,
    /// The first byte and code point behind it.
    byte: usize,
    point: usize,
}

/// A mark and what stands around it.
#[derive(Clone, Copy)]
struct Mark {
    sign: char,
    byte: usize,
    point: usize,
    before: Option<char>,
    after: Option<char>,
}

/// All quotations of a text in the order of their beginnings, nested ones too.
pub(super) fn quotes(text: &str) -> Vec<Quote> {
    let mut open: Vec<Open> = Vec::new();
    let mut found = Vec::new();
    let mut before = None;
    let mut letters = text.char_indices().enumerate().peekable();
    while let Some((point, (byte, sign))) = letters.next() {
        let after = letters.peek().map(|(_, (_, letter))| *letter);
        if sign == '\n' {
            end_paragraph(
                text.get(byte..).unwrap_or_default(),
                &mut open,
                &mut found,
                (byte, point),
            );
        }
        read(Mark { sign, byte, point, before, after }, &mut open, &mut found);
        before = Some(sign);
    }
    found.sort_by_key(|quote| (quote.points.start, usize::MAX - quote.points.end));
    found
}

/// Quotations end with their paragraph: as such if the next one opens with the same mark. `rest`
/// begins with the end of a line.
fn end_paragraph(rest: &str, open: &mut Vec<Open>, found: &mut Vec<Quote>, at: (usize, usize)) {
    let Some(first) = open.first() else { return };
    let next = rest.trim_start();
    let lines = rest.get(..rest.len() - next.len()).unwrap_or_default().matches('\n').count();
    // Marks that look the same at both ends may close here.
    let goes_on = next.starts_with(first.mark) && (lines > 1 || !matches!(first.mark, '"' | '\''));
    if goes_on {
        found.push(first.until(at.0, at.1));
    }
    if goes_on || lines > 1 {
        open.clear();
    }
}

fn read(mark: Mark, open: &mut Vec<Open>, found: &mut Vec<Quote>) {
    if !mark.is_apostrophe() {
        let closes = |open: &Open| {
            PAIRS
                .iter()
                .any(|(opening, closing)| *opening == open.mark && closing.contains(&mark.sign))
        };
        // The innermost that it can close; what was opened inside was not meant.
        let place = open.iter().rposition(closes).filter(|_| mark.may_close());
        if let Some(place) = place {
            let ended = open.drain(place..).next();
            found.extend(ended.map(|open| open.until(mark.byte, mark.point)));
            return;
        }
    }
    if PAIRS.iter().any(|(opening, _)| *opening == mark.sign) && mark.may_open() {
        let byte = mark.byte + mark.sign.len_utf8();
        if open.len() == DEPTH_MAX {
            open.remove(0);
        }
        open.push(Open { mark: mark.sign, byte, point: mark.point + 1 });
    }
}

impl Open {
    const fn until(&self, byte: usize, point: usize) -> Quote {
        Quote { bytes: self.byte..byte, points: Span { start: self.point, end: point } }
    }
}

impl Mark {
    /// A mark between letters: `don’t`.
    fn is_apostrophe(self) -> bool {
        matches!(self.sign, '\'' | '’') && is_letter(self.before) && is_letter(self.after)
    }

    /// Marks that look the same at both ends close where nothing begins.
    fn may_close(self) -> bool {
        match self.sign {
            '"' | '\'' | '＂' | '“' => !is_space(self.before),
            _ => true,
        }
    }

    fn may_open(self) -> bool {
        match self.sign {
            // `dogs'` and `5'` close or shorten a word.
            '\'' => !is_letter(self.before) && is_letter(self.after),
            '"' | '»' => !is_space(self.after),
            _ => true,
        }
    }
}

fn is_letter(letter: Option<char>) -> bool {
    letter.is_some_and(char::is_alphanumeric)
}

fn is_space(letter: Option<char>) -> bool {
    letter.is_none_or(char::is_whitespace)
}
