//! What a story consists of when it is made: texts, pictures, narration.

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

use crate::{
    StoryError,
    brief::{language, within},
};

/// The longest text of a chapter, in characters.
const TEXT_MAX: usize = 400_000;

/// A file in a story.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its media type, for example `image/png`.
    pub media_type: String,
    /// Its detached C2PA manifest, where the file cannot hold one.
    pub sidecar: Option<Vec<u8>>,
}

/// A picture in a chapter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picture {
    /// The file.
    pub part: Part,
    /// What it shows, for those who do not see it.
    pub alt: String,
    /// What is written below it.
    pub caption: Option<String>,
}

/// When a stretch of a chapter's text is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Where the stretch begins in the text, in bytes.
    pub start: usize,
    /// Where it ends in the text, in bytes, excluded.
    pub end: usize,
    /// When it begins to sound, in milliseconds.
    pub from_ms: u64,
    /// When it has sounded, in milliseconds.
    pub to_ms: u64,
}

/// A chapter read aloud.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Narration {
    /// The file.
    pub part: Part,
    /// How long it is, in milliseconds.
    pub length_ms: u64,
    /// Words or sentences in their order; when empty, sentences share the time by their length.
    pub timings: Vec<Timing>,
}

/// Something that was drawn on, or somebody who took part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Credit {
    /// What it is, or who.
    pub title: String,
    /// Where it is found; made a link if it begins with `https://` or `http://`.
    pub url: String,
}

/// A chapter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chapter {
    /// Its heading.
    pub heading: String,
    /// Its text; line breaks part paragraphs.
    pub text: String,
    /// Its picture.
    pub picture: Option<Picture>,
    /// Itself read aloud.
    pub narration: Option<Narration>,
    /// What its facts were drawn from.
    pub sources: Vec<Credit>,
}

/// A story, ready to be bundled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Story {
    /// Its title.
    pub title: String,
    /// Its language, as a BCP 47 tag.
    pub language: String,
    /// Names it, for example `urn:uuid:…`.
    pub identifier: String,
    /// When it was last changed, as RFC 3339.
    pub modified: String,
    /// Who publishes it.
    pub publisher: String,
    /// The label that people must see: that it was generated with AI.
    pub notice: String,
    /// A sentence about what it is.
    pub summary: String,
    /// The picture on its cover; without one that of the first chapter that has one.
    pub cover: Option<Picture>,
    /// Its chapters.
    pub chapters: Vec<Chapter>,
    /// Models, voices and people that it was made with.
    pub credits: Vec<Credit>,
}

impl Story {
    /// Checks what every bundle needs.
    pub(crate) fn check(&self) -> Result<(), StoryError> {
        for (what, text) in [
            ("title", &self.title),
            ("notice", &self.notice),
            ("publisher", &self.publisher),
            ("identifier", &self.identifier),
        ] {
            let seen = text.chars().any(|c| crate::xml::allowed(c) && !c.is_whitespace());
            if !seen {
                return Err(StoryError::Empty(what));
            }
            within(what, text.chars().count(), 2_000)?;
        }
        if self.identifier.chars().any(|c| c.is_whitespace() || !crate::xml::allowed(c)) {
            return Err(StoryError::Identifier(self.identifier.chars().take(80).collect()));
        }
        language(&self.language)?;
        if self.chapters.is_empty() {
            return Err(StoryError::Empty("list of chapters"));
        }
        within("list of chapters", self.chapters.len(), 100)?;
        for (at, chapter) in self.chapters.iter().enumerate() {
            within("text of a chapter", chapter.text.chars().count(), TEXT_MAX)?;
            chapter.check_timings(at + 1)?;
        }
        self.modified_utc().map(drop)
    }

    /// The time of its last change in the form `2026-11-29T10:00:00Z`.
    pub(crate) fn modified_utc(&self) -> Result<String, StoryError> {
        let wrong = || StoryError::Time(self.modified.chars().take(80).collect());
        let time = OffsetDateTime::parse(&self.modified, &Rfc3339).map_err(|_| wrong())?;
        let time = time.checked_to_offset(UtcOffset::UTC).ok_or_else(wrong)?;
        let time = time.replace_nanosecond(0).map_err(|_| wrong())?;
        time.format(&Rfc3339).map_err(|_| wrong())
    }

    /// The picture that stands for the story.
    pub(crate) fn face(&self) -> Option<&Picture> {
        self.cover.as_ref().or_else(|| self.chapters.iter().find_map(|c| c.picture.as_ref()))
    }
}

impl Chapter {
    fn check_timings(&self, chapter: usize) -> Result<(), StoryError> {
        let Some(narration) = &self.narration else { return Ok(()) };
        let mut before = (0, 0);
        for (place, timing) in narration.timings.iter().enumerate() {
            let fault = |fault| StoryError::Timing { chapter, timing: place, fault };
            if timing.start >= timing.end || self.text.get(timing.start..timing.end).is_none() {
                return Err(fault("does not lie in the text"));
            }
            if timing.from_ms > timing.to_ms || timing.to_ms > narration.length_ms {
                return Err(fault("does not lie in the sound"));
            }
            if timing.start < before.0 || timing.from_ms < before.1 {
                return Err(fault("comes before the one before it"));
            }
            before = (timing.end, timing.from_ms);
        }
        Ok(())
    }
}
