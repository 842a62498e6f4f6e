//! Places and choices of running text, for whoever trains the model anew.

use types::Language;

use super::{chinese, english};
use crate::{context::Place, reading::Reading};

/// The sets of choices of a language, for a report.
#[must_use]
pub fn sets(language: Language) -> Vec<String> {
    let sets: &[&[&str]] = match language {
        Language::En => &english::SETS,
        Language::Zh => &chinese::SETS,
    };
    sets.iter().map(|set| set.join("/")).collect()
}

/// Every place of a text where the model would have a say.
#[must_use]
pub fn places(text: &str, language: Language) -> Vec<Place> {
    let reading = Reading::of(text);
    match language {
        Language::En => english::places(&reading),
        Language::Zh => chinese::places(&reading),
    }
}
