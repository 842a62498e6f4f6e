//! Cuts a text into sentences and puts their translations together again.

/// A text as pieces that are translated and pieces that stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// Blanks and breaks between paragraphs, as they are.
    Kept(String),
    /// A sentence without blanks around it.
    Sentence(String),
    /// Between two sentences of a paragraph.
    Joint,
}

/// The parts of a text in their order. Lines are paragraphs: what breaks them stays.
pub(crate) fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    for line in text.split_inclusive('\n') {
        let words = line.trim();
        if words.is_empty() {
            kept(&mut parts, line);
            continue;
        }
        let from = line.len() - line.trim_start().len();
        kept(&mut parts, line.get(..from).unwrap_or_default());
        for (index, sentence) in sentences(words).into_iter().enumerate() {
            if index > 0 {
                parts.push(Part::Joint);
            }
            parts.push(Part::Sentence(sentence.to_owned()));
        }
        kept(&mut parts, line.get(from + words.len()..).unwrap_or_default());
    }
    parts
}

fn kept(parts: &mut Vec<Part>, text: &str) {
    if text.is_empty() {
        return;
    }
    match parts.last_mut() {
        Some(Part::Kept(before)) => before.push_str(text),
        _ => parts.push(Part::Kept(text.to_owned())),
    }
}

/// Puts translations in the places of their sentences; `spaced` languages have a space between
/// sentences.
pub(crate) fn together(
    parts: &[Part],
    mut translated: impl Iterator<Item = String>,
    spaced: bool,
) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Kept(kept) => text.push_str(kept),
            Part::Sentence(_) => text.push_str(translated.next().unwrap_or_default().trim()),
            Part::Joint if spaced => text.push(' '),
            Part::Joint => {}
        }
    }
    text
}

/// Ends of sentences after which a space must come.
const ENDS: &str = ".!?…";
/// Ends of sentences of scripts without spaces.
const WIDE_ENDS: &str = "。！？";
/// What may stand between the end and the space.
const CLOSING: &str = "\"'”’»)]）」』";
/// Words whose point ends no sentence.
const SHORT: [&str; 32] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "no", "vs", "etc", "e.g", "i.e", "fig", "jan", "feb",
    "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "gen", "col", "sen",
    "rep", "gov", "inc", "ltd", "co",
];

/// The sentences of a line, without blanks around them.
fn sentences(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    let characters: Vec<(usize, char)> = line.char_indices().collect();
    let mut index = 0;
    while let Some((at, c)) = characters.get(index).copied() {
        index += 1;
        if !ENDS.contains(c) && !WIDE_ENDS.contains(c) {
            continue;
        }
        let wide = WIDE_ENDS.contains(c);
        let more = |c: &char| ENDS.contains(*c) || WIDE_ENDS.contains(*c) || CLOSING.contains(*c);
        while characters.get(index).is_some_and(|(_, c)| more(c)) {
            index += 1;
        }
        let end = characters.get(index).map_or(line.len(), |(at, _)| *at);
        let rest = line.get(end..).unwrap_or_default();
        let before = line.get(from..at).unwrap_or_default();
        let ends = rest.is_empty()
            || wide
            || (rest.starts_with(char::is_whitespace)
                && begins(rest.trim_start())
                && !(c == '.' && is_short(before)));
        if ends {
            push(&mut found, line.get(from..end));
            from = end;
        }
    }
    push(&mut found, line.get(from..));
    found
}

fn push<'a>(found: &mut Vec<&'a str>, sentence: Option<&'a str>) {
    if let Some(sentence) = sentence.map(str::trim).filter(|sentence| !sentence.is_empty()) {
        found.push(sentence);
    }
}

/// Whether a text can begin a sentence: not with a small letter.
fn begins(text: &str) -> bool {
    text.chars().next().is_some_and(|c| !c.is_lowercase())
}

