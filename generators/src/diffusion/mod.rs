//! Pictures by rectified flow: a network is asked again and again how to move noise towards a
//! picture that the prompt's words name.
//!
//! Reading order: `config` and `vocabulary` are what a model folder says about itself,
//! `prompt` turns a prompt into words the network knows, `layers` names weights, `unet` predicts
//! the velocity `level` by level, `sampler` follows it from noise to a small picture, `upscale`
//! enlarges that. `opened` holds a model whose folder was read, `check` looks one over, and
//! `backend` does it all behind the seam.

mod backend;
mod check;
mod config;
mod layers;
mod level;
pub(crate) mod noise;
mod opened;
mod prompt;
mod sampler;
mod unet;
mod upscale;
mod vocabulary;
mod weights;

#[cfg(test)]
mod backend_tests;
#[cfg(test)]
mod golden;

pub use backend::Diffusion;
pub(crate) use check::check;
