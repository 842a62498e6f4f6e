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
    let words: Vec<&Token> =
        reading.tokens.iter().filter(|token| token.kind != Kind::Space).collect();
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
    // The start of a clause: else the noun may belong to another subject.
    let clause = first.opens || matches!(before.lower.as_str(), "," | "that" | "but");
    (ONE_OF.contains(&first.lower.as_str()) && clause && !plural && !word.ends_with('s'))
        .then_some(false)
}
