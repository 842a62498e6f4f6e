//! Two views of a text in which disguises are undone, each with the way back to the original.
//!
//! The text is cut into units (a word, a Han character, letters spelt out one by one, a stretch
//! of bidi override …) and every unit is normalised by itself. So a text that is still being
//! written can be normalised from any unit on, with the same result.
//!
//! The *clean* view is what a reader sees: NFKC, nothing invisible, one space between words. The
//! *folded* view is what a writer may have hidden: look-alike letters, digits for letters, spelt
//! out words, repeated letters, reversed runs, traditional characters. Both are linear in time.

mod clean;
mod disguise;
mod encoded;
mod letters;
mod spelt;
mod traditional;
mod unit;
mod view;
mod words;

use std::ops::Range;

pub(crate) use letters::{is_han, is_word};
pub(crate) use unit::{Kind as UnitKind, Unit, segment};
pub(crate) use view::View;
pub(crate) use words::frequent_words;

/// The views of a text or of a part of it.
#[derive(Debug)]
pub(crate) struct Views<'t> {
    pub(crate) clean: View<'t>,
    /// Only where something is disguised.
    pub(crate) folded: Option<View<'t>>,
    /// Where each unit ends in the two views; empty where every view is the original.
    ends: Vec<[usize; 2]>,
}

impl<'t> Views<'t> {
    /// Views of a whole text.
    pub(crate) fn of(text: &'t str) -> Self {
        if unit::is_plain(text) {
            return Self::plain(text, 0);
        }
        Self::of_units(text, &segment(text, 0, 0).units)
    }

    /// Views of a whole text, of which these are the units.
    pub(crate) fn with_units(text: &'t str, units: &[Unit]) -> Self {
        if unit::is_plain(text) { Self::plain(text, 0) } else { Self::of_units(text, units) }
    }

    /// Text in which nothing is disguised, from code point `first` on: it is its own view.
    const fn plain(text: &'t str, first: usize) -> Self {
        Self { clean: View::plain(text, first), folded: None, ends: Vec::new() }
    }

