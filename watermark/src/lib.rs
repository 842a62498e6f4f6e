//! Invisible marks in pictures and texts, and fingerprints that survive light changes.

mod error;
pub mod fingerprint;
pub mod image;
mod key;
mod picture;
mod statistics;
pub mod text;

pub use error::WatermarkError;
pub use key::WatermarkKey;
pub use text::TextMark;
