//! Models that come with the program, so that the first run generates without a download.
//!
//! They are small and honest about it: for trying the line, not for publishing. Their weights are
//! part of the program and are unpacked at first use.

mod image;
mod text;

pub use image::image;
pub use text::text;
