//! What can be wrong with a value that came as text.

/// A text that is not the value it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TypeError {
    /// Not a lower-case hexadecimal SHA-256.
    #[error("`{0}` is not a sha256: give 64 hexadecimal digits")]
    Digest(String),
    /// Not an identifier.
    #[error("`{0}` is not an identifier: give a UUID such as the one in x-request-id")]
    Id(String),
    /// Not a mark id.
    #[error("`{0}` is not a mark id: give 16 hexadecimal digits")]
    MarkId(String),
    /// A media type this program does not know.
    #[error("`{0}` is not a media type known here: use one of image/png, image/jpeg, text/plain")]
    MediaType(String),
    /// A role this program does not know.
    #[error("`{0}` is not a role: use journalist, editor, standards, auditor, ops or public")]
    Role(String),
    /// Stored bytes that are not a fingerprint.
    #[error("these {0} bytes are not a fingerprint of this kind")]
    Fingerprint(usize),
}
