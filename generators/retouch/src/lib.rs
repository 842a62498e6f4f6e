//! Repair, filling, style, try-on, enlargement and variation of pictures without weights.
//!
//! Pixels in, pixels out: nothing here reads files or asks a clock, and the same input gives the
//! same result on any number of threads. Reading order: [`Picture`] and [`Mask`]; [`restore`] with
//! its parts (`denoise`, `deblur`, `scratches`, `colour`); [`fill`]; [`restyle`]; [`try_on`] (in
//! `garment`); [`enlarge`]; [`vary`].

mod colour;
mod deblur;
mod denoise;
mod eigen;
mod enlarge;
mod error;
mod fill;
mod fourier;
mod garment;
mod lots;
mod picture;
mod plane;
mod progress;
mod restore;
mod scratches;
mod style;
mod vary;

pub use enlarge::enlarge;
pub use error::RetouchError;
pub use fill::fill;
pub use garment::try_on;
pub use picture::{Mask, PIXELS_MAX, Picture};
pub use progress::Told;
pub use restore::{Amount, Restoration, Restored, restore};
pub use style::restyle;
pub use vary::vary;
