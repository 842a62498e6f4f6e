//! The built-in model: weights of one byte for all heads, and what its scores mean.

use std::sync::OnceLock;

use serde::Deserialize;
use types::{Category, Sha256};

use super::{
    features::{self, ROWS, SHAPE_ROWS},
    frequent::Frequent,
};
use crate::PolicyError;

/// Written by `training/train.sh`.
static BUILT_IN: &[u8] = include_bytes!("../../models/moderation.bin");
const MAGIC: &[u8] = b"IMPRCLS1";

/// Heads over words; each has a column of the table.
pub(super) const HEADS: usize = 16;
/// Heads 0–12 are OpenAI's categories; these are ours.
const INJECTION: usize = 13;
const INSTRUCTION: usize = 14;
const MAIL: usize = 15;
/// The head over shapes stands behind those over words.
const SUFFIX: usize = 16;

/// Categories that the model scores: OpenAI's in their order, then injection.
pub(crate) const CATEGORIES: usize = 14;

/// The place of a category among scores, if the model has a head for it.
pub(crate) fn place_of(category: Category) -> Option<usize> {
    if category == Category::Injection {
        return Some(INJECTION);
    }
    Category::OPENAI.iter().position(|known| *known == category)
}

/// A score for each category, from 0 to 1.
pub(crate) type Scores = [f32; CATEGORIES];

/// A weight as it is stored stands for its signed square: so small ones keep their precision.
/// Nothing here can overflow: a weight is at most 2^14, and a sentence has a few thousand features.
/// Wrapping says so to the compiler, and 16 bits are multiplied eight at once on any processor.
const fn weight(byte: u8) -> i16 {
    let root = byte.cast_signed() as i16;
    root.wrapping_mul(root.wrapping_abs())
}

pub(super) fn add(sums: &mut [i32; HEADS], row: &[u8; HEADS]) {
    let weights = row.map(weight);
    for (sum, weight) in sums.iter_mut().zip(weights) {
        *sum = sum.wrapping_add(weight.into());
    }
}

/// Weights and calibration.
#[derive(Debug)]
pub(crate) struct Model {
    table: &'static [[u8; HEADS]],
    shapes: &'static [u8],
    frequent: Frequent,
    heads: Vec<Head>,
    /// Known once somebody asks: it reads all of the file.
    digest: OnceLock<Sha256>,
    whole: &'static [u8],
}

/// What is written before the weights.
#[derive(Debug, Deserialize)]
struct Header {
    heads: Vec<Head>,
}

/// From a sum of weights to a score.
#[derive(Debug, Deserialize)]
struct Head {
    scale: f32,
    bias: f32,
    en: Calibration,
    zh: Calibration,
}

/// The logistic curve of a language, and the score from which a text is flagged by default.
#[derive(Debug, Deserialize)]
struct Calibration {
    slope: f32,
    shift: f32,
    threshold: f32,
}

/// Sums of weights of a sentence or a window.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    pub(super) words: [i32; HEADS],
    pub(super) shapes: i32,
    pub(super) tokens: u32,
    pub(super) han: u32,
}

impl Sums {
    pub(super) fn add(&mut self, other: &Self) {
        for (sum, part) in self.words.iter_mut().zip(other.words) {
            *sum = sum.saturating_add(part);
        }
        self.shapes = self.shapes.saturating_add(other.shapes);
        self.tokens = self.tokens.saturating_add(other.tokens);
        self.han = self.han.saturating_add(other.han);
    }
}

/// Takes the features of a sentence: the sums of frequent words, the rows of all else.
struct Adding<'m> {
    model: &'m Model,
    rows: Vec<u32>,
    words: [i32; HEADS],
}

impl features::Sink for Adding<'_> {
    fn feature(&mut self, feature: features::Feature) {
        self.rows.push(feature.row);
    }

    fn knows(&mut self, hash: u32, letters: &[char]) -> bool {
        let Some(own) = self.model.frequent.get(hash, letters) else { return false };
        for (sum, own) in self.words.iter_mut().zip(own) {
            *sum = sum.wrapping_add(*own);
        }
        true
    }
}

/// What a window says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reading {
    pub(super) scores: Scores,
    /// Whether a score reaches the default threshold of the window's language.
    pub(super) over: [bool; CATEGORIES],
    /// Whether it reads like an instruction to a machine, and like a letter; for what is hidden
    /// in letters.
    pub(super) instruction: f32,
    pub(super) mail: f32,
}

