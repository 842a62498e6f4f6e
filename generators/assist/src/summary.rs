//! Summaries: the sentences that carry most of a text, in their order.

use serde::Serialize;
use types::{Language, Span};

use crate::{faithful, language, reading::Reading, sentences};

/// A summary and where its sentences come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The summary.
    pub text: String,
    /// The sentences that it consists of.
    pub sources: Vec<Span>,
}

/// The length that fits without a wish, in characters.
#[must_use]
pub const fn usual_chars(language: Language) -> usize {
    match language {
        Language::En => 300,
        Language::Zh => 120,
    }
}

/// The weightiest sentences that fit into `chars_max` characters; `None` if not even one does.
#[must_use]
pub fn summary(text: &str, language: Option<Language>, chars_max: usize) -> Option<Summary> {
    let language = language.unwrap_or_else(|| language::detect(text));
    let found = sentences::sentences(&Reading::of(text));
    let weights = sentences::weights(&found, language);
    let mut ranked: Vec<usize> = (0..found.len()).collect();
    let weight = |at: usize| weights.get(at).copied().unwrap_or_default();
    ranked.sort_by(|a, b| weight(*b).total_cmp(&weight(*a)));
    let (mut chosen, mut length) = (Vec::new(), 0);
    for at in ranked {
        let chars = found.get(at).map_or(0, |sentence| sentence.text.chars().count() + 1);
        if length + chars <= chars_max + 1 {
            length += chars;
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    let picked: Vec<_> = chosen.into_iter().filter_map(|at| found.get(at)).collect();
    let between = if language == Language::Zh { "" } else { " " };
    let made = picked.iter().map(|s| s.text.as_str()).collect::<Vec<_>>().join(between);
    let faithful = faithful::added(text, &made).is_empty();
    let sources = picked.iter().map(|sentence| sentence.span).collect();
    (!made.is_empty() && faithful).then_some(Summary { text: made, sources })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_made_of_the_text() {
        let text = include_str!("../tests/texts/english.txt");
        for paragraph in text.lines() {
            let made = summary(paragraph, None, 200).unwrap();
            assert!(made.text.chars().count() <= 200);
            assert!(paragraph.contains(made.text.split(". ").next().unwrap()));
        }
        assert_eq!(summary("", None, 200), None);
    }
}
