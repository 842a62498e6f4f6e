//! From a score to samples: a formant synthesiser after Klatt (1980, 1990).
//!
//! [`events`] says when there is voicing, breath and noise; [`formants`] draws the paths of the
//! resonances between the sounds; [`frames`] puts both on a grid; [`tract`] makes the samples with
//! [`filter`] and [`source`].

mod events;
mod filter;
mod formants;
mod frames;
mod source;
mod tract;

use crate::{score::Score, voices::Voice};

pub(crate) const RATE_HZ: f32 = crate::RATE as f32;
/// The grid of parameters.
pub(crate) const FRAME_MS: f32 = 2.5;
/// Samples of a step of the grid.
pub(crate) const FRAME: usize = 60;

/// The samples of a sentence, not yet brought to any loudness.
pub(crate) fn render(score: &Score, voice: &Voice) -> Vec<f32> {
    tract::render(&frames::frames(score, voice), voice)
}

/// From dB to a factor.
pub(crate) fn factor(db: f32) -> f32 {
    if db <= -90.0 { 0.0 } else { 10f32.powf(db / 20.0) }
}
