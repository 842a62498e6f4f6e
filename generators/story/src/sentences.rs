//! Where paragraphs and sentences are, and when each is heard.

use std::ops::Range;

use crate::{Chapter, Narration};

/// Words after which a full stop ends no sentence.
const SHORTENED: [&str; 16] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "no", "vs", "e.g", "i.e", "etc", "approx", "gen", "sen",
    "rep", "jr",
];

/// A sentence of a chapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sentence {
    /// Where it is in the text, in bytes.
    pub(crate) range: Range<usize>,
    /// When it is heard, in milliseconds.
    pub(crate) heard: Option<(u64, u64)>,
}

/// The sentences of a chapter, by paragraph, with their times.
pub(crate) fn of_chapter(chapter: &Chapter) -> Vec<Vec<Sentence>> {
    let mut paragraphs: Vec<Vec<Sentence>> = paragraphs(&chapter.text)
        .map(|paragraph| sentences(&chapter.text, paragraph))
        .filter(|sentences| !sentences.is_empty())
        .collect();
    if let Some(narration) = &chapter.narration {
        hear(&mut paragraphs, narration);
    }
    paragraphs
}

fn paragraphs(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_inclusive(['\n', '\r']).scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some(start..*at)
    })
}

fn sentences(text: &str, paragraph: Range<usize>) -> Vec<Sentence> {
    let base = paragraph.start;
    let text = text.get(paragraph).unwrap_or_default();
    let mut found = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if !ends(text, at, character) {
            continue;
        }
        let mut end = at + character.len_utf8();
        while let Some((next, closing)) = characters.next_if(|(_, c)| closes(*c)) {
            end = next + closing.len_utf8();
        }
        let wide = matches!(character, '。' | '！' | '？');
        let parted = characters.peek().is_none_or(|(_, next)| next.is_whitespace());
        if wide || parted {
            push(&mut found, text, base, start..end);
            start = end;
        }
    }
    push(&mut found, text, base, start..text.len());
    found
}

/// Adds a stretch without the white space around it, unless nothing of it can be read.
fn push(found: &mut Vec<Sentence>, text: &str, base: usize, range: Range<usize>) {
    let stretch = text.get(range.clone()).unwrap_or_default();
    let trimmed = stretch.trim_start();
    let start = range.start + stretch.len() - trimmed.len();
    let trimmed = trimmed.trim_end();
    if trimmed.chars().any(crate::xml::allowed) {
        let range = base + start..base + start + trimmed.len();
        found.push(Sentence { range, heard: None });
    }
}

fn ends(text: &str, at: usize, character: char) -> bool {
    match character {
        '。' | '！' | '？' | '!' | '?' | '…' => true,
        '.' => {
            let before = text.get(..at).unwrap_or_default();
            let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next();
            let word = word.unwrap_or_default();
            let initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
            !initial && !SHORTENED.contains(&word.to_lowercase().as_str())
        }
        _ => false,
    }
}

fn closes(character: char) -> bool {
    matches!(
        character,
        '"' | '\''
            | '”'
            | '’'
            | '»'
            | '」'
            | '』'
            | ')'
            | '）'
            | '.'
            | '!'
            | '?'
            | '。'
            | '！'
            | '？'
            | '…'
    )
}

fn hear(paragraphs: &mut [Vec<Sentence>], narration: &Narration) {
    let lengths: usize = paragraphs.iter().flatten().map(|sentence| sentence.range.len()).sum();
    let mut read = 0;
    let mut last = 0;
    for sentence in paragraphs.iter_mut().flatten() {
        let (from, to) = if narration.timings.is_empty() {
            let share = |read: usize| narration.length_ms * read as u64 / lengths.max(1) as u64;
            let from = share(read);
            read += sentence.range.len();
            (from, share(read))
        } else {
            let inside = |timing: &&crate::Timing| {
                timing.start < sentence.range.end && timing.end > sentence.range.start
            };
            let mut heard = narration.timings.iter().filter(inside);
            let Some(first) = heard.next() else { continue };
            (first.from_ms, heard.next_back().map_or(first.to_ms, |timing| timing.to_ms))
        };
        // A word that reaches into two sentences is heard with the first.
        let from = from.max(last);
        if to > from {
            sentence.heard = Some((from, to));
            last = to;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timing;

    fn check(text: &str, expected: &[&str]) {
        let chapter = Chapter { text: text.to_owned(), ..Chapter::default() };
        let found: Vec<&str> = of_chapter(&chapter)
            .iter()
            .flatten()
            .map(|sentence| &text[sentence.range.clone()])
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn sentences_end_where_readers_end_them() {
        check("One. Two!  Three?", &["One.", "Two!", "Three?"]);
        check("It rose 3.5 m. Dr. A. Roe left.", &["It rose 3.5 m.", "Dr. A. Roe left."]);
        check("“Stop.” She went.\n\nNext", &["“Stop.”", "She went.", "Next"]);
        check("水位上涨。警戒解除！", &["水位上涨。", "警戒解除！"]);
        check(" \n\u{0}\n", &[]);
    }

    #[test]
    fn words_give_their_sentence_its_time() {
        let timing = |start, end, from_ms, to_ms| Timing { start, end, from_ms, to_ms };
        let timings = vec![timing(0, 3, 0, 200), timing(4, 8, 200, 500), timing(9, 13, 900, 1000)];
        let narration = Narration { length_ms: 1000, timings, ..Narration::default() };
        let text = "One two. Six.".to_owned();
        let chapter = Chapter { text, narration: Some(narration), ..Chapter::default() };
        let heard: Vec<_> = of_chapter(&chapter).into_iter().flatten().map(|s| s.heard).collect();
        assert_eq!(heard, [Some((0, 500)), Some((900, 1000))]);
    }
}
