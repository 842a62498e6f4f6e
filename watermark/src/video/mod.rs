//! The mark of videos: the lattice of pictures, with longer waves, in the luma of every frame.
//! Their sound tracks take the mark of sounds, see `audio/soundtracks`.
//!
//! Reading order: `lattice` says which waves a key uses, `pattern` adds the mark to a frame,
//! `embedding` re-encodes a file with it, and `writer` marks frames while they are encoded for the first
//! time. On the way back `shots` picks
//! neighbouring frames of a file and adds up their details, `waves` makes the waves in them visible,
//! `search` finds how they were turned and scaled since, and `detection` reads their signs.

mod detection;
mod embedding;
mod lattice;
mod pattern;
mod search;
mod shots;
mod waves;
mod writer;

pub use detection::{Detection, detect};
pub(crate) use embedding::labelled;
pub use embedding::{Marked, embed, embed_labelled, recode};
pub use writer::Writer;

/// The algorithm's name in the C2PA soft binding.
pub const ALGORITHM: &str = "org.imprimatur.video.1";

/// The side of a square with as many pixels as the plane to which every frame is scaled. It is
/// smaller than that of pictures: video coding keeps long waves only.
const CANONICAL_SIDE: f64 = 480.0;
/// The least number of pixels on each side.
const SIDE_MIN: u32 = 160;
/// The period of the pattern in the canonical plane, in pixels.
const TILE: usize = 128;

/// The canonical size of a frame.
fn canonical((width, height): (usize, usize)) -> (usize, usize) {
    let scale = CANONICAL_SIDE / ((width * height) as f64).sqrt();
    let scaled = |side: usize| ((side as f64 * scale).round() as usize).max(1);
    (scaled(width), scaled(height))
}