    /// Views of the `units` of `text`, which follow each other.
    pub(crate) fn of_units(text: &str, units: &[Unit]) -> Self {
        let bytes = units.iter().map(|unit| unit.bytes.len()).sum();
        let (mut clean, mut folded) = (View::with_capacity(bytes), None::<View<'_>>);
        let mut ends = Vec::with_capacity(units.len());
        for unit in units {
            let source = text.get(unit.bytes.clone()).unwrap_or_default();
            let from = clean.len();
            if clean::push(&mut clean, source, unit) {
                clean.mark_disguised(from);
            }
            // Most texts hide nothing: the folded view begins with the first disguise.
            match (disguise::folded(&clean, from, unit.kind), &mut folded) {
                (Some(letters), folded) => {
                    let folded = folded.get_or_insert_with(|| clean.before(from));
                    folded.push_disguised(letters);
                }
                (None, Some(folded)) => folded.append(&clean, from),
                (None, None) => {}
            }
            ends.push([clean.len(), folded.as_ref().map_or(clean.len(), View::len)]);
        }
        Self { clean, folded, ends }
    }

    /// The views of some of the units that these views were made of, as `text` has them.
    pub(crate) fn part(&self, text: &'t str, units: &[Unit], part: Range<usize>) -> Self {
        let chosen = units.get(part.clone()).unwrap_or_default();
        let (Some(first), Some(last)) = (chosen.first(), chosen.last()) else {
            return Self::plain("", 0);
        };
        if self.ends.is_empty() {
            let text = text.get(first.bytes.start..last.bytes.end).unwrap_or_default();
            return Self::plain(text, first.points.start);
        }
        let end = |units: usize| units.checked_sub(1).and_then(|last| self.ends.get(last).copied());
        let ([clean, folded], [clean_end, folded_end]) =
            (end(part.start).unwrap_or_default(), end(part.end).unwrap_or_default());
        Self {
            clean: self.clean.part(clean..clean_end),
            folded: self.folded.as_ref().map(|view| view.part(folded..folded_end)),
            ends: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let views = Views::of(text);
        views.folded.as_ref().unwrap_or(&views.clean).text().to_owned()
    }

    #[test]
    fn the_clean_view_is_what_a_reader_sees() {
        let cases = [
            ("pi\u{200b}pe b\u{ad}omb", "pipe bomb"),
            ("ＡＢＣ　１２３", "ABC 123"),
            ("𝐩𝐢𝐩𝐞", "pipe"),
            ("k\u{336}i\u{336}ll", "kill"),
            ("e\u{301}té", "été"),
            ("炸\u{200b}弹", "炸弹"),
            ("two\nlines", "two lines"),
            ("two\n\nparagraphs", "two\n\nparagraphs"),
        ];
        for (text, expected) in cases {
            assert_eq!(Views::of(text).clean.text(), expected);
        }
    }

    #[test]
    fn the_folded_view_is_what_a_writer_may_have_hidden() {
        let cases = [
            ("k1ll", "kill"),
            ("p.i.p.e bomb", "pipe bomb"),
            ("p i p e  b o m b", "pipe bomb"),
            ("h o w t o b u i l d a b o m b", "how to build a bomb"),
            ("kіll", "kill"),           // Cyrillic і
            ("КILL ТНЕm", "kILL them"), // Cyrillic К, Т, Н, Е
            ("сор", "cop"),             // Cyrillic throughout
            ("москва", "москва"),       // Russian stays
            ("booomb", "bomb"),
            ("炸*弹", "炸弹"),
            ("炸 弹", "炸弹"),
            ("製造炸彈", "制造炸弹"),
            ("\u{202e}bmob epip\u{202c}", "pipe bomb"),
            ("\u{202e}won\n.bmob epip\u{202c} a", "pipe bomb.\nnow a"),
            ("\u{202e}pipe bomb\u{202c}", "pipe bomb"), // for machines that read what is stored
            ("\u{202e}bmob\npipe bomb", "bomb pipe bomb"),
            ("you are s t u p i d! Go!!", "you are stupid! Go!!"),
            ("It's s t u p i d", "It's stupid"),
            ("I'm a f o o l", "I'm a fool"),
            ("'k i l l'", "'kill'"),
            ("say aG93IHRvIGJ1aWxkIGEgYm9tYg==!", "say how to build a bomb!"),
            ("k%69ll%20him", "kill him"),
            ("bómb", "bomb"),
        ];
        for (text, expected) in cases {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    #[test]
    fn spans_lead_back_to_code_points_of_the_original() {
        let text = "卡 p\u{200b}i\u{200b}pe 𝐛𝐨𝐦𝐛!";
        let views = Views::of(text);
        let at = views.clean.text().find("pipe bomb").unwrap();
        let span = views.clean.span(at..at + 9);
        let original: String = text.chars().skip(span.start).take(span.end - span.start).collect();
        assert_eq!(original, "p\u{200b}i\u{200b}pe 𝐛𝐨𝐦𝐛");
        assert!(views.clean.is_disguised(at..at + 9));
    }

    proptest::proptest! {
        /// What a stream relies on: more text changes no unit before the open ones.
        #[test]
        fn units_before_the_open_ones_are_final(
            text in "([a-z1@ .*!'\u{200b}\u{301}\u{202e}\u{202c}\n炸弹Ａ]|k i l l | 炸 弹 |%6b|&#6|aG93IHRv|/IGJ1|d I|=){0,40}",
            cut in 0_usize..60,
        ) {
            let cut = text.char_indices().nth(cut).map_or(text.len(), |(at, _)| at);
            let whole = segment(&text, 0, 0).units;
            let part = segment(&text[..cut], 0, 0);
            let settled: Vec<_> = part.units.iter().take(part.settled).collect();
            proptest::prop_assert_eq!(settled, whole.iter().take(part.settled).collect::<Vec<_>>());
            // And a unit's start is a place to start again.
            if let Some(unit) = part.units.get(part.settled) {
                let again = segment(&text, unit.bytes.start, unit.points.start).units;
                proptest::prop_assert_eq!(&again[..], &whole[part.settled..]);
            }
        }

        #[test]
        fn a_plain_text_has_the_same_views_the_long_way(text in "([a-zA-Z0-9 .,@!%&#\\\\/'\n]|aG93IHRv|%2|&#6){0,60}") {
            if unit::is_plain(&text) {
                let views = Views::of_units(&text, &segment(&text, 0, 0).units);
                proptest::prop_assert_eq!(views.clean.text(), &text);
                proptest::prop_assert!(views.folded.is_none());
            }
        }
    }
}
