//! Which model answers a request that names none.

use generators::ModelCard;
use types::{Modality, Task};

use crate::{case::serves, wiring::Stages};

impl Stages {
    /// The first configured model of a modality that does the task, then what
    /// works by fixed rules, then starter models; the task counts for pictures.
    #[must_use]
    pub fn default_model(&self, modality: Modality, task: Task) -> Option<String> {
        let able = |card: &ModelCard| serves(card, modality, task);
        let made = self.generators.iter().filter(|(_, generator)| able(generator.card()));
        // A null model only measures: it is used when it is named.
        // A route is several models for a purpose: it is used when it is named, too.
        let named_only = |card: &ModelCard| ["null", "route"].contains(&card.backend.as_str());
        let useful = made.filter(|(_, generator)| !named_only(generator.card()));
        let rank = |card: &ModelCard| (card.starter, card.algorithmic);
        useful.min_by_key(|(_, generator)| rank(generator.card())).map(|(name, _)| name.clone())
    }
}
