//! What a text still lacks, and what could be asked next: from its own words.

mod checks;
mod phrases;

use serde::Serialize;
use types::{Language, Span};

use crate::{
    language,
    profile::{Length, Profile, Proposal},
    topics,
};

/// Most ideas that are told.
const IDEAS_MAX: usize = 12;

/// What an idea is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// Nobody is named.
    Who,
    /// No time is named.
    When,
    /// No place is named.
    Where,
    /// Nobody says how it is known.
    Source,
    /// A claim without somebody who makes it.
    Claim,
    /// The words of somebody concerned.
    Voice,
    /// A number, or its meaning.
    Number,
    /// Who did it is hidden by the passive.
    Passive,
    /// A sentence that is too long.
    LongSentence,
    /// Letters that are not explained.
    Acronym,
    /// A side of the matter that readers ask about.
    Angle,
}

/// A next step for the writer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Idea {
    /// What it is about.
    pub matter: Matter,
    /// The idea, in the text's language.
    pub text: String,
    /// The stretch that it is about, if it is about one.
    pub span: Option<Span>,
    /// The text's field, for angles.
    pub topic: Option<&'static str>,
    /// How much it matters, from 0 to 1, before taste.
    pub weight: f32,
}

impl Proposal for Idea {
    fn base(&self) -> f32 {
        self.weight
    }

    fn features(&self) -> Vec<String> {
        let length = Length::of(self.text.chars().count(), 60).name();
        let mut features =
            vec![format!("matter:{}", self.matter.name()), format!("length:{length}")];
        features.extend(self.topic.map(|topic| format!("topic:{topic}")));
        features
    }

    fn text(&self) -> &str {
        &self.text
    }
}

impl Matter {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Who => "who",
            Self::When => "when",
            Self::Where => "where",
            Self::Source => "source",
            Self::Claim => "claim",
            Self::Voice => "voice",
            Self::Number => "number",
            Self::Passive => "passive",
            Self::LongSentence => "long_sentence",
            Self::Acronym => "acronym",
            Self::Angle => "angle",
        }
    }
}

/// Ideas about a text, the best for the person first. None about a text without words.
#[must_use]
pub fn ideas(text: &str, language: Option<Language>, profile: &Profile) -> Vec<Idea> {
    let language = language.unwrap_or_else(|| language::detect(text));
    if !text.chars().any(char::is_alphabetic) {
        return Vec::new();
    }
    let mut found = checks::ideas(text, language);
    for (rank, topic) in topics::topics(text, language).into_iter().enumerate() {
        let [english, chinese] = topic.angles;
        let angles = if language == Language::Zh { chinese } else { english };
        found.extend(angles.into_iter().map(|angle| Idea {
            matter: Matter::Angle,
            text: angle.to_owned(),
            span: None,
            topic: Some(topic.name),
            weight: 0.45 - 0.1 * rank as f32,
        }));
    }
    profile.rank(&mut found);
    found.truncate(IDEAS_MAX);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Verdict;

    fn matters(text: &str) -> Vec<Matter> {
        ideas(text, None, &Profile::default()).into_iter().map(|idea| idea.matter).collect()
    }

    #[test]
    fn what_is_missing_is_asked() {
        let bare = matters("The bridge was closed. It is the worst delay ever.");
        for matter in [
            Matter::Who,
            Matter::When,
            Matter::Source,
            Matter::Voice,
            Matter::Passive,
            Matter::Claim,
        ] {
            assert!(bare.contains(&matter), "{matter:?} in {bare:?}");
        }
        let full = matters(
            "On Tuesday the mayor of Bergen, Anna Olsen, said: “We will open the bridge in 14 days.”",
        );
        for matter in [Matter::Who, Matter::When, Matter::Where, Matter::Source, Matter::Voice] {
            assert!(!full.contains(&matter), "{matter:?} in {full:?}");
        }
    }

    #[test]
    fn chinese_is_asked_in_chinese() {
        let bare = matters("大桥被关闭了。这是史上最严重的延误。");
        for matter in [Matter::When, Matter::Source, Matter::Voice, Matter::Claim] {
            assert!(bare.contains(&matter), "{matter:?} in {bare:?}");
        }
        let full = matters("星期二，卑尔根市长张伟表示：“大桥将在十四天内开放。”");
        for matter in [Matter::When, Matter::Source, Matter::Voice] {
            assert!(!full.contains(&matter), "{matter:?} in {full:?}");
        }
    }

    #[test]
    fn acronyms_and_long_sentences_are_told() {
        assert!(matters("The XQR met.").contains(&Matter::Acronym));
        assert!(
            !matters("The Export Quality Register (XQR) met. The XQR agreed. The UK, too.")
                .contains(&Matter::Acronym)
        );
        assert!(
            matters(&format!("The man said {}.", "that the dog ran and ".repeat(10)))
                .contains(&Matter::LongSentence)
        );
    }

    #[test]
    fn taste_orders_ideas() {
        let text = include_str!("../tests/texts/english.txt").lines().next().unwrap();
        let plain = ideas(text, None, &Profile::default());
        let last = plain.last().unwrap().clone();
        let mut profile = Profile::default();
        for _ in 0..8 {
            profile.learn(&last, Verdict::Accepted);
            profile.learn(plain.first().unwrap(), Verdict::Rejected);
        }
        let taught = ideas(text, None, &profile);
        assert_eq!(taught.first().map(|idea| idea.matter), Some(last.matter));
        assert_eq!(taught.len(), plain.len());
    }

    #[test]
    fn nothing_has_no_ideas() {
        for text in ["", "\u{0}", "12 34", "…"] {
            assert_eq!(ideas(text, None, &Profile::default()), [], "{text:?}");
        }
    }
}
