//! Why a film was not made, and what to do about it.

/// Why a film was not made. Every message says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FilmError {
    /// A side of the film is odd, too short or too long.
    #[error("the film is {width}×{height}: give even sides from 160 to 1920 pixels")]
    Size {
        /// Stated width in pixels.
        width: u32,
        /// Stated height in pixels.
        height: u32,
    },
    /// The number of frames a second is outside its range.
    #[error("{0} frames a second: give 10 to 60")]
    Rate(u32),
    /// There is nothing to show.
    #[error("the storyboard has no scenes: give at least one")]
    NoScenes,
    /// A duration or a time is not one that can be shown.
    #[error("{what} is {value} seconds: give {allowed}")]
    Time {
        /// Whose time.
        what: String,
        /// The time in seconds.
        value: f64,
        /// What is allowed, in words.
        allowed: String,
    },
    /// A number that is no time is outside its range.
    #[error("{what} is {value}: give {allowed}")]
    Number {
        /// Which number.
        what: String,
        /// Its value.
        value: f64,
        /// What is allowed, in words.
        allowed: &'static str,
    },
    /// More of something than one film can hold.
    #[error("{count} {what}: give at most {most}")]
    TooMany {
        /// Of what.
        what: String,
        /// How many there are.
        count: u64,
        /// How many there may be.
        most: u64,
    },
    /// A name that is none of those that are known.
    #[error("there is no {what} `{name}`: give one of {known}")]
    Unknown {
        /// What it should name.
        what: &'static str,
        /// The name.
        name: String,
        /// The names that are known.
        known: String,
    },
    /// A picture is named that was not given.
    #[error("picture {index} is named, but {count} were given: pictures count from 0")]
    NoPicture {
        /// The index.
        index: usize,
        /// How many pictures there are.
        count: usize,
    },
    /// The bytes of a picture do not fill its stated size.
    #[error(
        "picture {index} is {width}×{height} with {given} bytes: give 3 bytes for each of 1 to 40 million pixels"
    )]
    Picture {
        /// Which picture.
        index: usize,
        /// Stated width in pixels.
        width: u32,
        /// Stated height in pixels.
        height: u32,
        /// How many bytes there are.
        given: usize,
    },
    /// A cell of a table cannot be read.
    #[error("line {line}, column {column} of the table: {reason}")]
    Table {
        /// Line of the text, from 1.
        line: u64,
        /// Column of the table, from 1.
        column: u64,
        /// What is wrong and what to write.
        reason: String,
    },
    /// A table that can be read cannot be drawn in this way.
    #[error("the table does not fit its {what}: {reason}")]
    Unsuited {
        /// What was to be drawn.
        what: &'static str,
        /// What is wrong and what to give.
        reason: String,
    },
    /// Two captions are shown at once.
    #[error("captions {first} and {second} overlap: end one before the next starts")]
    CaptionsOverlap {
        /// Number of the earlier one, from 0.
        first: usize,
        /// Number of the later one, from 0.
        second: usize,
    },
    /// The sound cannot be encoded.
    #[error("the sound cannot be used: {0}")]
    Sound(String),
    /// An encoder or a table of the file failed.
    #[error("the film could not be encoded: {0}")]
    Encoding(String),
    /// The caller no longer wants the result.
    #[error("stopped, as nobody waits for the result")]
    Cancelled,
}
