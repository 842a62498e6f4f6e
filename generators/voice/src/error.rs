//! Why nothing was said, and what to do about it.

/// Why nothing was said. Every message says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum VoiceError {
    /// There is no word in the text.
    #[error("there is nothing to say: give at least one word in English or Chinese, or a number")]
    NothingToSay,
    /// More text than is taken at once.
    #[error("the text has {given} characters: give at most {most} at once")]
    TooLong {
        /// How many characters there are.
        given: usize,
        /// How many are taken.
        most: usize,
    },
    /// The speed is outside its range.
    #[error("the speed is {0}: give one from 0.25 to 4")]
    SpeedOutOfRange(f32),
    /// The loudness is outside its range.
    #[error("the loudness is {0} LUFS: give one from -40 to -10")]
    LoudnessOutOfRange(f64),
    /// Text that begins with `<speak>` is not well formed.
    #[error("line {line}, column {column}: {what}")]
    Markup {
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What is wrong and what was expected.
        what: String,
    },
    /// The samples could not be measured.
    #[error("the loudness could not be measured: {0}; report this text")]
    Loudness(String),
    /// The caller no longer wants the result.
    #[error("stopped, as nobody waits for the result")]
    Cancelled,
}
