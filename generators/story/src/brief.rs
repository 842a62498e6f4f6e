//! What a story is asked to be.

use serde::{Deserialize, Serialize};

use crate::StoryError;

pub(crate) const BRIEF_MAX: usize = 8_000;
pub(crate) const SOURCES_MAX: usize = 20;
const SOURCE_MAX: usize = 200_000;
const SHORT_MAX: usize = 500;
const CHARACTERS_MAX: usize = 8;

/// What a story is asked to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brief {
    /// What the story is about, in words; at most 8,000 characters.
    pub brief: String,
    /// What it may draw its facts from; at most 20.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// Its language, as a BCP 47 tag.
    #[serde(default = "english")]
    pub language: String,
    /// How many chapters, 1 to 12.
    #[serde(default = "three")]
    pub chapters: u32,
    /// Whether each chapter gets a picture.
    #[serde(default = "yes")]
    pub illustrations: bool,
    /// Whether it is read aloud.
    #[serde(default)]
    pub narration: bool,
    /// How pictures are to look; without one the seed chooses.
    #[serde(default)]
    pub style: Option<String>,
    /// Who appears in it; at most 8.
    #[serde(default)]
    pub characters: Vec<Character>,
    /// Whom it is for.
    #[serde(default)]
    pub audience: Option<String>,
    /// Decides what the brief leaves open.
    #[serde(default)]
    pub seed: u64,
}

/// Something that a story may draw its facts from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// Where it is found.
    #[serde(default)]
    pub url: String,
    /// What it says; at most 200,000 characters.
    #[serde(default)]
    pub text: String,
}

/// Somebody in a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Character {
    /// The name.
    pub name: String,
    /// How the character looks in every picture; when empty, the seed chooses.
    #[serde(default)]
    pub looks: String,
}

fn english() -> String {
    "en".to_owned()
}

fn three() -> u32 {
    3
}

fn yes() -> bool {
    true
}

impl Brief {
    /// Reads a brief from JSON and checks it.
    ///
    /// # Errors
    /// Says which member cannot be read or is out of its range.
    pub fn parse(json: &[u8]) -> Result<Self, StoryError> {
        let brief: Self = serde_json::from_slice(json)
            .map_err(|error| StoryError::Unreadable(error.to_string()))?;
        brief.check().map(|()| brief)
    }

    /// Checks lengths and ranges.
    ///
    /// # Errors
    /// Says what is out of its range.
    pub fn check(&self) -> Result<(), StoryError> {
        if self.brief.trim().is_empty() {
            return Err(StoryError::Empty("brief"));
        }
        if !(1..=12).contains(&self.chapters) {
            return Err(StoryError::Chapters(self.chapters));
        }
        language(&self.language)?;
        within("brief", self.brief.chars().count(), BRIEF_MAX)?;
        within("list of sources", self.sources.len(), SOURCES_MAX)?;
        within("list of characters", self.characters.len(), CHARACTERS_MAX)?;
        for source in &self.sources {
            within("text of a source", source.text.chars().count(), SOURCE_MAX)?;
            within("title of a source", source.title.chars().count(), SHORT_MAX)?;
            within("address of a source", source.url.chars().count(), 2_000)?;
        }
        for character in &self.characters {
            if character.name.trim().is_empty() {
                return Err(StoryError::Empty("name of a character"));
            }
            within("name of a character", character.name.chars().count(), 80)?;
            within("looks of a character", character.looks.chars().count(), SHORT_MAX)?;
        }
        within("style", self.style.as_ref().map_or(0, |style| style.chars().count()), SHORT_MAX)?;
        let audience = self.audience.as_ref().map_or(0, |audience| audience.chars().count());
        within("audience", audience, SHORT_MAX)
    }

    /// Whether it is to be written in Chinese.
    pub(crate) fn chinese(&self) -> bool {
        is_chinese(&self.language)
    }
}

/// Whether a language tag names Chinese.
pub(crate) fn is_chinese(tag: &str) -> bool {
    tag.split('-').next().is_some_and(|main| main.eq_ignore_ascii_case("zh"))
}

/// Checks the form of a language tag.
pub(crate) fn language(tag: &str) -> Result<(), StoryError> {
    let part = |part: &str| {
        (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let main = tag.split('-').next().unwrap_or_default();
    let fits = tag.len() <= 35
        && (2..=3).contains(&main.len())
        && main.chars().all(|c| c.is_ascii_alphabetic())
        && tag.split('-').all(part);
    if fits { Ok(()) } else { Err(StoryError::Language(tag.chars().take(40).collect())) }
}

pub(crate) fn within(what: &'static str, given: usize, most: usize) -> Result<(), StoryError> {
    if given <= most { Ok(()) } else { Err(StoryError::TooLong { what, given, most }) }
}
