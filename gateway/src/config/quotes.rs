//! `[policy.quotes]`

use serde::{Deserialize, Serialize};
use types::Action;

/// `[policy.quotes]`: what follows when a model puts words into quotation marks that stand in nothing that the
/// person has given it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotesSection {
    /// `review` holds the text for a person, `block` refuses it, `flag` notes it. Where it may be held or
    /// refused, streams wait for their end.
    pub action: Action,
    /// Shorter quotations are mostly names and irony.
    #[serde(default = "words")]
    pub words_min: usize,
    /// For these desks only; for all, if there is none.
    #[serde(default)]
    pub desks: Vec<String>,
}

const fn words() -> usize {
    4
}

impl QuotesSection {
    /// Whether a desk's texts are looked at.
    pub(crate) fn concerns(&self, desk: &str) -> bool {
        self.desks.is_empty() || self.desks.iter().any(|named| named == desk)
    }
}
