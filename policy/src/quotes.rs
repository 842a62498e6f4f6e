//! Quotations that no source has: what a text puts into somebody's mouth.

mod marks;
mod wording;

use types::Span;

use wording::Wording;

/// The quotations in `text` whose wording stands in none of the `sources`, as code points of `text`
/// without their quotation marks, in the order of their beginnings.
///
/// Only quotations of at least `words_min` words count, because shorter ones are mostly names and
/// irony; two Han characters count as a word. Case, spaces, punctuation and the kind of quotation
/// marks do not matter. An ellipsis and an insertion in brackets stand for anything: the parts
/// around them must follow each other in one source. Of nested quotations the inner one is looked
/// for as well. An apostrophe is no quotation mark, and a quotation that is not closed before its
/// paragraph ends is none, unless the next paragraph goes on with another opening mark.
///
/// Takes time in proportion to the text, and to the sources for every quotation.
#[must_use]
pub fn unsourced_quotes(text: &str, sources: &[&str], words_min: usize) -> Vec<Span> {
    let sources: Vec<Wording> = sources.iter().map(|source| Wording::of_source(source)).collect();
    let quotes = marks::quotes(text).into_iter().filter(|quote| {
        let wording = Wording::of_quote(text.get(quote.bytes.clone()).unwrap_or_default());
        wording.is_long(words_min) && !sources.iter().any(|source| source.has(&wording))
    });
    quotes.map(|quote| quote.points).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The quotations of at least three words that are not in the sources.
    fn check(text: &str, sources: &[&str], expected: &[&str]) {
        let spans = unsourced_quotes(text, sources, 3);
        let quoted = spans.iter().map(|Span { start, end }| {
            text.chars().skip(*start).take(end - start).collect::<String>()
        });
        assert_eq!(quoted.collect::<Vec<_>>(), expected, "{text}");
    }

    const SOURCE: &str = "The mayor’s speech: “We will not close the old bridge, and we won’t \
        sell it. It cost 1,200 euros.” 市长表示：“我们不会关闭这座大桥。”";

    #[test]
    fn a_quotation_of_the_source_is_sourced() {
        for text in [
            "\"We will not close the old bridge,\" said the mayor.",
            "He promised: ‘we will   NOT close the old bridge’.",
            "“We will not close … and we won't sell it.”",
            "“[The council] will not close the old bridge”",
            "“It cost 1200 euros.”",
            "市长说：「我们不会关闭这座大桥」。",
        ] {
            check(text, &[SOURCE], &[]);
        }
    }

    #[test]
    fn another_wording_is_not() {
        check(
            "“We will sell the old bridge,” said the mayor. “We will not close the old bridge.”",
            &[SOURCE],
            &["We will sell the old bridge,"],
        );
        check(
            "“won't sell it … we will not close”",
            &[SOURCE],
            &["won't sell it … we will not close"],
        );
        check("市长说：“我们将会关闭这座大桥。”", &[SOURCE], &["我们将会关闭这座大桥。"]);
        check("\"We will never return here.\"", &[], &["We will never return here."]);
    }

    #[test]
    fn parts_in_two_sources_are_no_quotation_of_either() {
        let sources = ["We will not close", "the old bridge at all"];
        check(
            "“We will not close … the old bridge at all”",
            &sources,
            &["We will not close … the old bridge at all"],
        );
    }

    #[test]
    fn short_quotations_and_apostrophes_do_not_count() {
        check("The “old bridge” isn't the dogs' place, and '90s music won't be played.", &[], &[]);
        check("所谓“一带一路”倡议", &[], &[]);
    }

    #[test]
    fn nested_quotations_are_each_looked_for() {
        let text = "“She told me ‘never open that door’ on Monday,” he said.";
        check(text, &["She told me: never open that door, on Monday."], &[]);
        check(text, &["never open that door"], &["She told me ‘never open that door’ on Monday,"]);
        check(
            text,
            &[],
            &["She told me ‘never open that door’ on Monday,", "never open that door"],
        );
    }

    #[test]
    fn a_quotation_goes_on_in_the_next_paragraph_with_another_mark() {
        let text = "“We start again today.\n\n“We end in one year.” And \"this is open";
        check(text, &[], &["We start again today.", "We end in one year."]);
    }

    proptest::proptest! {
        #[test]
        fn spans_lie_inside_and_more_sources_take_spans_away(
            text in "(?:[a-c .,…\\[\\]\n\u{301}弹]|“|”|‘|’|\"|'|「|」|word |we will ){0,40}",
            source in "(?:[a-c .]|word |we will ){0,20}",
        ) {
            let points = text.chars().count();
            let none = unsourced_quotes(&text, &[], 2);
            proptest::prop_assert!(none.iter().all(|span| span.start <= span.end && span.end <= points));
            let some = unsourced_quotes(&text, &[&source], 2);
            proptest::prop_assert!(some.iter().all(|span| none.contains(span)));
            let fewer = unsourced_quotes(&text, &[&source], 4);
            proptest::prop_assert!(fewer.iter().all(|span| some.contains(span)));
        }

        #[test]
        fn what_is_copied_from_a_source_is_sourced(
            source in "[a-zA-Z]{1,8}(?: [a-zA-Z]{1,6}('[a-z]{1,2})?|, [0-9]{1,4}|\\. [A-Z][a-z]{1,6}| [弹大桥]{1,4}){3,20}",
        ) {
            let text = format!("He said: “{}”", source.to_uppercase().replace(' ', "  "));
            proptest::prop_assert_eq!(unsourced_quotes(&text, &[&source], 1), []);
        }
    }
}
