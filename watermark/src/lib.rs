//! Invisible marks in pictures, texts and sounds, and fingerprints that survive light changes.

pub mod audio;
mod error;
pub mod fingerprint;
pub mod image;
mod key;
mod picture;
mod sound;
mod statistics;
pub mod text;

pub use error::WatermarkError;
pub use key::WatermarkKey;
pub use text::TextMark;
