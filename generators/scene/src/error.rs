//! Why a session was not opened or not changed, and what to do about it.

/// Why a session was not opened or not changed. Every message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SceneError {
    /// JSON that does not have the form of a brief, of feedback or of a snapshot.
    #[error("the {what} cannot be read: {fault}")]
    Unreadable {
        /// What was read.
        what: &'static str,
        /// What is wrong with it.
        fault: String,
    },
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
    /// A language that sessions do not speak.
    #[error("sessions speak `en` and `zh`, not `{0}`")]
    Language(String),
    /// An advertisement without a product.
    #[error("an advertisement needs a `product` with a name: give one")]
    NoProduct,
    /// Feedback about something that is not there.
    #[error("there is no `{target}` here: name one of {known}")]
    UnknownTarget {
        /// What was named.
        target: String,
        /// Some of what is there.
        known: String,
    },
    /// A number outside its range.
    #[error("`seconds` is out of its range: give 0 to 86400")]
    Seconds,
    /// Feedback that this kind of session does not take.
    #[error("this session takes no `{0}`: see the list of feedback for its kind")]
    NotHere(&'static str),
    /// A snapshot that another version wrote or that was damaged.
    #[error("the snapshot does not belong to a session: {0}")]
    Snapshot(String),
    /// A scene that is too large to be written.
    #[error("the scene is too large for a glTF file: ask for fewer things")]
    TooLarge,
}
