//! Sentences: what a classifier judges at once, and what a stream holds back for it.

use crate::normalise::{Unit, UnitKind};

/// A sentence has at most so many code points, so that a stream never waits for long.
const POINTS_MAX: usize = 400;

/// The first unit after the first sentence that ends among the first `settled` units. Whether a
/// full stop ends a sentence depends on the unit after it, so that one must be settled too.
pub(crate) fn first_end(text: &str, units: &[Unit], settled: usize) -> Option<usize> {
    let start = units.first()?.points.start;
    let settled = units.get(..settled)?;
    let mut closed = false;
    for (at, unit) in settled.iter().enumerate() {
        let letters = text.get(unit.bytes.clone()).unwrap_or_default();
        let line = unit.kind == UnitKind::Space && letters.contains('\n');
        let space = unit.kind == UnitKind::Space;
        if line || (closed && space) || unit.points.end - start >= POINTS_MAX {
            return Some(at + 1);
        }
        if letters.ends_with(['。', '！', '？', '；', '…']) && unit.kind != UnitKind::Han {
            // Chinese writes no space after a sentence; a closing quote may follow.
            let next = settled.get(at + 1)?;
            let closing = text.get(next.bytes.clone()).unwrap_or_default();
            return Some(at + 1 + usize::from(closing.starts_with(['”', '’', '」', '』', '"'])));
        }
        let quote = closed && letters.starts_with(['"', '\'', '”', '’', ')', ']', '»']);
        closed = quote || letters.ends_with(['.', '!', '?', '．']);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise::segment;

    fn sentences(text: &str) -> Vec<&str> {
        let units = segment(text, 0, 0).units;
        let (mut rest, mut found) = (&units[..], Vec::new());
        while let Some(first) = rest.first() {
            let end = first_end(text, rest, rest.len()).unwrap_or(rest.len());
            let bytes = first.bytes.start..rest[end - 1].bytes.end;
            found.push(&text[bytes]);
            rest = &rest[end..];
        }
        found
    }

    #[test]
    fn a_text_is_cut_where_sentences_end() {
        let cases: [(&str, &[&str]); 6] = [
            ("One. Two! “Three?” Four", &["One. ", "Two! ", "“Three?” ", "Four"]),
            ("It rose by 1.5 m at 8 a.m.today", &["It rose by 1.5 m at 8 a.m.today"]),
            ("Ｏｎｅ．　Ｔｗｏ", &["Ｏｎｅ．　", "Ｔｗｏ"]),
            ("一句。“两句！”三句", &["一句。", "“两句！”", "三句"]),
            ("title\nbody", &["title\n", "body"]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(sentences(text), expected);
        }
    }

    #[test]
    fn a_text_without_ends_is_cut_nevertheless() {
        let text = "word ".repeat(300);
        assert!(sentences(&text).iter().all(|sentence| sentence.len() <= POINTS_MAX + 256));
        assert_eq!(sentences(&text).concat(), text);
    }

    #[test]
    fn an_end_waits_for_what_follows() {
        let units = segment("One. Two", 0, 0).units;
        let two = units.iter().take(2).count();
        assert_eq!(first_end("One. Two", &units, two), None);
        assert_eq!(first_end("One. Two", &units, two + 1), Some(3));
    }
}
