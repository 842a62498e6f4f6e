//! Correction keeps its promises: precision and recall on seeded slips, silence on clean text, time in
//! proportion to length.

#![expect(clippy::indexing_slicing, reason = "what a test did not expect ends it")]

mod seeding;

use std::time::{Duration, Instant};

use assist::{Language, correct::correct};
use proptest::prelude::*;
use seeding::{Lots, Score, units};

const TEXTS: [(Language, &str); 2] = [
    (Language::En, include_str!("texts/english.txt")),
    (Language::Zh, include_str!("texts/chinese.txt")),
];

#[test]
fn seeded_slips_are_found_and_little_else() {
    for (language, text) in TEXTS {
        let mut score = Score::default();
        for seed in 0..4 {
            text.lines().for_each(|line| score.paragraph(line, language, &mut Lots(seed)));
        }
        let (precision, recall) = (score.precision(), score.recall());
        assert!(precision >= 0.9, "{language:?}: precision {precision}: {:#?}", score.alarms);
        assert!(
            recall >= 0.5,
            "{language:?}: recall {recall}: {:#?} {:#?}",
            score.kinds,
            score.missed
        );
        assert!(score.mended * 10 >= score.found * 8 && score.units > 100);
    }
}

#[test]
fn clean_text_is_left_alone() {
    for (language, text) in TEXTS {
        let found: Vec<_> = text.lines().flat_map(|line| correct(line, None).corrections).collect();
        let length = units(&text.chars().collect::<Vec<_>>(), language);
        assert!(found.len() * 250 <= length, "{found:#?}");
    }
}

#[test]
fn hostile_texts_take_time_in_proportion() {
    let long = |piece: &str| piece.repeat(200_000 / piece.chars().count());
    let texts = [
        long("a"),
        long("xqz jwv "),
        long("”“<&;"),
        long("的的地"),
        long("按装\u{202e}abc"),
        long("\u{301}e"),
        long("<b>"),
        long("\u{0}\u{7}\u{1b}"),
        long("🏳️‍🌈 "),
        long("\"' ''"),
        long("http://a.b/ teh "),
        String::new(),
    ];
    for text in texts {
        let start = Instant::now();
        let corrected = correct(&text, None);
        let took = start.elapsed();
        let begins: String = text.chars().take(12).collect();
        assert!(took < Duration::from_secs(20), "{begins:?}: {took:?}");
        assert!(corrected.corrections.iter().all(|c| c.span.end <= text.chars().count()));
    }
}

proptest! {
    #[test]
    fn corrections_are_in_order_and_say_what_stands_there(text in "\\PC{0,80}") {
        check(&text);
    }

    #[test]
    fn also_in_words(text in "([a-zA-Z的地得在按装“”，。,.]{1,8} ?){0,12}") {
        check(&text);
    }
}

fn check(text: &str) {
    let chars: Vec<char> = text.chars().collect();
    for language in [None, Some(Language::En), Some(Language::Zh)] {
        let corrected = correct(text, language);
        let mut end = 0;
        for c in &corrected.corrections {
            assert!(c.span.start >= end || c.span.start == c.span.end && c.span.start + 1 > end);
            let there: String = chars[c.span.start..c.span.end].iter().collect();
            assert_eq!(there, c.original);
            end = c.span.end;
        }
        assert_eq!(corrected, correct(text, language));
    }
}
