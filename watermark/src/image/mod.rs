//! The lattice mark of pictures: 64 bits in a periodic pattern of waves.
//!
//! Reading order: `lattice` says which waves a key uses, `payload` and `trellis` which sign
//! each of them has for an id, `embedding` adds them to a picture. On the way back `spectrum`
//! makes a picture's waves visible, `search` finds how the picture was turned and scaled since,
//! and `detection` reads the signs.

mod detection;
mod embedding;
pub(crate) mod fourier;
mod lattice;
pub(crate) mod payload;
mod search;
mod spectrum;
mod trellis;

pub use detection::{Detection, detect};
pub use embedding::embed;

/// The algorithm's name in the C2PA soft binding.
pub const ALGORITHM: &str = "org.imprimatur.image.1";

/// The side of a square with as many pixels as the plane to which every picture is scaled: plain
/// resizing of a picture does not change its canonical plane.
const CANONICAL_SIDE: f64 = 724.0;
/// The period of the pattern in the canonical plane, in pixels.
const TILE: usize = 128;

/// The canonical size of a picture.
fn canonical(width: usize, height: usize) -> (usize, usize) {
    let scale = CANONICAL_SIDE / ((width * height) as f64).sqrt();
    let scaled = |side: usize| ((side as f64 * scale).round() as usize).max(1);
    (scaled(width), scaled(height))
}
