//! Looks for who, when, where, how it is known, and for what hides that.

use std::collections::BTreeSet;

use types::{Language, Span};

use super::{
    Idea, Matter,
    phrases::{self, ACRONYMS, CLAIMS, SOURCES, TIMES},
};
use crate::{
    correct::segments,
    reading::{Kind, Reading, Token},
    sentences::{Sentence, sentences},
};

/// Longest sentence that reads well: words of English, characters of Chinese.
const SENTENCE_WORDS_MAX: usize = 30;
const SENTENCE_CHARS_MAX: usize = 70;
/// Finds of one kind that are told.
const EACH_MAX: usize = 3;
/// Words of a stretch that are repeated to the writer.
const SHOWN_CHARS_MAX: usize = 60;

pub(super) fn ideas(text: &str, language: Language) -> Vec<Idea> {
    let reading = Reading::of(text);
    let found = sentences(&reading);
    let mut ideas = missing(text, &reading, language);
    let mut about = |matter: Matter, weight: f32, spans: Vec<Span>| {
        ideas.extend(spans.into_iter().take(EACH_MAX).enumerate().map(|(rank, span)| {
            let shown = shown(&reading, span);
            let weight = weight - 0.05 * rank as f32;
            let text = phrases::idea(matter, &shown, language);
            Idea { matter, text, span: Some(span), topic: None, weight }
        }));
    };
    about(Matter::Claim, 0.75, claims(&found));
    about(Matter::Passive, 0.4, passives(&reading, language));
    about(Matter::LongSentence, 0.5, long(&found, language));
    about(Matter::Acronym, 0.55, acronyms(&reading));
    ideas
}

fn missing(text: &str, reading: &Reading, language: Language) -> Vec<Idea> {
    let lower = text.to_lowercase();
    let has = |list: &[&str]| list.iter().any(|word| lower.contains(word));
    let quoted =
        reading.tokens.iter().any(|token| matches!(token.lower.as_str(), "“" | "「" | "\""));
    let digits = reading.tokens.iter().any(|token| token.kind == Kind::Number);
    let counted =
        digits || lower.chars().filter(|c| "一二三四五六七八九十百千万".contains(*c)).count() > 1;
    let (people, places) = named(text, reading, language);
    let checks = [
        (Matter::Source, 0.9, !has(&SOURCES)),
        (Matter::When, 0.8, !has(&TIMES) && !digits),
        (Matter::Who, 0.85, !people),
        (Matter::Where, 0.7, !places),
        (Matter::Voice, 0.6, !quoted),
        (Matter::Number, 0.35, !counted),
    ];
    let missing = checks.into_iter().filter(|(.., missing)| *missing);
    let idea = |(matter, weight, _)| {
        let text = phrases::idea(matter, "", language);
        Idea { matter, text, span: None, topic: None, weight }
    };
    missing.map(idea).collect()
}

/// Whether people or organisations are named, and whether places are.
fn named(text: &str, reading: &Reading, language: Language) -> (bool, bool) {
    if language == Language::Zh {
        let words = segments(text);
        let roles = ["部门", "警方", "公司", "大学", "医院", "法院", "议会", "政府"];
        let people = words
            .iter()
            .any(|(word, kind)| matches!(kind, 'R' | 'Z') || roles.contains(&word.as_str()));
        let places = words.iter().any(|(_, kind)| matches!(kind, 'S' | 's'));
        return (people, places);
    }
    let words: Vec<&Token> =
        reading.tokens.iter().filter(|token| token.kind == Kind::Word).collect();
    let named = words.iter().any(|token| {
        token.capital
            && !token.opens
            && token.lower.len() > 1
            && !TIMES.contains(&token.lower.as_str())
    });
    let place = words.windows(2).any(|pair| match pair {
        [before, name] => {
            let into = matches!(
                before.lower.as_str(),
                "in" | "at" | "near" | "from" | "of" | "outside" | "to"
            );
            into && name.capital && !TIMES.contains(&name.lower.as_str())
        }
        _ => false,
    });
    (named, place)
}

fn claims(found: &[Sentence]) -> Vec<Span> {
    let bare = |sentence: &&Sentence| {
        let lower = sentence.text.to_lowercase();
        let word = |list: &[&str]| list.iter().any(|word| contains(&lower, word));
        word(&CLAIMS) && !word(&SOURCES)
    };
    found.iter().filter(bare).map(|sentence| sentence.span).collect()
}

/// Whether a phrase stands in a text, at the borders of words where it is English.
fn contains(text: &str, phrase: &str) -> bool {
    let border = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
    text.match_indices(phrase).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + phrase.len()..).and_then(|text| text.chars().next());
        !phrase.is_ascii() || border(before) && border(after)
    })
}

fn passives(reading: &Reading, language: Language) -> Vec<Span> {
    if language == Language::Zh {
        let before_verb = |token: &&Token| token.lower == "被";
        let spans = reading.tokens.iter().filter(before_verb);
        return spans
            .map(|token| Span { start: token.start, end: (token.end + 3).min(reading.chars.len()) })
            .collect();
    }
    let words: Vec<&Token> =
        reading.tokens.iter().filter(|token| token.kind != Kind::Space).collect();
    let passive = |window: &[&Token]| match window {
        [be, verb, after] => {
            let is = matches!(be.lower.as_str(), "was" | "were" | "been" | "being");
            let participle = verb.lower.len() > 4 && verb.lower.ends_with("ed");
            (is && participle && after.lower != "by")
                .then_some(Span { start: be.start, end: verb.end })
        }
        _ => None,
    };
    words.windows(3).filter_map(passive).collect()
}

fn long(found: &[Sentence], language: Language) -> Vec<Span> {
    let too_long = |sentence: &&Sentence| match language {
        Language::En => sentence.text.split_whitespace().count() > SENTENCE_WORDS_MAX,
        Language::Zh => sentence.text.chars().count() > SENTENCE_CHARS_MAX,
    };
    found.iter().filter(too_long).map(|sentence| sentence.span).collect()
}

/// Capitals that nobody explains: neither in brackets after their words nor before.
fn acronyms(reading: &Reading) -> Vec<Span> {
    let mut told: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    for token in reading.tokens.iter().filter(|token| token.kind == Kind::Word) {
        let written = reading.written(token);
        let acronym = (2..=6).contains(&written.len())
            && written.chars().all(|c| c.is_ascii_uppercase())
            && !ACRONYMS.contains(&written.as_str());
        if !acronym || !told.insert(written) {
            continue;
        }
        let (before, after) = (
            reading.char(token.start.wrapping_sub(1)),
            reading.chars.get(token.end..token.end + 2),
        );
        let explained = matches!(before, '(' | '（')
            || after.is_some_and(|next| next.contains(&'(') || next.contains(&'（'));
        if !explained {
            found.push(Span { start: token.start, end: token.end });
        }
    }
    found
}

fn shown(reading: &Reading, span: Span) -> String {
    let text = reading.text(span.start, span.end);
    if text.chars().count() <= SHOWN_CHARS_MAX {
        return text;
    }
    let begun: String = text.chars().take(SHOWN_CHARS_MAX).collect();
    format!("{begun}…")
}
