//! Which words are names: nothing corrects them.

use std::collections::HashSet;

use super::words;
use crate::reading::{Kind, Reading, Token};

/// For each token, whether it is a name, an acronym or part of a title.
pub(super) fn names(reading: &Reading) -> Vec<bool> {
    let inside: HashSet<&str> = reading
        .tokens
        .iter()
        .filter(|token| token.kind == Kind::Word && token.capital && !token.opens)
        .map(|token| token.lower.as_str())
        .collect();
    reading.tokens.iter().map(|token| is_name(reading, token, &inside)).collect()
}

fn is_name(reading: &Reading, token: &Token, inside: &HashSet<&str>) -> bool {
    if token.kind != Kind::Word || token.lower.is_empty() {
        return false;
    }
    let letters = reading.chars.get(token.start..token.end).unwrap_or_default();
    let later_capitals = letters.iter().skip(1).any(|c| c.is_uppercase());
    let foreign = letters.iter().any(|c| c.is_alphabetic() && !c.is_ascii());
    if later_capitals || foreign {
        return true;
    }
    if !token.capital {
        return false;
    }
    if !token.opens {
        return words::grade(&token.lower).is_none_or(|grade| grade < 8);
    }
    // A sentence may begin with a name: one that is written so elsewhere, or is no other word.
    words::grade(&token.lower).is_none()
        && (inside.contains(token.lower.as_str()) || words::capitalised(&token.lower))
}