/// Whether a point after this text belongs to its last word.
fn is_short(text: &str) -> bool {
    let word = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let letters = word.chars().count();
    // One letter is an initial, letters with points between them an abbreviation.
    SHORT.contains(&word.as_str())
        || (letters == 1 && word.chars().all(char::is_alphabetic))
        || (word.contains('.')
            && word.split('.').all(|part| part.chars().count() == 1)
            && word.chars().all(|c| c == '.' || c.is_alphabetic()))
}

/// Pieces of a sentence, cut at marks or spaces so that each has at most half of it.
pub(crate) fn halves(sentence: &str) -> Vec<&str> {
    let middle = sentence.len() / 2;
    let cut = |marks: fn(char) -> bool| {
        let ends = sentence.char_indices().filter(|(_, c)| marks(*c));
        let ends = ends.map(|(at, c)| at + c.len_utf8());
        let inside = ends.filter(|end| *end < sentence.len());
        inside.min_by_key(|end| end.abs_diff(middle))
    };
    let near = |end: &usize| end.abs_diff(middle) <= middle / 2;
    let marks = cut(|c| ",;:，；：、—".contains(c)).filter(near);
    let spaces = || cut(char::is_whitespace).filter(near);
    let anywhere = || cut(|_| true);
    let end = marks.or_else(spaces).or_else(anywhere).unwrap_or(sentence.len());
    let (first, second) = sentence.split_at(end);
    [first.trim(), second.trim()].into_iter().filter(|piece| !piece.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sentences_end_where_they_end() {
        let check = |line: &str, expected: &[&str]| assert_eq!(sentences(line), expected);
        check("It rained. The river rose!", &["It rained.", "The river rose!"]);
        check(
            "Dr. A. Smith of the U.S. Navy paid 3.5 million.",
            &["Dr. A. Smith of the U.S. Navy paid 3.5 million."],
        );
        check("“Is it true?” he asked. Yes.", &["“Is it true?” he asked.", "Yes."]);
        check("“Go!” She went.", &["“Go!”", "She went."]);
        check("下雨了。河水上涨！真的？", &["下雨了。", "河水上涨！", "真的？"]);
        check("No end", &["No end"]);
        check("Wait... 12 people came.", &["Wait...", "12 people came."]);
    }

    #[test]
    fn paragraphs_stay_as_they_are() {
        let text = "\n  One. Two.\r\n\n\tThree\n";
        let parts = parts(text);
        let sentences = parts.iter().filter_map(|part| match part {
            Part::Sentence(sentence) => Some(sentence.to_uppercase()),
            _ => None,
        });
        assert_eq!(together(&parts, sentences, true), "\n  ONE. TWO.\r\n\n\tTHREE\n");
        let none = std::iter::repeat("句。".to_owned());
        assert_eq!(together(&parts, none, false), "\n  句。句。\r\n\n\t句。\n");
    }

    #[test]
    fn long_sentences_are_halved_at_marks() {
        let found = halves("when the river rose, the council closed the bridge");
        assert_eq!(found, ["when the river rose,", "the council closed the bridge"]);
        assert_eq!(halves("aaaa"), ["aa", "aa"]);
        assert_eq!(halves("a"), ["a"]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "[a-zA-Z0-9 .,!?\n\t。“”é-]{0,80}") {
            let parts = parts(&text);
            let sentences = parts.iter().filter_map(|part| match part {
                Part::Sentence(sentence) => Some(sentence.clone()),
                _ => None,
            });
            let squeezed = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let again = together(&parts, sentences, true);
            prop_assert_eq!(squeezed(&again), squeezed(&text));
            prop_assert_eq!(again.matches('\n').count(), text.matches('\n').count());
        }

        #[test]
        fn halves_become_shorter(text in "\\PC{2,60}") {
            let sentence = text.trim();
            for half in halves(sentence) {
                prop_assert!(sentence.chars().count() < 2 || half.len() < sentence.len());
            }
        }
    }
}
