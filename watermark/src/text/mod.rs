//! The statistical mark of generated text: a bias in the choice of words that only the key shows.
//!
//! [`TextMark`] sits in the sampler: it lets the candidates of each token play
//! a tournament of keyed coins. [`detect`] weighs the lucky coins. The mark carries no payload.
//! [`characters`] is another way for texts that are written already: fragile, with an id.

mod chance;
pub mod characters;
mod detection;
mod evidence;
mod mark;
mod passages;
mod scored;
mod tournament;

pub use detection::{Passage, TextDetection, detect};
pub use mark::TextMark;

/// The algorithm's name in the C2PA soft binding.
pub const ALGORITHM: &str = "org.imprimatur.text.1";
