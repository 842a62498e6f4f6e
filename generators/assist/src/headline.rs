//! Headlines out of a text's own sentences, shortened until they fit.

mod chinese;
mod english;

use serde::Serialize;
use types::{Language, Span};

use crate::{
    faithful, language,
    profile::{Length, Proposal},
    reading::Reading,
    sentences,
};

/// Most headlines that are proposed.
const HEADLINES_MAX: usize = 5;
/// Sentences from which headlines are made: the first ones, and the weightiest.
const SENTENCES_MAX: usize = 8;

/// A headline and the sentence that it was made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Headline {
    /// The headline.
    pub text: String,
    /// The sentence that it shortens.
    pub source: Span,
    /// How well it stands for the text; the higher the better.
    pub score: f32,
}

impl Proposal for Headline {
    fn base(&self) -> f32 {
        self.score
    }

    fn features(&self) -> Vec<String> {
        let usual = usual_chars(language::detect(&self.text));
        let length = Length::of(self.text.chars().count(), usual * 3 / 4).name();
        let figure = if self.text.chars().any(char::is_numeric) { "yes" } else { "no" };
        vec!["kind:headline".to_owned(), format!("length:{length}"), format!("figure:{figure}")]
    }

    fn text(&self) -> &str {
        &self.text
    }
}

/// The length that fits without a wish, in characters.
#[must_use]
pub const fn usual_chars(language: Language) -> usize {
    match language {
        Language::En => 70,
        Language::Zh => 24,
    }
}

/// Headlines of at most `chars_max` characters, the best first. Every name and number in them is
/// in the text: one that is not so is dropped. None if no sentence can be made short enough.
#[must_use]
pub fn headlines(text: &str, language: Option<Language>, chars_max: usize) -> Vec<Headline> {
    let language = language.unwrap_or_else(|| language::detect(text));
    let found = sentences::sentences(&Reading::of(text));
    let weights = sentences::weights(&found, language);
    let mut ranked: Vec<_> = found.iter().zip(weights).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut made: Vec<Headline> = Vec::new();
    for (sentence, weight) in ranked.into_iter().take(SENTENCES_MAX) {
        let versions = match language {
            Language::En => english::shortened(&sentence.text, chars_max),
            Language::Zh => chinese::shortened(&sentence.text, chars_max),
        };
        for (rank, text) in versions.into_iter().enumerate() {
            let score = weight - 0.1 * rank as f32;
            let fits = !text.is_empty() && text.chars().count() <= chars_max;
            let known = made.iter().any(|headline| headline.text == text);
            if fits && !known && faithful::added(&sentence.text, &text).is_empty() {
                made.push(Headline { text, source: sentence.span, score });
            }
        }
    }
    made.sort_by(|a, b| b.score.total_cmp(&a.score));
    made.truncate(HEADLINES_MAX);
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headlines_fit_and_add_nothing() {
        let texts = [
            include_str!("../tests/texts/english.txt"),
            include_str!("../tests/texts/chinese.txt"),
        ];
        for paragraph in texts.iter().flat_map(|text| text.lines()) {
            let language = language::detect(paragraph);
            let made = headlines(paragraph, None, usual_chars(language));
            assert!(!made.is_empty(), "{paragraph}");
            for headline in made {
                assert!(headline.text.chars().count() <= usual_chars(language));
                assert_eq!(
                    faithful::added(paragraph, &headline.text),
                    [""; 0],
                    "{}",
                    headline.text
                );
            }
        }
    }

    #[test]
    fn nothing_makes_no_headline() {
        for text in ["", " ", "...", "。。", "\u{0}"] {
            assert_eq!(headlines(text, None, 70), [], "{text:?}");
        }
    }
}
