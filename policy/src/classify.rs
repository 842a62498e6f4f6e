//! A classifier of meaning: linear over hashed features, all categories in one pass.
//!
//! A text is cut into sentences. Each sentence gives a sum of weights for every head, and windows
//! of the last sentences are scored as soon as a sentence ends. A text's score is the maximum over
//! its windows, so more text never lowers it, and a text that is still being written gets the
//! score of the whole.

mod explain;
mod features;
mod frequent;
mod model;
mod sentences;
mod windows;

use std::ops::Range;

use types::{Category, Span};

use crate::normalise::{Unit, UnitKind, View, Views, is_han, segment};
pub(crate) use model::{Model, Scores, place_of};
pub(crate) use sentences::first_end;
pub(crate) use windows::{Ended, Windows};

/// How much a text is about a category.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CategoryScore {
    /// The category.
    pub category: Category,
    /// 0.0–1.0, in thousandths; the highest of all windows of sentences.
    pub score: f32,
}

/// Reads a text sentence by sentence.
#[derive(Debug)]
pub(crate) struct Classifying {
    model: &'static Model,
    windows: Windows,
}

/// A sentence that was read.
#[derive(Debug)]
pub(crate) struct Sentence<'t> {
    /// What the windows say that end with it.
    pub(crate) ended: Ended,
    /// Its code points, without white space around it.
    pub(crate) span: Span,
    model: &'static Model,
    views: Views<'t>,
}

impl Classifying {
    pub(crate) fn new(model: &'static Model) -> Self {
        Self { model, windows: Windows::default() }
    }

    /// Reads the next sentence, which consists of `units` and has these views.
    pub(crate) fn read<'t>(&mut self, units: &[Unit], views: Views<'t>) -> Sentence<'t> {
        let mut ended = Ended::default();
        for part in parts(seen(&views).text(), units) {
            ended.merge(&self.windows.push(self.model, self.model.sums(part)));
        }
        let mut words = units.iter().filter(|unit| unit.kind != UnitKind::Space);
        let start = words.next().or(units.first()).map_or(0, |unit| unit.points.start);
        let end = words.next_back().map_or(0, |unit| unit.points.end);
        let whole = units.iter().map(|unit| unit.points.end).next_back().unwrap_or(start);
        let end = if end > start { end } else { whole };
        Sentence { ended, span: Span { start, end }, model: self.model, views }
    }

    /// The highest scores so far.
    pub(crate) const fn best(&self) -> Scores {
        self.windows.best()
    }
}

impl Sentence<'_> {
    /// What in the sentence speaks most for a category; the sentence itself if nothing does.
    pub(crate) fn marks(&self, place: usize) -> Vec<Span> {
        let marks = explain::marks(self.model, seen(&self.views), place);
        if marks.is_empty() { vec![self.span] } else { marks }
    }
}

/// Scores a whole text.
pub(crate) fn scores(model: &'static Model, text: &str) -> Vec<CategoryScore> {
    let mut classifying = Classifying::new(model);
    let units = segment(text, 0, 0).units;
    let views = Views::with_units(text, &units);
    for sentence in split(text, &units) {
        let part = views.part(text, &units, sentence.clone());
        classifying.read(units.get(sentence).unwrap_or_default(), part);
    }
    let categories = Category::OPENAI.into_iter().chain([Category::Injection]);
    let scored = categories.zip(classifying.best());
    scored.map(|(category, score)| CategoryScore { category, score }).collect()
}

/// The sentences of a whole text, as ranges of its units.
pub(crate) fn split(text: &str, units: &[Unit]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = units.get(start..)?;
        let sentence = start..start + first_end(text, rest, rest.len()).unwrap_or(rest.len());
        start = sentence.end;
        (!sentence.is_empty()).then_some(sentence)
    })
}

/// The features of a sentence, as training sees them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SentenceFeatures {
    /// How many words and Han characters it has.
    pub tokens: u32,
    /// How many of them are Han characters.
    pub han: u32,
    /// A row of the weights for each feature, repeated as often as it occurs.
    pub rows: Vec<u32>,
}

/// The features of each sentence of a text: what the training script of the built-in model reads.
#[must_use]
pub fn features(text: &str) -> Vec<SentenceFeatures> {
    let units = segment(text, 0, 0).units;
    let views = Views::with_units(text, &units);
    let sentences = split(text, &units).map(|sentence| {
        let views = views.part(text, &units, sentence);
        let mut features = SentenceFeatures::default();
        let seen = seen(&views).text();
        features.tokens = features::visit(seen, &mut |feature| features.rows.push(feature.row));
        let han = seen.chars().filter(|letter| is_han(*letter)).count();
        features.han = u32::try_from(han).unwrap_or(u32::MAX);
        features
    });
    sentences.collect()
}

/// What is read at once of a sentence: all of it, or where a disguise is one long unit, the
/// sentences that it hides.
fn parts<'t>(seen: &'t str, units: &[Unit]) -> Vec<&'t str> {
    let hides =
        |unit: &Unit| matches!(unit.kind, UnitKind::Override | UnitKind::Spelt | UnitKind::Encoded);
    if !units.iter().any(hides) {
        return vec![seen];
    }
    let units = segment(seen, 0, 0).units;
    let range = |sentence: Range<usize>| {
        let units = units.get(sentence)?;
        Some(units.first()?.bytes.start..units.last()?.bytes.end)
    };
    split(seen, &units).filter_map(|sentence| seen.get(range(sentence)?)).collect()
}

/// The view that is classified: with disguises undone.
fn seen<'v, 't>(views: &'v Views<'t>) -> &'v View<'t> {
    views.folded.as_ref().unwrap_or(&views.clean)
}
