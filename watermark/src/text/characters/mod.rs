//! An id in invisible characters: opt-in, and fragile.
//!
//! For texts whose wording is not ours to choose. Groups of four variation selectors stand behind
//! words, and in Chinese and Japanese behind characters; each says which sixth part of a byte-long
//! row it is and what it holds, so that any sixteen neighbours give the id back. Whoever knows of
//! them removes them with one replacement, and so do many forms, messengers and cleaners; retyping,
//! paraphrase, screenshots and NFKC-with-stripping leave nothing. Copying through editors, browsers,
//! mail and Unicode normalisation keeps them.
//!
//! The selectors are VS8 to VS14 (U+FE07–U+FE0D): no standard gives them a meaning behind any
//! character, fonts show nothing, and Arabic joins through them. Nothing is put into addresses,
//! numbers, code-like words, emoji, or between a letter and its accents.

mod code;
mod places;

use types::MarkId;

use crate::{WatermarkError, WatermarkKey};
use code::{Code, GROUPS};

/// The algorithm's name in the C2PA soft binding.
pub const ALGORITHM: &str = "org.imprimatur.text.characters.1";
/// Fewer places than two whole ids need are refused: one slip would lose the id.
const PLACES_MIN: usize = 2 * GROUPS;
/// Long texts leave up to three of four places empty, while the id still stands in them this often.
const REPETITIONS: usize = 8;
const STRIDE_MAX: usize = 4;
/// The most readings of parts of a text, beside the whole.
const PARTS_MAX: usize = 63;

/// An id that was read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Detection {
    /// The id.
    pub id: MarkId,
    /// Which key fits: its place among those that were given.
    pub key: usize,
    /// A bound on the chance that characters written without the keys pass the check: 2⁻³² for
    /// every key and every reading that may be tried.
    pub p_value: f64,
    /// How many groups were read, sixteen of which hold the id once.
    pub groups: usize,
}

/// Writes `id` into a copy of `text`; [`strip`] gives the original back.
///
/// # Errors
/// [`WatermarkError::FewPlaces`] when fewer than 32 words (or Chinese characters) can carry a group;
/// [`WatermarkError::Occupied`] when the text already holds such characters.
pub fn embed(key: &WatermarkKey, text: &str, id: MarkId) -> Result<String, WatermarkError> {
    if text.chars().any(code::is_digit) {
        return Err(WatermarkError::Occupied);
    }
    let places = places::places(text);
    if places.len() < PLACES_MIN {
        return Err(WatermarkError::FewPlaces { places: places.len(), min: PLACES_MIN });
    }
    let groups = Code::new(key).groups(id);
    let stride = (places.len() / (REPETITIONS * GROUPS)).clamp(1, STRIDE_MAX);
    let mut marked = String::with_capacity(text.len() + places.len() * 12 / stride);
    let mut done = 0;
    for (place, group) in places.into_iter().step_by(stride).zip(groups.iter().cycle()) {
        marked.push_str(text.get(done..place).unwrap_or_default());
        marked.extend(group);
        done = place;
    }
    marked.push_str(text.get(done..).unwrap_or_default());
    Ok(marked)
}

/// Reads an id that one of `keys` has written, from the whole text or from a part of it.
#[must_use]
pub fn detect(keys: &[WatermarkKey], text: &str) -> Option<Detection> {
    let groups: Vec<u16> = code::runs(text).flat_map(|run| run.values).collect();
    if groups.len() < GROUPS {
        return None;
    }
    // Where a text was put together of several marked ones, only parts are in agreement.
    let step = (groups.len() / PARTS_MAX + 1).next_multiple_of(GROUPS);
    let parts = groups.windows(2 * GROUPS).step_by(step);
    let looks = (1 + parts.len()) * keys.len();
    let read = |(key, secret)| {
        let code = Code::new(secret);
        let id = code.read(&groups).or_else(|| parts.clone().find_map(|part| code.read(part)))?;
        let p_value = (looks as f64 * 2_f64.powi(-32)).min(1.0);
        Some(Detection { id, key, p_value, groups: groups.len() })
    };
    keys.iter().enumerate().find_map(read)
}

/// The text without the characters that [`embed`] writes. What else is invisible stays, such as
/// emoji presentation, joiners and text manifests.
#[must_use]
pub fn strip(text: &str) -> String {
    let mut stripped = String::with_capacity(text.len());
    let mut done = 0;
    for run in code::runs(text) {
        stripped.push_str(text.get(done..run.bytes.start).unwrap_or_default());
        done = run.bytes.end;
    }
    stripped.push_str(text.get(done..).unwrap_or_default());
    stripped
}
