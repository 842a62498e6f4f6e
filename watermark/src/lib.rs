//! Invisible marks in pictures, sounds, videos and texts, and fingerprints that survive light changes.

pub mod audio;
mod error;
pub mod fingerprint;
pub mod image;
mod key;
mod movie;
mod picture;
mod sound;
mod statistics;
pub mod text;
pub mod video;

pub use error::WatermarkError;
pub use key::WatermarkKey;
pub use text::TextMark;
