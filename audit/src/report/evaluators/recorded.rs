//! A fact that a latent disclosure conveys is on record.

use serde::Deserialize;

use super::{Evaluator, asset};
use crate::{
    Record,
    report::{
        Seen, Words,
        outcome::{Finding, Tally},
    },
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    media: Vec<types::Modality>,
    fact: Fact,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Fact {
    /// Name and version of the system.
    System,
    /// Time and date.
    Time,
    /// A unique identifier.
    Id,
}

impl Fact {
    fn is_in(self, record: &Record) -> bool {
        match self {
            Self::System => record
                .generator
                .as_ref()
                .is_some_and(|model| !model.model.is_empty() && !model.version.is_empty()),
            Self::Time => !record.time.is_empty(),
            Self::Id => record.asset_id.is_some(),
        }
    }
}

#[derive(Debug)]
pub(super) struct Recorded {
    parameters: Parameters,
    tally: Tally,
}

impl Recorded {
    pub(super) fn new(parameters: Parameters) -> Self {
        Self { parameters, tally: Tally::default() }
    }
}

impl Evaluator for Recorded {
    fn see(&mut self, seen: &Seen<'_>) {
        let medium = asset::medium(seen.record);
        let wanted = medium.is_some_and(|medium| self.parameters.media.contains(&medium));
        // What no model here has made names no system that made it.
        let brought =
            matches!(self.parameters.fact, Fact::System) && seen.record.generator.is_none();
        if asset::made(seen.record) && wanted && !brought {
            self.tally.judge(seen.index, self.parameters.fact.is_in(seen.record));
        }
    }

    fn finish(self: Box<Self>) -> Finding {
        self.tally.finding(
            Words::fixed(
                "each asset's record has it, and its mark or manifest leads to the record",
                "每个素材的记录均含此项，且可由其标记或清单找到该记录",
            ),
            Words::fixed("a record lacks it", "有记录缺少此项"),
            Words::fixed("no such asset was made in this extent", "此范围内没有此类素材"),
        )
    }
}
