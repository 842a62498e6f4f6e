//! Agreement of what stands side by side: a pronoun or a counted noun and its verb.

use super::{
    super::{Finds, Kind as Slip, Rule},
    words,
};
use crate::reading::{Kind, Token};

const RULE: Rule = Rule { kind: Slip::Grammar, name: "agreement" };
/// Verbs of one and of many.
const VERBS: [(&str, &str); 6] = [
    ("is", "are"),
    ("was", "were"),
    ("has", "have"),
    ("does", "do"),
    ("isn't", "aren't"),
    ("doesn't", "don't"),
];
const ONE: [&str; 2] = ["he", "she"];
const MANY: [&str; 4] = ["they", "we", "these", "those"];
/// Before a noun of one, and of many.
const ONE_OF: [&str; 5] = ["a", "an", "each", "every", "another"];
const MANY_OF: [&str; 16] = [
    "these", "those", "many", "several", "both", "two", "three", "four", "five", "six", "seven",
    "eight", "nine", "ten", "dozens", "few",
];
/// Nouns of one that mean many, and times, which are no subjects.
const OTHERS: [&str; 30] = [
    "number", "lot", "majority", "handful", "dozen", "hundred", "thousand", "million", "billion",
    "couple", "few", "range", "variety", "series", "group", "team", "minority", "quarter", "third",
    "half", "year", "week", "month", "day", "time", "night", "pair", "total", "share", "host",
];

pub(super) fn find(finds: &mut Finds<'_>) {
    let reading = finds.reading;
    // A text begins as after a stop.
    let start = Token {
        start: 0,
        end: 0,
        kind: Kind::Mark,
        lower: ".".to_owned(),
        capital: false,
        shielded: false,
        opens: false,
    };
    let written = reading.tokens.iter().filter(|token| token.kind != Kind::Space);
    let words: Vec<&Token> = [&start, &start].into_iter().chain(written).collect();
    for window in words.windows(4) {
        let [before, first, second, verb] = window else { continue };
        let plain = [first, second, verb].iter().all(|token| !token.shielded);
        if !plain || verb.kind != Kind::Word {
            continue;
        }
        let Some(many) = number(before, first, second) else { continue };
        let right = VERBS.iter().find_map(|(one, other)| match (many, verb.lower.as_str()) {
            (true, word) if word == *one => Some(*other),
            (false, word) if word == *other => Some(*one),
            _ => None,
        });
        if let Some(right) = right {
            let message = format!("“{}” does not agree with “{}”.", verb.lower, second.lower);
            finds.replace((verb.start, verb.end), &RULE, vec![right.to_owned()], message);
        }
    }
}

/// End with an s, or have no s, and are one all the same; or are many without one.
const UNLIKE: [&str; 44] = [
    "news",
    "politics",
    "economics",
    "physics",
    "mathematics",
    "athletics",
    "series",
    "species",
    "headquarters",
    "means",
    "lens",
    "gas",
    "bus",
    "police",
    "people",
    "team",
    "staff",
    "family",
    "government",
    "council",
    "committee",
    "public",
    "crew",
    "company",
    "media",
    "data",
    "cattle",
    "rest",
    "press",
    "group",
    "band",
    "club",
    "party",
    "union",
    "crowd",
    "audience",
    "jury",
    "couple",
    "pair",
    "youth",
    "board",
    "army",
    "navy",
    "side",
];
/// Go before nouns of one and of many.
const EITHER: [&str; 12] =
    ["the", "its", "their", "his", "her", "our", "some", "all", "most", "new", "local", "other"];

/// Whether a word that opens a sentence is a common noun of many.
fn is_plural_noun(word: &str) -> bool {
    let stem = word.strip_suffix('s').filter(|stem| stem.len() > 3 && !stem.ends_with('s'));
    let common = |word: &str, least| words::grade(word).is_some_and(|grade| grade >= least);
    stem.is_some_and(|stem| common(stem, 4) && common(word, 4))
        && !UNLIKE.contains(&word)
        && !words::capitalised(word)
}

/// Whether the subject before a verb is many or one, if that is sure.
fn number(before: &Token, first: &Token, second: &Token) -> Option<bool> {
    let word = second.lower.as_str();
    // `Did he have`, `make them is`: a verb before the pronoun takes it away from the next one.
    let opens = second.opens
        || matches!(
            first.lower.as_str(),
            "," | "and"
                | "that"
                | "but"
                | "because"
                | "if"
                | "when"
                | "while"
                | "as"
                | "said"
                | "says"
        );
    if ONE.contains(&word) && opens {
        // `If he were`: the subjunctive.
        return (!matches!(first.lower.as_str(), "if" | "as")).then_some(false);
    }
    if MANY.contains(&word) && opens {
        return Some(true);
    }
    if second.opens && second.kind == Kind::Word && is_plural_noun(word) {
        return Some(true);
    }
    if second.kind != Kind::Word || second.capital || OTHERS.contains(&word) {
        return None;
    }
    let joined =
        matches!(before.lower.as_str(), "and" | "or" | "of" | "in" | "for" | "with" | "like");
    if joined {
        return None;
    }
    let plural = word.len() > 3
        && word.ends_with('s')
        && !word.ends_with("ss")
        && words::grade(word.trim_end_matches('s')).is_some();
    let counted = first.kind == Kind::Number && first.lower != "1" && before.lower != "$";
    if plural && (counted || MANY_OF.contains(&first.lower.as_str())) {
        return Some(true);
    }
    let stem = word.strip_suffix('s').unwrap_or(word);
    let usual = !UNLIKE.contains(&word) && words::grade(stem).is_some_and(|grade| grade > 2);
    let starts = first.opens || matches!(before.lower.as_str(), "," | "that" | "but");
    if plural && usual && starts && EITHER.contains(&first.lower.as_str()) {
        return Some(true);
    }
    let has_plural = words::grade(&format!("{word}s")).is_some_and(|grade| grade > 2);
    if !plural && usual && has_plural && starts && first.lower == "the" && !word.ends_with('s') {
        return Some(false);
    }
    // The start of a clause: else the noun may belong to another subject.
    let clause = first.opens || matches!(before.lower.as_str(), "," | "that" | "but");
    (ONE_OF.contains(&first.lower.as_str()) && clause && !plural && !word.ends_with('s'))
        .then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Reading;

    fn check(text: &str, expected: &[&str]) {
        let reading = Reading::of(text);
        let mut finds = Finds::new(&reading);
        find(&mut finds);
        let found: Vec<_> =
            finds.found.iter().map(|c| c.replacements.first().unwrap().as_str()).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn verbs_agree_with_what_stands_before() {
        check("The results was clear. Officials was asked.", &["were", "were"]);
        check("They is late, and he have a car.", &["are", "has"]);
        check("Two ships was seen. A dog were seen.", &["were", "was"]);
        check("The road are closed.", &["is"]);
    }

    #[test]
    fn what_is_right_is_left() {
        check("The police are here. The news is bad. A number of people are hurt.", &[]);
        check("If he were rich, the cost of the repairs is not known.", &[]);
        check("Reuters was first. James is late. The injured were flown out.", &[]);
        check("One of the ferries was full, and the mayor and the council were there.", &[]);
        check("The team were tired. Last year the price of two tickets was lower.", &[]);
    }
}
