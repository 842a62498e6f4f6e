//! Tools for writers that need no model: correction, headlines, summaries, ideas, descriptions of
//! pictures, ranked by what a person prefers.
//!
//! Text in, values out: nothing here reads files, asks a clock or draws lots, so the same text gets
//! the same answer. Reading order: [`correct`] mends, [`headline`] and [`summary`] shorten what is
//! there, [`faithful`] sees that they add nothing, [`ideas`] asks what is missing, [`alt_text`] says
//! what is known about a picture, [`profile`] ranks all that by taste. [`context`] is the small
//! model that tells words apart by their neighbours.

pub mod alt_text;
pub mod context;
pub mod correct;
pub mod faithful;
pub mod headline;
pub mod ideas;
pub mod language;
mod packed;
pub mod profile;
mod reading;
mod sentences;
pub mod suggest;
pub mod summary;
mod topics;

pub use types::Language;
