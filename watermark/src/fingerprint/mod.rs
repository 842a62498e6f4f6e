//! Fingerprints: what a text or a picture still is after light changes.
//!
//! They are no marks: nothing is embedded and no key is needed. The registry stores them and finds
//! an asset again when its mark is gone, or confirms what a mark says.

mod picture;
mod text;

pub use picture::{image, pixels};
pub use text::text;

/// The name of the picture's fingerprint in soft bindings; the value is its 32 bytes.
pub const IMAGE_ALGORITHM: &str = "org.imprimatur.image-fingerprint.1";
/// The name of the text's fingerprint in soft bindings; the value is its 256 bytes.
pub const TEXT_ALGORITHM: &str = "org.imprimatur.text-fingerprint.1";
