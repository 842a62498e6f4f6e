//! What a session is asked to be.

use serde::{Deserialize, Serialize};

use crate::SceneError;

/// What kind of thing a session shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A product with headline, copy and a call, which learn from feedback.
    Advertisement,
    /// A place with characters who answer.
    Scene,
}

/// What a session is asked to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brief {
    /// What it shows.
    pub kind: Kind,
    /// The place, its weather and hour, and the things in it, in words; at most 2,000 characters.
    #[serde(default)]
    pub prompt: String,
    /// `en` or `zh`.
    #[serde(default = "english")]
    pub language: String,
    /// Decides what the brief leaves open.
    #[serde(default)]
    pub seed: u64,
    /// What an advertisement is about.
    #[serde(default)]
    pub product: Option<Product>,
    /// Whom it is for, in a few words.
    #[serde(default)]
    pub audience: Option<String>,
    /// Who is to be in the scene; at most 6.
    #[serde(default)]
    pub characters: Vec<CharacterWish>,
}

/// What an advertisement is about. Nothing is said about it that does not stand here.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Its name.
    pub name: String,
    /// What it is, for example `lamp`: chooses its shape.
    #[serde(default)]
    pub category: String,
    /// Facts, as pairs of what and how much, in the words that are to be shown; at most 12.
    #[serde(default)]
    pub facts: Vec<(String, String)>,
    /// The price as it is to be shown, with its currency.
    #[serde(default)]
    pub price: Option<String>,
}

/// Who is to be in a scene.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CharacterWish {
    /// The name.
    pub name: String,
    /// What the character does here, for example `fisher`.
    #[serde(default)]
    pub role: String,
    /// What the character wants to tell or to reach.
    #[serde(default)]
    pub goal: String,
}

fn english() -> String {
    "en".to_owned()
}

impl Brief {
    /// Reads a brief from JSON and checks it.
    ///
    /// # Errors
    /// Says which member cannot be read or is out of its range.
    pub fn parse(json: &[u8]) -> Result<Self, SceneError> {
        let brief: Self = serde_json::from_slice(json)
            .map_err(|error| SceneError::Unreadable { what: "brief", fault: error.to_string() })?;
        brief.check().map(|()| brief)
    }

    /// Checks lengths and what is needed.
    ///
    /// # Errors
    /// Says what is missing or out of its range.
    pub fn check(&self) -> Result<(), SceneError> {
        if !matches!(self.language.as_str(), "en" | "zh") {
            return Err(SceneError::Language(self.language.chars().take(40).collect()));
        }
        within("prompt", &self.prompt, 2_000)?;
        within("audience", self.audience.as_deref().unwrap_or_default(), 120)?;
        count("list of characters", self.characters.len(), 6)?;
        for wish in &self.characters {
            within("name of a character", &wish.name, 40)?;
            within("role of a character", &wish.role, 80)?;
            within("goal of a character", &wish.goal, 300)?;
            if !is_said(&wish.name) {
                return Err(SceneError::Empty("name of a character"));
            }
        }
        match (&self.product, self.kind) {
            (Some(product), _) => product.check(),
            (None, Kind::Advertisement) => Err(SceneError::NoProduct),
            (None, Kind::Scene) if !is_said(&self.prompt) => Err(SceneError::Empty("prompt")),
            (None, Kind::Scene) => Ok(()),
        }
    }

    pub(crate) fn chinese(&self) -> bool {
        self.language == "zh"
    }
}

impl Product {
    fn check(&self) -> Result<(), SceneError> {
        if !is_said(&self.name) {
            return Err(SceneError::NoProduct);
        }
        within("name of the product", &self.name, 80)?;
        within("category of the product", &self.category, 40)?;
        within("price", self.price.as_deref().unwrap_or_default(), 40)?;
        count("list of facts", self.facts.len(), 12)?;
        for (name, value) in &self.facts {
            within("name of a fact", name, 60)?;
            within("value of a fact", value, 120)?;
        }
        Ok(())
    }
}

fn within(what: &'static str, text: &str, most: usize) -> Result<(), SceneError> {
    count(what, text.chars().count(), most)
}

fn count(what: &'static str, given: usize, most: usize) -> Result<(), SceneError> {
    if given <= most { Ok(()) } else { Err(SceneError::TooLong { what, given, most }) }
}

/// Whether a text has something to read.
pub(crate) fn is_said(text: &str) -> bool {
    text.chars().any(|c| !c.is_control() && !c.is_whitespace())
}

/// A text without control characters and marks that turn its direction, on one line.
pub(crate) fn clean(text: &str) -> String {
    let turned = |c: &char| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let text: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(turned).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
