//! Mandarin: from characters to syllables with tones.
//!
//! Reading order: [`figures`] writes numbers, dates and the like in characters, with [`numbers`];
//! [`readings`] cuts words and knows how they are read; [`sandhi`] changes tones beside each other;
//! [`syllable`] takes pinyin apart; [`sounds`] is what the synthesiser knows; [`measure`] gives
//! durations and pitch.

pub(crate) mod figures;
pub(crate) mod measure;
pub(crate) mod numbers;
pub(crate) mod readings;
pub(crate) mod sandhi;
pub(crate) mod sounds;
mod syllable;

pub(crate) use syllable::Syllable;
