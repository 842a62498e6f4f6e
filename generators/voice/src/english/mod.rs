//! English: from written words to sounds.
//!
//! Reading order: [`normalise`] writes numbers, dates and the like in words, with [`numbers`],
//! [`figures`], [`amounts`] and [`abbreviations`]; [`words`] gives each its sounds by [`lexicon`] and
//! [`letters`]; [`homographs`] chooses between readings; [`sounds`] is what the synthesiser knows;
//! [`measure`] gives durations and [`tune`] the pitch.

pub(crate) mod abbreviations;
mod amounts;
pub(crate) mod code;
pub(crate) mod figures;
pub(crate) mod homographs;
pub(crate) mod letters;
mod lexicon;
pub(crate) mod measure;
pub(crate) mod normalise;
pub(crate) mod numbers;
pub(crate) mod sounds;
pub(crate) mod tune;
pub(crate) mod words;

pub use code::Arpa;
