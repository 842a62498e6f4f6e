//! Pictures as files, as rasters and as planes of luma.

mod avif;
mod file;
mod metadata;
mod plane;
mod raster;
mod resample;

pub use avif::read_avif;
pub(crate) use file::{decode, encode, sniffed};
pub(crate) use plane::Plane;
pub(crate) use raster::{Sample, add, luma, shift_power};
