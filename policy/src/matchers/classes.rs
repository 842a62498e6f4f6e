//! Categories of the classifier that rules ask for.

use types::Category;

use super::{ClauseId, Hit, Kind};
use crate::{
    classify::{Sentence, place_of},
    pack::ClassifierText,
};

/// A category's name, as in packs.
pub(crate) fn name(category: Category) -> String {
    serde_json::to_value(category)
        .ok()
        .and_then(|name| name.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// A category of the classifier that a clause asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Class {
    pub(super) clause: ClauseId,
    pub(crate) category: Category,
    pub(crate) place: usize,
    /// The least score; `None` is the model's threshold.
    pub(crate) min: Option<f32>,
}

impl Class {
    /// An error is a sentence about the matcher.
    pub(super) fn new(text: &ClassifierText, clause: ClauseId) -> Result<Self, String> {
        let ClassifierText { category, min } = *text;
        let place = place_of(category).ok_or_else(|| {
            format!(
                "the classifier has no category `{}`: it knows OpenAI's thirteen and injection",
                name(category)
            )
        })?;
        if min.is_some_and(|min| !(min > 0.0 && min <= 1.0)) {
            return Err("`min` is a score: write a number above 0 and at most 1".into());
        }
        Ok(Self { clause, category, place, min })
    }

    /// The match that a sentence is, if it is about the category.
    pub(super) fn hit(&self, sentence: &Sentence<'_>) -> Option<Hit> {
        let score = sentence.ended.scores.get(self.place).copied()?;
        let over = sentence.ended.over.get(self.place).copied()?;
        self.min.map_or(over, |min| score >= min).then(|| Hit {
            clause: self.clause,
            kind: Kind::Classifier(self.category),
            span: sentence.span,
            disguised: false,
            score: (score * 1000.0).round() as u16,
            marks: sentence.marks(self.place),
        })
    }
}
