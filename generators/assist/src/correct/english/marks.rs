//! Marks and blanks.

use super::{
    super::{Finds, Kind as Slip, Rule},
    words,
};
use crate::reading::{Kind, Token};

const DOUBLED: Rule = Rule { kind: Slip::Punctuation, name: "doubled_mark" };
const BLANK_BEFORE: Rule = Rule { kind: Slip::Punctuation, name: "blank_before_mark" };
const BLANK_AFTER: Rule = Rule { kind: Slip::Punctuation, name: "blank_after_mark" };
const BLANKS: Rule = Rule { kind: Slip::Punctuation, name: "double_blank" };
const CAPITAL: Rule = Rule { kind: Slip::Grammar, name: "capital" };
const STOP: Rule = Rule { kind: Slip::Punctuation, name: "missing_stop" };
const COMMA: Rule = Rule { kind: Slip::Punctuation, name: "missing_comma" };
/// Words that open a sentence and are set off by a comma.
const OPENERS: [&str; 8] = [
    "however",
    "meanwhile",
    "moreover",
    "furthermore",
    "nevertheless",
    "nonetheless",
    "therefore",
    "additionally",
];
/// Words that follow such an opener where its comma is missing.
const SUBJECTS: [&str; 14] = [
    "the",
    "it",
    "they",
    "he",
    "she",
    "we",
    "there",
    "this",
    "these",
    "officials",
    "police",
    "residents",
    "some",
    "many",
];
/// A paragraph of so many words is a sentence, not a heading.
const SENTENCE_WORDS_MIN: usize = 8;

pub(super) fn find(finds: &mut Finds<'_>) {
    let reading = finds.reading;
    let tokens = &reading.tokens;
    for at in 0..tokens.len() {
        let Some(token) = tokens.get(at).filter(|token| !token.shielded) else { continue };
        let near = Near {
            before2: at.checked_sub(2).and_then(|at| tokens.get(at)),
            before: at.checked_sub(1).and_then(|at| tokens.get(at)),
            token,
            after: tokens.get(at + 1),
            after2: tokens.get(at + 2),
        };
        doubled(finds, &near);
        blanks(finds, &near);
        missing_blank(finds, &near);
        capital(finds, &near);
        comma(finds, &near);
    }
    stops(finds);
}

struct Near<'r> {
    before2: Option<&'r Token>,
    before: Option<&'r Token>,
    token: &'r Token,
    after: Option<&'r Token>,
    after2: Option<&'r Token>,
}

fn mark(token: Option<&Token>) -> &str {
    token.filter(|token| token.kind == Kind::Mark).map_or("", |token| token.lower.as_str())
}

fn is(token: Option<&Token>, kind: Kind) -> bool {
    token.is_some_and(|token| token.kind == kind)
}

/// `,,` and `..`, but not `...`; a comma before a full stop.
fn doubled(finds: &mut Finds<'_>, near: &Near<'_>) {
    let (first, second) = (mark(Some(near.token)), mark(near.after));
    let third = mark(near.after2);
    let Some(after) = near.after else { return };
    let word_before = near.before.is_some_and(|token| {
        matches!(token.kind, Kind::Word | Kind::Number)
            && (token.end - token.start > 2 || !token.capital)
    });
    let twice = matches!(first, "," | ";" | "." | ":") && first == second && third != first;
    let clash = matches!((first, second), (",", "." | ";") | (";", "," | ".") | (".", ","))
        && third != second;
    // `etc.,` and `Inc.,` are right.
    let abbreviated = first == "."
        && second == ","
        && near.before.is_none_or(|word| {
            !words::is_known(&word.lower) || word.lower.len() < 5 || word.capital
        });
    if word_before && (twice || clash && !abbreviated) {
        let keep = if clash { second } else { first };
        let message = format!("One mark is enough here: “{keep}”.");
        finds.replace((near.token.start, after.end), &DOUBLED, vec![keep.to_owned()], message);
    }
}

