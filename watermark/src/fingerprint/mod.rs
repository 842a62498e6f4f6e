//! Fingerprints: what a text or a picture still is after light changes.
//!
//! They are no marks: nothing is embedded and no key is needed. The registry stores them and finds
//! an asset again when its mark is gone, or confirms what a mark says.

mod picture;
mod text;

pub use picture::image;
pub use text::text;
