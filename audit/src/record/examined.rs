//! What the program found when it looked again at a file that it had released.
//!
//! Closed facts only: codes, counts and digests, nothing that a file says in words.

use serde::{Deserialize, Serialize};
use types::{MediaType, Sha256};

/// A released file that the program has looked at again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExaminedRecord {
    /// The program that looked, with its version.
    pub software: String,
    /// Index of the record with which the asset left the line.
    pub made: u64,
    /// What the file is, by that record.
    pub media_type: MediaType,
    /// SHA-256 of the file, by that record.
    pub sha256: Sha256,
    /// Who has made it, by that record.
    pub maker: Maker,
    /// Whether it carries a mark, by that record.
    pub marked: bool,
    /// Whether the file is in the store as it was recorded.
    pub kept: Kept,
    /// The same of the file that was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Kept>,
    /// Out of how many it was drawn at random; absent where every one was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawn_from: Option<u64>,
    /// What the file shows, where it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shows: Option<ShownRecord>,
}

/// Who has made an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Maker {
    /// A model that was trained.
    Model,
    /// Rules that were written.
    Rules,
    /// A model that is not configured any more, so it is not known which of the two.
    Unknown,
    /// Nobody here: the file was brought in.
    Brought,
}

/// What became of a stored file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// It is there, byte for byte.
    Whole,
    /// It is not there.
    Missing,
    /// It is not the file that was recorded.
    Changed,
}

/// What a file shows to whoever checks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownRecord {
    /// The verdict about its credentials, such as `trusted`.
    pub verdict: String,
    /// The time-stamp of its signature, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Stamp>,
    /// The source type that the manifest states: IPTC's term, or `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_type: Option<String>,
    /// The same in the file's XMP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xmp_source_type: Option<String>,
    /// Whom the credentials name as provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// How much of the recorded system is named in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<System>,
    /// Whose AIGC object (GB 45438-2025) is in its metadata.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aigc: Option<Producer>,
    /// How many ingredients the manifest lists.
    pub ingredients: u64,
    /// The mark in the file; absent where none was put in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<MarkRead>,
    /// What the public detector answers.
    pub answer: AnswerRecord,
    /// The same without metadata, coded once more; absent where that could not be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recoded: Option<RecodedRecord>,
}

/// A file without its metadata that was coded once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecodedRecord {
    /// How it was coded.
    pub coding: Coding,
    /// The mark in it; absent where none was put in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<MarkRead>,
    /// What the public detector answers.
    pub answer: AnswerRecord,
}

/// How a file was coded once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coding {
    /// A picture as JPEG of quality 75.
    Jpeg75,
    /// A sound as MP3.
    Mp3,
    /// A sound as Opus, where MP3 does not take it.
    Opus,
    /// A video as H.264.
    H264,
}

/// Who vouches for the time of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stamp {
    /// An authority on a list.
    Listed,
    /// Another authority.
    Unlisted,
}

/// Whom credentials name as provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// The configured publisher.
    Publisher,
    /// Another organisation.
    Other,
}

/// How much of the recorded system a file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// Its name and version.
    NameAndVersion,
    /// Its name.
    Name,
}

/// Whom an AIGC object names as producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Producer {
    /// This installation, with the asset's id.
    Own,
    /// Somebody else.
    Other,
}

/// What was read of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkRead {
    /// The mark on record: its id leads to the asset. A mark in the choice of words has no id; then
    /// its key was found.
    Recorded,
    /// Another one.
    Other,
    /// None.
    Nothing,
}

/// What the public detector answers about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerRecord {
    /// What it says of the origin.
    pub says: Says,
    /// Something in it is about a person: a pseudonym, a desk, a named actor.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub names_people: bool,
}

/// What an answer says of the origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// Who signed it: its credentials are intact.
    Signer,
    /// That it was made here.
    Origin,
    /// That it carries a mark, and not whose asset it is.
    Mark,
    /// Nothing.
    Nothing,
}

impl ExaminedRecord {
    /// Whether everything that was looked for is in the store, byte for byte.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.kept == Kept::Whole && self.published.is_none_or(|kept| kept == Kept::Whole)
    }
}
