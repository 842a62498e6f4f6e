//! The address of a public record, to pass on.

use crate::qr;

/// An address, and its QR code.
#[derive(Debug, Clone)]
pub struct Link {
    pub(crate) path: String,
    pub(crate) address: String,
    /// A `data:` address; none where the address is too long for a code.
    pub(crate) qr: Option<String>,
}

impl Link {
    /// To `path` on the server that others reach at `base`.
    #[must_use]
    pub fn new(base: &str, path: &str) -> Self {
        let address = format!("{base}{path}");
        Self { path: path.to_owned(), qr: qr::drawn(&address), address }
    }
}
