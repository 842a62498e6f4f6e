//! Correction by an edit-minimal difference: every change has its place, its kind and its reason.
//!
//! A rule that is not sure stays silent: an editor forgives what was overlooked, not what was
//! spoiled. Names, links, code and quoted words are not touched.

mod chinese;
mod english;
pub mod training;

use serde::Serialize;
use types::{Language, Span};

use crate::{language, reading::Reading};

/// A Chinese text in words with the first letters of their parts of speech; other text is left out.
pub(crate) fn segments(text: &str) -> Vec<(String, char)> {
    chinese::words_of(&Reading::of(text))
}

/// What kind of slip it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A word or character that is written wrong.
    Spelling,
    /// A word that does not fit its sentence.
    Grammar,
    /// A mark or a blank.
    Punctuation,
    /// Right, but not as newsrooms write.
    Style,
}

/// One proposed change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Correction {
    /// Where, in code points of the text; empty where something is missing.
    #[serde(flatten)]
    pub span: Span,
    /// What stands there.
    pub original: String,
    /// What kind of slip it is.
    pub kind: Kind,
    /// The rule's name.
    pub rule: &'static str,
    /// Why, in the text's language.
    pub message: String,
    /// What should stand there, the likeliest first; empty if that is for a person to say.
    pub replacements: Vec<String>,
}

/// A text with what should change in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Corrected {
    /// The language whose rules were used.
    pub language: Language,
    /// In order, without overlap.
    pub corrections: Vec<Correction>,
    /// The text with the first replacement of each.
    pub text: String,
}

/// Corrects a text; without `language` by the one that it is written in. Takes time proportional
/// to its length.
#[must_use]
pub fn correct(text: &str, language: Option<Language>) -> Corrected {
    let language = language.unwrap_or_else(|| language::detect(text));
    let reading = Reading::of(text);
    let found = match language {
        Language::En => english::corrections(&reading),
        Language::Zh => chinese::corrections(&reading),
    };
    let corrections = apart(found);
    let text = apply(&reading.chars, &corrections);
    Corrected { language, corrections, text }
}

/// Rules tell their finds in order of trust: what overlaps an earlier find is dropped.
fn apart(found: Vec<Correction>) -> Vec<Correction> {
    let mut ranked: Vec<(usize, Correction)> = found.into_iter().enumerate().collect();
    ranked.sort_by_key(|(rank, correction)| (correction.span.start, *rank));
    let mut kept: Vec<(usize, Correction)> = Vec::with_capacity(ranked.len());
    for (rank, correction) in ranked {
        match kept.last_mut() {
            Some((last_rank, last)) if touches(&last.span, &correction.span) => {
                if rank < *last_rank {
                    (*last_rank, *last) = (rank, correction);
                }
            }
            _ => kept.push((rank, correction)),
        }
    }
    kept.into_iter().map(|(_, correction)| correction).collect()
}

fn touches(a: &Span, b: &Span) -> bool {
    b.start < a.end || b.start == a.start
}

fn apply(chars: &[char], corrections: &[Correction]) -> String {
    let mut text = String::with_capacity(chars.len() * 2);
    let mut at = 0;
    for correction in corrections {
        let Some(replacement) = correction.replacements.first() else { continue };
        text.extend(chars.get(at..correction.span.start).unwrap_or_default());
        text.push_str(replacement);
        at = correction.span.end;
    }
    text.extend(chars.get(at..).unwrap_or_default());
    text
}

/// Collects finds about one text.
#[derive(Debug)]
struct Finds<'a> {
    reading: &'a Reading,
    found: Vec<Correction>,
}

impl<'a> Finds<'a> {
    const fn new(reading: &'a Reading) -> Self {
        Self { reading, found: Vec::new() }
    }

    /// Proposes to replace a stretch by one of several texts.
    fn replace(
        &mut self,
        (start, end): (usize, usize),
        rule: &Rule,
        replacements: Vec<String>,
        message: String,
    ) {
        let original = self.reading.text(start, end);
        if replacements.first() == Some(&original) {
            return;
        }
        let span = Span { start, end };
        let Rule { kind, name } = *rule;
        self.found.push(Correction { span, original, kind, rule: name, message, replacements });
    }
}

/// A rule's name and the kind of its finds.
#[derive(Debug, Clone, Copy)]
struct Rule {
    kind: Kind,
    name: &'static str,
}
