//! Marks: full width beside Chinese characters, single, in pairs.

use super::super::{Finds, Kind as Slip, Rule};
use crate::{
    language::is_han,
    reading::{Kind, Token},
};

const WIDTH: Rule = Rule { kind: Slip::Punctuation, name: "half_width" };
const DOUBLED: Rule = Rule { kind: Slip::Punctuation, name: "doubled_mark" };
const ELLIPSIS: Rule = Rule { kind: Slip::Punctuation, name: "ellipsis" };
const BLANK: Rule = Rule { kind: Slip::Punctuation, name: "blank_beside_mark" };
const QUOTES: Rule = Rule { kind: Slip::Punctuation, name: "quotation_marks" };
const PAIR: Rule = Rule { kind: Slip::Punctuation, name: "unpaired" };
const STOP: Rule = Rule { kind: Slip::Punctuation, name: "missing_stop" };
/// A paragraph of so many characters is a sentence, not a heading.
const SENTENCE_CHARS_MIN: usize = 15;

pub(super) fn find(finds: &mut Finds<'_>) {
    let reading = finds.reading;
    let chars = &reading.chars;
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let run = chars.iter().skip(at).take_while(|other| **other == c).count();
        let before = at.checked_sub(1).map_or('\n', |at| reading.char(at));
        let after = chars.get(at + run).copied().unwrap_or('\n');
        if is_han(before) || is_full(before) || is_han(after) {
            width(finds, (at, run), c, (before, after));
            repeated(finds, (at, run), c, after);
            blank(finds, (at, run), c, (before, after));
        }
        at += run;
    }
    for paragraph in reading.tokens.split(|token| token.kind == Kind::Break) {
        quotes(finds, paragraph);
        pairs(finds, paragraph);
        stop(finds, paragraph);
    }
}

const fn is_full(c: char) -> bool {
    matches!(c, '”' | '」' | '』' | '》' | '）' | '%')
}

const fn full(c: char) -> Option<char> {
    Some(match c {
        ',' => '，',
        ';' => '；',
        ':' => '：',
        '!' => '！',
        '?' => '？',
        '.' => '。',
        _ => return None,
    })
}

fn width(finds: &mut Finds<'_>, (at, run): (usize, usize), c: char, (before, after): (char, char)) {
    let Some(right) = full(c).filter(|_| run == 1) else { return };
    let chinese_before = is_han(before) || matches!(before, '”' | '」' | '』' | '》' | '）');
    let ends = is_han(after) || after.is_whitespace() || matches!(after, '“' | '「' | '《' | '”');
    // A point may belong to a number or an address; a colon to a time.
    let digits = before.is_ascii_digit() && after.is_ascii_digit();
    if chinese_before && (ends || c != '.') && !digits {
        let message = format!("中文里应使用全角标点“{right}”。");
        finds.replace((at, at + 1), &WIDTH, vec![right.to_string()], message);
    }
}

fn repeated(finds: &mut Finds<'_>, (at, run): (usize, usize), c: char, after: char) {
    let message = |right: &str| format!("此处应为“{right}”。");
    if (c == '。' || c == '.' || c == '．') && run >= 3 {
        finds.replace((at, at + run), &ELLIPSIS, vec!["……".to_owned()], message("……"));
    } else if matches!(c, '，' | '。' | '、' | '；' | '：') && run == 2 {
        finds.replace((at, at + run), &DOUBLED, vec![c.to_string()], message(&c.to_string()));
    } else if run == 1
        && matches!(
            (c, after),
            ('，' | '、' | '；', '。' | '；') | ('。' | '、', '，') | ('，', '、')
        )
        && c != after
    {
        let right = if matches!(c, '。') { c } else { after };
        finds.replace((at, at + 2), &DOUBLED, vec![right.to_string()], message(&right.to_string()));
    }
}

fn blank(finds: &mut Finds<'_>, (at, run): (usize, usize), c: char, (before, after): (char, char)) {
    let mark = |c: char| matches!(c, '，' | '。' | '；' | '：' | '！' | '？' | '、');
    if c == ' ' && (is_han(before) && mark(after)) {
        finds.replace((at, at + run), &BLANK, vec![String::new()], "标点前不留空格。".to_owned());
    }
}

/// Straight quotation marks around Chinese.
fn quotes(finds: &mut Finds<'_>, paragraph: &[Token]) {
    let straight: Vec<usize> =
        paragraph.iter().filter(|token| token.lower == "\"").map(|token| token.start).collect();
    for pair in straight.chunks_exact(2) {
        let [open, close] = pair else { continue };
        let inside = finds.reading.chars.get(open + 1..*close).unwrap_or_default();
        if inside.iter().any(|c| is_han(*c)) && straight.len().is_multiple_of(2) {
            let message = || "中文里应使用弯引号。".to_owned();
            finds.replace((*open, open + 1), &QUOTES, vec!["“".to_owned()], message());
            finds.replace((*close, close + 1), &QUOTES, vec!["”".to_owned()], message());
        }
    }
}

/// Marks that open and are not closed, or the other way round: where the other belongs, a person says.
fn pairs(finds: &mut Finds<'_>, paragraph: &[Token]) {
    for (open, close) in [("“", "”"), ("《", "》"), ("（", "）"), ("「", "」")] {
        let places = |mark: &str| -> Vec<usize> {
            paragraph.iter().filter(|token| token.lower == mark).map(|token| token.start).collect()
        };
        let (opening, closing) = (places(open), places(close));
        let lonely = match (opening.len(), closing.len()) {
            (1, 0) => opening.first(),
            (0, 1) => closing.first(),
            _ => None,
        };
        if let Some(&at) = lonely {
            let message = format!("“{open}”与“{close}”应成对使用。");
            finds.replace((at, at + 1), &PAIR, Vec::new(), message);
        }
    }
}

/// A paragraph that is a sentence ends with a stop.
fn stop(finds: &mut Finds<'_>, paragraph: &[Token]) {
    let characters = paragraph.iter().filter(|token| token.kind == Kind::Han).count();
    let stopped = paragraph.iter().any(|token| token.lower == "。");
    let Some(last) = paragraph.last() else { return };
    if characters >= SENTENCE_CHARS_MIN && stopped && last.kind == Kind::Han && !last.shielded {
        finds.replace(
            (last.end, last.end),
            &STOP,
            vec!["。".to_owned()],
            "句末缺少句号。".to_owned(),
        );
    }
}
