//! The label line of a text.

use crate::label::Place;

/// The share of a text at its start and at its end in which a line stands there.
const EDGE: f64 = 0.2;

/// A label line that was found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFound {
    /// The line, without what marks it up.
    pub line: String,
    /// Where it stands.
    pub place: Place,
    /// The bytes of the text at which it begins and ends.
    pub bytes: (usize, usize),
}

/// Looks for one of `labels` on a line by itself, with blank lines around it. The words alone are no
/// label: a headline may speak of AI, too.
#[must_use]
pub fn line(text: &str, labels: &[&str]) -> Option<TextFound> {
    let mut start = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        lines.push((start, line));
        start += line.len();
    }
    let is_blank = |at: Option<usize>| {
        at.and_then(|at| lines.get(at)).is_none_or(|(_, line)| bare(line).is_empty())
    };
    let found = lines.iter().enumerate().find(|(at, (_, line))| {
        let alone = is_blank(at.checked_sub(1)) && is_blank(Some(at + 1));
        alone && labels.contains(&bare(line))
    });
    let (at, (start, line)) = found?;
    let written =
        |lines: &[(usize, &str)]| lines.iter().filter(|(_, line)| !bare(line).is_empty()).count();
    let before = lines.get(..at).map_or(0, written);
    let all = written(&lines);
    let place = match before {
        0 => Place::Start,
        before if before + 1 == all => Place::End,
        _ => by_characters(text, *start, *start + line.len()),
    };
    Some(TextFound { line: bare(line).to_owned(), place, bytes: (*start, start + line.len()) })
}

/// The place by how much of the text stands before it: a title may stand above a label.
fn by_characters(text: &str, start: usize, end: usize) -> Place {
    let share = |bytes: usize| bytes as f64 / text.len().max(1) as f64;
    match () {
        () if share(start) < EDGE => Place::Start,
        () if share(end) > 1.0 - EDGE => Place::End,
        () => Place::Middle,
    }
}

/// A line without what marks it up, and without invisible characters.
fn bare(line: &str) -> &str {
    let is_markup = |c: char| {
        c.is_whitespace()
            || matches!(c, '*' | '_' | '>' | '#' | '`' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}')
    };
    line.trim_matches(is_markup)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(String, Place)> {
        line(text, &["AI-generated", "本文由人工智能生成"]).map(|found| (found.line, found.place))
    }

    #[test]
    fn a_line_by_itself_is_found_wherever_it_stands() {
        let label = |line: &str, place| Some((line.to_owned(), place));
        let cases = [
            ("AI-generated\n\nThe river rose.", label("AI-generated", Place::Start)),
            ("*AI-generated*\n\nThe river rose.", label("AI-generated", Place::Start)),
            ("The river rose.\n\nIt fell.\n\nAI-generated\n", label("AI-generated", Place::End)),
            (
                "河水上涨。\n\n本文由人工智能生成\n\n后来回落。",
                label("本文由人工智能生成", Place::Middle),
            ),
            ("AI-generated", label("AI-generated", Place::Start)),
            (
                "Title\n\n> **AI-generated**\n\nLong.\n\nStory with many words.\n\nAnd more of them, and more, and more.\n",
                label("AI-generated", Place::Start),
            ),
            ("AI-generated\nThe river rose.", None),
            ("AI-generated pictures divide the jury\n\nThe jury met.", None),
            ("The river rose.", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(found(text), expected, "{text}");
        }
    }
}
