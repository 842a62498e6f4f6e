//! Why an asset cannot be marked or read.

/// A picture that cannot be marked, searched or fingerprinted.
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
    /// The bytes are not a picture, or are damaged.
    #[error("the file cannot be read: {reason}")]
    Unreadable {
        /// What the decoder said.
        reason: String,
    },
    /// The picture is of a kind that would lose something by being marked.
    #[error("the file cannot be used: {reason}")]
    Unsupported {
        /// What would be lost, and what to give instead.
        reason: String,
    },
    /// The marked picture could not be written.
    #[error("the marked file cannot be written: {reason}")]
    Unwritable {
        /// What the encoder said.
        reason: String,
    },
}
