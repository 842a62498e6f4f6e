//! Sentences and paragraphs of a text, and the words that carry it.

use std::collections::HashMap;

use types::{Language, Span};

use crate::{
    correct::segments,
    reading::{Kind, Reading, Token},
};

/// A sentence of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub(crate) span: Span,
    pub(crate) text: String,
}

/// Words of English without which sentences have the same content.
const COMMON: [&str; 80] = [
    "a", "an", "the", "and", "or", "but", "of", "to", "in", "on", "at", "for", "with", "from",
    "by", "as", "is", "are", "was", "were", "be", "been", "it", "its", "that", "this", "these",
    "those", "he", "she", "they", "we", "you", "i", "his", "her", "their", "our", "has", "have",
    "had", "not", "no", "who", "which", "what", "when", "where", "how", "if", "than", "then",
    "there", "will", "would", "could", "can", "may", "said", "says", "after", "before", "about",
    "into", "over", "more", "most", "also", "only", "up", "out", "so", "do", "does", "did", "all",
    "some", "any", "other", "such",
];
/// Abbreviations whose point ends no sentence.
const ABBREVIATIONS: [&str; 16] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "inc", "corp", "co", "ltd", "no", "vs", "gen", "sen",
    "rep", "gov",
];

/// The sentences of a text.
pub(crate) fn sentences(reading: &Reading) -> Vec<Sentence> {
    let mut found = Vec::new();
    let mut start: Option<usize> = None;
    let tokens = &reading.tokens;
    let mut done = 0;
    for (at, token) in tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| !token.lower.is_empty() || token.kind == Kind::Break)
    {
        if token.start < done {
            continue;
        }
        if token.kind == Kind::Break {
            close(reading, &mut start, token.start, &mut found);
            continue;
        }
        if start.is_none() {
            start = Some(token.start);
        }
        if ends(tokens, at) {
            let close_mark =
                |t: &&Token| matches!(t.lower.as_str(), "”" | "」" | "\"" | ")" | "）");
            let end = tokens.get(at + 1).filter(close_mark).map_or(token.end, |t| t.end);
            close(reading, &mut start, end, &mut found);
            done = end;
        }
    }
    close(reading, &mut start, reading.chars.len(), &mut found);
    found
}

fn close(reading: &Reading, start: &mut Option<usize>, end: usize, found: &mut Vec<Sentence>) {
    let Some(from) = start.take().filter(|from| *from < end) else { return };
    let text = reading.text(from, end);
    // What is left of a closing mark is no sentence.
    if text.chars().any(char::is_alphanumeric) {
        found.push(Sentence { span: Span { start: from, end }, text: text.trim().to_owned() });
    }
}

fn ends(tokens: &[Token], at: usize) -> bool {
    let Some(token) = tokens.get(at) else { return false };
    match token.lower.as_str() {
        "。" | "！" | "？" | "!" | "?" | "…" => true,
        "." => {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            let abbreviated = before.is_some_and(|token| {
                let initial = token.capital && token.end - token.start == 1;
                initial || token.capital && ABBREVIATIONS.contains(&token.lower.as_str())
            });
            let blank = tokens.get(at + 1).is_none_or(|next| {
                matches!(next.kind, Kind::Space | Kind::Break)
                    || matches!(next.lower.as_str(), "”" | "\"" | ")")
            });
            blank && !abbreviated
        }
        _ => false,
    }
}

/// The words of a sentence that say what it is about, in small letters.
pub(crate) fn content_words(text: &str, language: Language) -> Vec<String> {
    match language {
        Language::En => {
            let reading = Reading::of(text);
            let words = reading.tokens.into_iter().filter(|token| token.kind == Kind::Word);
            words.map(|token| token.lower).filter(|word| !COMMON.contains(&word.as_str())).collect()
        }
        Language::Zh => {
            let words = segments(text).into_iter();
            words
                .filter(|(word, kind)| {
                    word.chars().count() > 1 && !matches!(kind, 'd' | 'c' | 'p' | 'r')
                })
                .map(|(word, _)| word)
                .collect()
        }
    }
}

/// How much of the text's content each sentence carries, with what stands first counting more.
pub(crate) fn weights(sentences: &[Sentence], language: Language) -> Vec<f32> {
    let contents: Vec<Vec<String>> =
        sentences.iter().map(|sentence| content_words(&sentence.text, language)).collect();
    let mut counts: HashMap<&str, f32> = HashMap::new();
    for word in contents.iter().flatten() {
        *counts.entry(word).or_default() += 1.0;
    }
    let weight = |(at, words): (usize, &Vec<String>)| {
        let sum: f32 =
            words.iter().map(|word| counts.get(word.as_str()).map_or(0.0, |n| n.ln_1p())).sum();
        // Neither the longest sentence nor the shortest.
        let mean = sum / (words.len() as f32).max(6.0);
        let place = 1.0 / (1.0 + at as f32).sqrt();
        mean + place
    };
    contents.iter().enumerate().map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found = sentences(&Reading::of(text));
        assert_eq!(found.iter().map(|s| s.text.as_str()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn sentences_end_where_they_do() {
        check(
            "Mr. Olsen paid 3.5 million. “Enough.” He left!",
            &["Mr. Olsen paid 3.5 million.", "“Enough.”", "He left!"],
        );
        check("河水上涨。没有人受伤！\n第二段", &["河水上涨。", "没有人受伤！", "第二段"]);
        check("J. K. Rowling\n\n...", &["J. K. Rowling"]);
    }
}
