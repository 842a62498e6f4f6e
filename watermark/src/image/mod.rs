//! The lattice mark of pictures: 64 bits in a periodic pattern of waves.
//!
//! Reading order: `lattice` says which waves a key uses, `payload` and `trellis` which sign
//! each of them has for an id, `tile` adds them up, `pose` lays them into a picture, `mask` says
//! where it hides them, and `embedding` adds them. On the way back `spectrum` makes a picture's
//! waves visible, `search` finds how the picture was turned, stretched and scaled since, `shift`
//! where it was cropped, and `detection` reads the signs.

mod detection;
mod embedding;
pub(crate) mod fourier;
mod lattice;
mod mask;
pub(crate) mod payload;
mod pose;
mod search;
mod shift;
mod spectrum;
mod tile;
mod trellis;

pub use detection::{Detection, detect};
pub use embedding::{Strength, embed, embed_with};

/// The algorithm's name in the C2PA soft binding.
pub const ALGORITHM: &str = "org.imprimatur.image.1";

/// The side of a square with as many pixels as the plane to which every picture is scaled: plain
/// resizing of a picture does not change its canonical plane.
const CANONICAL_SIDE: f64 = 724.0;
/// The period of the pattern in the canonical plane, in pixels.
const TILE: usize = 128;

/// The side of a picture's pixel in canonical pixels.
fn canonical_scale(width: usize, height: usize) -> f64 {
    CANONICAL_SIDE / ((width * height) as f64).sqrt()
}
