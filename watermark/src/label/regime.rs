//! What rules ask of labels: facts with their source, in a data file.

use serde::Deserialize;
use types::Language;

use super::{Corner, Place, SoundKind, refused};
use crate::WatermarkError;

/// The facts that come with the program.
const BUILT_IN: &str = include_str!("regimes.toml");

/// What one set of rules asks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// The name in the configuration, such as `eu-art50`.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Where the facts stand written.
    pub source: String,
    /// Since when it applies, as a date or in words.
    pub in_force: String,
    /// When the facts were last compared with their source.
    pub checked: String,
    /// Of each list, one word must be in every label.
    pub elements: Vec<Vec<String>>,
    /// Of a picture.
    pub picture: AskedPicture,
    /// Of a text.
    pub text: AskedText,
    /// Of a sound.
    pub sound: AskedSound,
    /// Of a video.
    pub movie: AskedMovie,
}

/// A label's words in the languages of the program.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// For readers of English.
    pub en: String,
    /// For readers of Chinese.
    pub zh: String,
}

impl Texts {
    /// The words in a language.
    #[must_use]
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Zh => &self.zh,
        }
    }
}

/// What is asked of a picture.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedPicture {
    /// What it says.
    pub texts: Texts,
    /// Where it stands; `None` where any corner will do.
    pub corner: Option<Corner>,
    /// The least height of a glyph in per cent of the shorter side; 0 where no number is given.
    pub height_percent_min: f64,
}

/// What is asked of a text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedText {
    /// What it says.
    pub texts: Texts,
    /// Where it may stand, the best first.
    pub places: Vec<Place>,
    /// Whether a published text owes no label once a person has reviewed it and somebody holds
    /// editorial responsibility for it.
    #[serde(default)]
    pub exempt_after_review: bool,
}

/// What is asked of a sound.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedSound {
    /// What a speaker says.
    pub texts: Texts,
    /// How it may be said.
    pub kinds: Vec<SoundKind>,
    /// Whether it stands in front.
    pub start: bool,
    /// Whether it is repeated at the end.
    pub end: bool,
}

/// What is asked of a video.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedMovie {
    /// What it says.
    pub texts: Texts,
    /// Where it stands; `None` where any corner will do.
    pub corner: Option<Corner>,
    /// The least height of a glyph in per cent of the shorter side; 0 where no number is given.
    pub height_percent_min: f64,
    /// How long it stands from the opening frame on, in seconds; 0: in every frame.
    pub seconds_min: f64,
}

/// What is asked by all of several regimes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    regime: Vec<Regime>,
}

impl Asked {
    /// The regimes that come with the program.
    ///
    /// # Errors
    /// [`WatermarkError::Label`] when their file is damaged.
    pub fn built_in() -> Result<Self, WatermarkError> {
        toml::from_str(BUILT_IN)
            .map_err(|error| refused(format!("the facts about regimes cannot be read: {error}")))
    }

    /// The names of all regimes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.regime.iter().map(|regime| regime.id.as_str())
    }

    /// All regimes.
    #[must_use]
    pub fn regimes(&self) -> &[Regime] {
        &self.regime
    }

    /// Whether all regimes excuse a text from its label that a person has reviewed.
    #[must_use]
    pub fn excuses_reviewed_texts(&self) -> bool {
        self.regime.iter().all(|regime| regime.text.exempt_after_review)
    }

    /// Only the named regimes, in the order of the names.
    ///
    /// # Errors
    /// [`WatermarkError::Label`] naming what is not known and what there is.
    pub fn only<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, WatermarkError> {
        let find = |name: &str| {
            let found = self.regime.iter().find(|regime| regime.id == name);
            found.cloned().ok_or_else(|| {
                let known: Vec<&str> = self.names().collect();
                refused(format!("there is no regime `{name}`: choose among {}", known.join(", ")))
            })
        };
        let regime = names.into_iter().map(find).collect::<Result<_, _>>()?;
        Ok(Self { regime })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label::{font, measure};

    #[test]
    fn every_text_holds_the_words_that_its_regime_asks_for() {
        for regime in Asked::built_in().unwrap().regimes() {
            let texts = [
                &regime.picture.texts,
                &regime.text.texts,
                &regime.sound.texts,
                &regime.movie.texts,
            ];
            for text in texts.iter().flat_map(|texts| [&texts.en, &texts.zh]) {
                assert!(measure::holds(text, &regime.elements), "{}: {text}", regime.id);
            }
            for texts in [&regime.picture.texts, &regime.movie.texts] {
                font::checked(&texts.en).unwrap();
                font::checked(&texts.zh).unwrap();
            }
            assert!(!regime.text.places.is_empty() && !regime.sound.kinds.is_empty());
        }
    }

    #[test]
    fn an_unknown_regime_is_refused_by_name() {
        let asked = Asked::built_in().unwrap();
        let error = asked.only(["eu-art50", "eu-art51"]).unwrap_err().to_string();
        assert!(error.contains("`eu-art51`") && error.contains("cn-gb45438"), "{error}");
        let some = asked.only(["ny-fair", "eu-art50"]).unwrap();
        assert_eq!(some.names().collect::<Vec<_>>(), ["ny-fair", "eu-art50"]);
    }
}
