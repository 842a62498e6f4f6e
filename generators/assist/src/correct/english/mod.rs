//! English: spelling by a word list, choices by context, and the rules of a newsroom.

mod agreement;
mod articles;
mod choices;
mod marks;
mod names;
mod repeats;
mod spelling;
mod units;
mod words;

pub(super) use choices::{SETS, places};

use super::{Correction, Finds};
use crate::reading::Reading;

/// All finds, those of the most trusted rules first.
pub(super) fn corrections(reading: &Reading) -> Vec<Correction> {
    let names = names::names(reading);
    let mut finds = Finds::new(reading);
    repeats::find(&mut finds);
    marks::find(&mut finds);
    spelling::find(&mut finds, &names);
    articles::find(&mut finds);
    agreement::find(&mut finds);
    choices::find(&mut finds, &names);
    units::find(&mut finds);
    finds.found
}

/// Puts the capitals of one word onto another.
fn cased(like: &str, word: &str) -> String {
    let mut letters = like.chars();
    let first = letters.next().is_some_and(char::is_uppercase);
    let all = first
        && like.chars().filter(|c| c.is_alphabetic()).count() > 1
        && letters.all(|c| !c.is_lowercase());
    if all {
        return word.to_uppercase();
    }
    let mut rest = word.chars();
    match rest.next() {
        Some(initial) if first => initial.to_uppercase().chain(rest).collect(),
        _ => word.to_owned(),
    }
}
