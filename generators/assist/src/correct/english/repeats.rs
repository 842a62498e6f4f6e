//! The same word twice.

use super::super::{Finds, Kind as Slip, Rule};
use crate::reading::{Kind, Token};

const RULE: Rule = Rule { kind: Slip::Grammar, name: "repeated_word" };
/// Words that may follow themselves.
const ALLOWED: [&str; 14] = [
    "had", "that", "is", "very", "so", "no", "bye", "ha", "many", "blah", "knock", "never", "long",
    "really",
];

pub(super) fn find(finds: &mut Finds<'_>) {
    let tokens = &finds.reading.tokens;
    let mut repeats: Vec<(usize, usize, String)> = Vec::new();
    for window in tokens.windows(3) {
        if let [first, gap, second] = window
            && is_repeat(first, gap, second)
        {
            repeats.push((first.end, second.end, finds.reading.written(second)));
        }
    }
    for (start, end, word) in repeats {
        let message = format!("“{word}” stands here twice.");
        finds.replace((start, end), &RULE, vec![String::new()], message);
    }
}

fn is_repeat(first: &Token, gap: &Token, second: &Token) -> bool {
    let words = first.kind == Kind::Word && second.kind == Kind::Word && gap.kind == Kind::Space;
    words
        && first.lower == second.lower
        && !(first.shielded || second.shielded)
        // Two capitals are a name: Walla Walla, Duran Duran.
        && !second.capital
        && !ALLOWED.contains(&second.lower.as_str())
}
