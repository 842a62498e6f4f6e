//! The statistical mark of generated text: a bias in the choice of words that only the key shows.
//!
//! [`TextMark`] sits in the sampler: it lets the candidates of each token play
//! a tournament of keyed coins. [`detect`] counts the lucky coins. The mark carries no payload.

mod chance;
mod detection;
mod mark;
mod tournament;

pub use detection::{TextDetection, detect};
pub use mark::TextMark;

/// The algorithm's name in the C2PA soft binding.
pub const ALGORITHM: &str = "org.imprimatur.text.1";
