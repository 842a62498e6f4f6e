//! Marks and fingerprints on whole files and texts, one module for each behaviour.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]
#![expect(clippy::indexing_slicing, reason = "tests index what they have made")]

mod avif;
mod files;
mod fingerprints;
mod image;
mod labels;
mod language;
mod scenes;
mod sounds;
mod text;
mod text_characters;
mod tunes;
mod video;