impl Model {
    /// The model that is part of this crate.
    pub(crate) fn built_in() -> Result<&'static Self, PolicyError> {
        static MODEL: OnceLock<Option<Model>> = OnceLock::new();
        MODEL.get_or_init(|| Self::read(BUILT_IN)).as_ref().ok_or(PolicyError::Model)
    }

    fn read(bytes: &'static [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(MAGIC)?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (header, weights) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        let Header { heads } = serde_json::from_slice(header).ok()?;
        let (table, shapes) = weights.split_at_checked(ROWS as usize * HEADS)?;
        let (table, _) = table.as_chunks();
        let whole = shapes.len() == SHAPE_ROWS as usize && heads.len() == SUFFIX + 1;
        whole.then(|| Self {
            table,
            shapes,
            frequent: Frequent::of(table),
            heads,
            digest: OnceLock::new(),
            whole: bytes,
        })
    }

    pub(crate) fn digest(&self) -> Sha256 {
        *self.digest.get_or_init(|| Sha256::of(self.whole))
    }

    /// The default threshold of a category in English and in Chinese texts.
    pub(crate) fn thresholds(&self, place: usize) -> Option<(f32, f32)> {
        self.heads.get(place).map(|head| (head.en.threshold, head.zh.threshold))
    }

    /// The sums of a sentence.
    pub(super) fn sums(&self, text: &str) -> Sums {
        let mut adding = Adding { model: self, rows: Vec::new(), words: [0; HEADS] };
        let tokens = features::tell(text, &mut adding);
        let Adding { rows, words, .. } = adding;
        let mut sums = Sums { words, tokens, ..Sums::default() };
        // Read in a loop that does nothing else, many rows are on their way at once.
        for row in rows {
            if let Some(row) = self.table.get(row as usize) {
                add(&mut sums.words, row);
            } else if let Some(byte) =
                row.checked_sub(ROWS).and_then(|row| self.shapes.get(row as usize))
            {
                sums.shapes += i32::from(weight(*byte));
            }
        }
        let han = text.chars().filter(|letter| crate::normalise::is_han(*letter)).count();
        sums.han = u32::try_from(han).unwrap_or(u32::MAX);
        sums
    }

    /// What one feature adds for a category.
    pub(super) fn weight(&self, row: u32, place: usize) -> i32 {
        let row = self.table.get(row as usize);
        row.and_then(|row| row.get(place)).map_or(0, |byte| weight(*byte).into())
    }

    /// The scores of a window.
    pub(super) fn read_window(&self, sums: &Sums) -> Reading {
        let chinese = 2 * sums.han > sums.tokens;
        let length = f64::from(sums.tokens + 2).sqrt();
        let mut reading = Reading::default();
        for (place, head) in self.heads.iter().enumerate() {
            let sum = sums.words.get(place).copied().unwrap_or(sums.shapes);
            let raw = f64::from(sum) * f64::from(head.scale) / length + f64::from(head.bias);
            let calibration = if chinese { &head.zh } else { &head.en };
            let score = calibration.score(raw);
            let place = match place {
                INSTRUCTION => {
                    reading.instruction = score;
                    continue;
                }
                MAIL => {
                    reading.mail = score;
                    continue;
                }
                SUFFIX => INJECTION,
                place => place,
            };
            if let (Some(highest), Some(over)) =
                (reading.scores.get_mut(place), reading.over.get_mut(place))
            {
                *highest = highest.max(score);
                *over |= score >= calibration.threshold;
            }
        }
        reading
    }
}

impl Calibration {
    /// In thousandths, so that records and thresholds speak of the same number.
    fn score(&self, raw: f64) -> f32 {
        let logit = f64::from(self.slope) * raw + f64::from(self.shift);
        let score = 1.0 / (1.0 + (-logit).exp());
        ((score * 1000.0).round() / 1000.0) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_model_is_whole() {
        let model = Model::built_in().unwrap();
        assert_eq!(model.heads.len(), SUFFIX + 1);
        for head in &model.heads {
            for Calibration { slope, threshold, .. } in [&head.en, &head.zh] {
                assert!(*slope > 0.0 && *threshold > 0.0 && *threshold < 1.0);
            }
        }
    }

    #[test]
    fn frequent_words_add_what_their_features_do() {
        let model = Model::built_in().unwrap();
        let text = "The mayor of Thessaloniki didn't 'close' the OLD bridge, xqzvk said in 2026.";
        let (mut words, mut shapes) = ([0; HEADS], 0);
        features::visit(text, &mut |feature: features::Feature| match model
            .table
            .get(feature.row as usize)
        {
            Some(row) => add(&mut words, row),
            None => shapes += i32::from(weight(model.shapes[(feature.row - ROWS) as usize])),
        });
        let sums = model.sums(text);
        assert_eq!((sums.words, sums.shapes), (words, shapes));
    }

    #[test]
    fn a_damaged_file_is_no_model() {
        assert!(Model::read(&BUILT_IN[..BUILT_IN.len() - 1]).is_none());
        assert!(Model::read(&BUILT_IN[1..]).is_none());
        assert!(Model::read(b"").is_none());
    }

    #[test]
    fn every_openai_category_has_a_place() {
        let places: Vec<_> = Category::OPENAI.into_iter().filter_map(place_of).collect();
        assert_eq!(places, (0..13).collect::<Vec<_>>());
        assert_eq!(place_of(Category::Pii), None);
    }
}
