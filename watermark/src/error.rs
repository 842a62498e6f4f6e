//! Why an asset cannot be marked or read.

/// A picture, sound, video or text that cannot be marked, searched or fingerprinted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WatermarkError {
    /// The picture has too few pixels to carry a payload that survives anything.
    #[error(
        "{width}×{height} pixels are too few to carry a mark: give at least {min} on each side"
    )]
    TooSmall {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// The least number of pixels on each side.
        min: u32,
    },
    /// The picture would take too much memory.
    #[error("{width}×{height} pixels are too many: give at most {pixels_max} pixels")]
    TooLarge {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
        /// The greatest number of pixels.
        pixels_max: u64,
    },
    /// There is too little sound to carry a payload; silence carries nothing.
    #[error(
        "{length_ms} ms of sound are too short to carry a mark: give at least {min_ms} ms that are not silent"
    )]
    TooShort {
        /// The length of what is not silent, in milliseconds.
        length_ms: u64,
        /// The least length in milliseconds.
        min_ms: u64,
    },
    /// The sound would take too much memory.
    #[error("the sound is too long: give at most {samples_max} samples over all channels")]
    TooLong {
        /// The greatest number of samples over all channels.
        samples_max: u64,
    },
    /// The bytes are not a picture, sound or video, or are damaged.
    #[error("the file cannot be read: {reason}")]
    Unreadable {
        /// What the decoder said.
        reason: String,
    },
    /// The file is of a kind that would lose something by being marked, or that is not known.
    #[error("the file cannot be used: {reason}")]
    Unsupported {
        /// What would be lost, and what to give instead.
        reason: String,
    },
    /// The marked file could not be written.
    #[error("the marked file cannot be written: {reason}")]
    Unwritable {
        /// What the encoder said.
        reason: String,
    },
    /// A label that people can see, hear or read cannot be written or looked for.
    #[error("the label cannot be written: {reason}")]
    Label {
        /// What is in its way, and what to do.
        reason: String,
    },
    /// The text has too few words to carry an id in invisible characters.
    #[error("the text has {places} places for invisible characters: an id needs at least {min}")]
    FewPlaces {
        /// Words, or Chinese and Japanese characters, that can carry a group.
        places: usize,
        /// The least number of them.
        min: usize,
    },
    /// The text already holds invisible characters like those that would carry the id.
    #[error(
        "the text already holds invisible characters of a mark or a manifest: strip them first"
    )]
    Occupied,
}