fn blanks(finds: &mut Finds<'_>, near: &Near<'_>) {
    if near.token.kind != Kind::Space {
        return;
    }
    let word_before = near
        .before
        .is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Number | Kind::Code));
    let next = mark(near.after);
    let ends = near.after2.is_none_or(|token| matches!(token.kind, Kind::Space | Kind::Break));
    if word_before && matches!(next, "," | "." | ";" | "!" | "?") && ends {
        let message = format!("No blank stands before “{next}”.");
        finds.replace(
            (near.token.start, near.token.end),
            &BLANK_BEFORE,
            vec![String::new()],
            message,
        );
        return;
    }
    let wide = near.token.end - near.token.start > 1;
    let word_after = is(near.after, Kind::Word);
    let comma_before = mark(near.before) == ",";
    if wide && word_after && (word_before || comma_before) {
        let message = "One blank is enough.".to_owned();
        finds.replace((near.token.start, near.token.end), &BLANKS, vec![" ".to_owned()], message);
    }
}

/// `word,word` and `end.Next`.
fn missing_blank(finds: &mut Finds<'_>, near: &Near<'_>) {
    let (Some(before), Some(after)) = (near.before, near.after) else { return };
    let known = |token: &Token| token.kind == Kind::Word && words::is_known(&token.lower);
    if !known(before) || !known(after) || before.lower.len() < 2 {
        return;
    }
    let missing = match mark(Some(near.token)) {
        "," | ";" => true,
        "." => after.capital && !before.capital && before.lower.len() > 2 && after.lower.len() > 1,
        _ => false,
    };
    if missing {
        let at = near.token.end;
        let message = format!("A blank stands after “{}”.", near.token.lower);
        finds.replace((at, at), &BLANK_AFTER, vec![" ".to_owned()], message);
    }
}

/// A sentence begins with a capital.
fn capital(finds: &mut Finds<'_>, near: &Near<'_>) {
    let token = near.token;
    let ended = matches!(mark(near.before2), "." | "!" | "?") && is(near.before, Kind::Space);
    if token.kind != Kind::Word || token.capital || !ended || token.lower.len() < 2 {
        return;
    }
    let reading = finds.reading;
    let stop = near.before2.map_or(0, |stop| stop.start);
    let word: String = reading
        .chars
        .iter()
        .take(stop)
        .rev()
        .take(20)
        .take_while(|c| c.is_alphabetic())
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let is_word = word.len() > 3
        && word.chars().all(char::is_lowercase)
        && words::grade(&word).is_some_and(|grade| grade > 1);
    if is_word && words::is_known(&token.lower) {
        let written = reading.written(token);
        let mut letters = written.chars();
        let upper: String =
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        let message = "A sentence begins with a capital letter.".to_owned();
        finds.replace((token.start, token.end), &CAPITAL, vec![upper], message);
    }
}

fn comma(finds: &mut Finds<'_>, near: &Near<'_>) {
    let token = near.token;
    let opener = token.opens && token.capital && OPENERS.contains(&token.lower.as_str());
    let subject = near.after2.is_some_and(|next| SUBJECTS.contains(&next.lower.as_str()));
    if opener && is(near.after, Kind::Space) && subject {
        let message = format!("A comma sets off “{}”.", finds.reading.written(token));
        finds.replace((token.end, token.end), &COMMA, vec![",".to_owned()], message);
    }
}

/// A paragraph that is a sentence ends with a stop.
fn stops(finds: &mut Finds<'_>) {
    let reading = finds.reading;
    let paragraphs = reading.tokens.split(|token| token.kind == Kind::Break);
    let mut places = Vec::new();
    for paragraph in paragraphs {
        let words = paragraph.iter().filter(|token| token.kind == Kind::Word).count();
        let last = paragraph.iter().rev().find(|token| token.kind != Kind::Space);
        let stopped = paragraph.iter().any(|token| matches!(token.lower.as_str(), "." | "?" | "!"));
        let first = paragraph.first().is_some_and(|token| token.capital);
        let Some(last) = last else { continue };
        let plain = last.kind == Kind::Word && !last.capital && !last.shielded;
        if words >= SENTENCE_WORDS_MIN && stopped && first && plain {
            places.push(last.end);
        }
    }
    for at in places {
        let message = "The sentence has no full stop.".to_owned();
        finds.replace((at, at), &STOP, vec![".".to_owned()], message);
    }
}
