//! Why a story was not planned or bundled, and what to do about it.

/// Why a story was not planned or bundled. Every message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoryError {
    /// The JSON of a brief does not have its form.
    #[error("the brief cannot be read: {0}")]
    Unreadable(String),
    /// Something that is needed is not there.
    #[error("the {0} is empty: give some")]
    Empty(&'static str),
    /// Something is longer than is taken.
    #[error("the {what} has {given} characters or entries: give at most {most}")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// How long it is.
        given: usize,
        /// The most that is taken.
        most: usize,
    },
    /// The number of chapters is outside its range.
    #[error("a story of {0} chapters was asked for: ask for 1 to 12")]
    Chapters(u32),
    /// Not a language tag.
    #[error("`{0}` is no language tag: give one such as `en` or `zh-Hans`")]
    Language(String),
    /// Not a time.
    #[error("`{0}` is no RFC 3339 time: give one such as `2026-11-29T10:00:00Z`")]
    Time(String),
    /// Not an identifier.
    #[error("`{0}` is no identifier: give a URN such as `urn:uuid:…`")]
    Identifier(String),
    /// A media type that an EPUB may not hold.
    #[error(
        "chapter {chapter} holds `{media_type}`: an EPUB takes PNG, JPEG, GIF, WebP or SVG pictures, and MP3 (audio/mpeg), AAC in MP4 (audio/mp4) or Opus in Ogg (audio/ogg) sound"
    )]
    MediaType {
        /// Which chapter, from 1; 0 for the cover.
        chapter: usize,
        /// Its media type.
        media_type: String,
    },
    /// A timing does not lie in its text or its sound.
    #[error(
        "timing {timing} of chapter {chapter} {fault}: timings are byte ranges of the text, in order"
    )]
    Timing {
        /// Which chapter, from 1.
        chapter: usize,
        /// Which of its timings, from 0.
        timing: usize,
        /// What is wrong with it.
        fault: &'static str,
    },
    /// The bundle could not be written.
    #[error("the bundle could not be written: {0}")]
    Bundle(String),
}
