//! What this version does not decide; never a pass.

use serde::Deserialize;

use super::Evaluator;
use crate::report::{Outcome, Seen, Words, outcome::Finding};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    reason: Words,
}

#[derive(Debug)]
pub(super) struct Pending(Words);

impl Pending {
    pub(super) fn new(parameters: Parameters) -> Self {
        Self(parameters.reason)
    }
}

impl Evaluator for Pending {
    fn see(&mut self, _: &Seen<'_>) {}

    fn finish(self: Box<Self>) -> Finding {
        Finding::bare(Outcome::NotMet, self.0)
    }
}
