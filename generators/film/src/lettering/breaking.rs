//! Where lines may end: at spaces, and between Chinese characters except beside punctuation.

/// What no line starts with.
const NOT_FIRST: &str = "，。、；：？！）》」』】〉…％%,.;:?!)]}’”";
/// What no line ends with.
const NOT_LAST: &str = "（《「『【〈([{‘“";

/// The lines of `text`, each no wider than `room` by `width`. Line feeds are kept; a word that is
/// too wide alone is cut.
pub(super) fn lines(text: &str, width: &dyn Fn(&str) -> f32, room: f32) -> Vec<String> {
    text.split('\n').flat_map(|part| paragraph(part, width, room)).collect()
}

fn paragraph(text: &str, width: &dyn Fn(&str) -> f32, room: f32) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for piece in pieces(text) {
        let longer = format!("{line}{piece}");
        if width(longer.trim_end()) <= room {
            line = longer;
            continue;
        }
        if !line.trim().is_empty() {
            lines.push(line.trim().to_owned());
        }
        line = piece.trim_start().to_owned();
        // Where there is no room at all, each letter is a line, and nothing is left of nothing.
        while !line.is_empty() && width(line.trim_end()) > room {
            let head = longest(&line, width, room);
            lines.push(line.drain(..head).collect());
        }
    }
    if !line.trim().is_empty() || lines.is_empty() {
        lines.push(line.trim().to_owned());
    }
    lines
}

/// How many bytes of a word fit: at least one letter.
fn longest(word: &str, width: &dyn Fn(&str) -> f32, room: f32) -> usize {
    let ends = word.char_indices().map(|(at, letter)| at + letter.len_utf8());
    let mut fits = word.chars().next().map_or(0, char::len_utf8);
    for end in ends {
        if width(word.get(..end).unwrap_or(word)) > room {
            break;
        }
        fits = fits.max(end);
    }
    fits
}

/// The parts between which a line may end; spaces stay with the word before.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut before: Option<char> = None;
    for letter in text.chars() {
        let may_break = before.is_some_and(|last| {
            let is_after_space = last.is_whitespace() && !letter.is_whitespace();
            let is_wide = is_wide(last) || is_wide(letter);
            let is_bound = NOT_FIRST.contains(letter)
                || NOT_LAST.contains(last)
                || letter.is_whitespace()
                || (last.is_ascii_digit() && "％%".contains(letter));
            (is_after_space || is_wide || last == '-') && !is_bound
        });
        match pieces.last_mut() {
            Some(piece) if !may_break => piece.push(letter),
            _ => pieces.push(letter.to_string()),
        }
        before = Some(letter);
    }
    pieces
}

/// Whether a letter belongs to a script that is written without spaces.
fn is_wide(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, room: usize, expected: &[&str]) {
        let width = |part: &str| part.chars().count() as f32;
        assert_eq!(lines(text, &width, room as f32), expected);
    }

    #[test]
    fn no_room_ends_all_the_same() {
        let wide = |text: &str| text.chars().count() as f32;
        for text in ["", " ", "ab c", "水位"] {
            let found = lines(text, &wide, -1.0);
            assert!(found.len() <= text.chars().count().max(1), "{found:?}");
        }
    }

    #[test]
    fn lines_end_where_they_may() {
        check("one two three", 7, &["one two", "three"]);
        check("well-known", 6, &["well-", "known"]);
        check("水位上升，市民撤离。", 5, &["水位上升，", "市民撤离。"]);
        check("水位上升，市民", 4, &["水位上", "升，市民"]);
        check("extraordinary", 5, &["extra", "ordin", "ary"]);
        check("a\n\nb", 5, &["a", "", "b"]);
        check("", 5, &[""]);
    }
}
