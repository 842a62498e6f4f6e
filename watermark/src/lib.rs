//! Invisible marks in pictures, sounds, videos and texts, fingerprints that survive light changes, and
//! labels that people see, hear and read.

pub mod audio;
mod error;
pub mod fingerprint;
pub mod image;
mod key;
pub mod label;
mod movie;
mod picture;
mod sound;
mod statistics;
pub mod text;
#[cfg(test)]
#[path = "../tests/tunes/mod.rs"]
mod tunes;
pub mod video;

pub use error::WatermarkError;
pub use key::WatermarkKey;
pub use picture::read_avif;
pub use text::TextMark;
