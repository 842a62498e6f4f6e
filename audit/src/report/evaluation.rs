//! Runs the checks of a regime over records, which are seen once and in order.

use super::{
    CheckResult, Facts, Regime, RegimeError,
    evaluators::{self, Evaluator},
};
use crate::Record;

/// One entry, as the checks see it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Its index in the log.
    pub index: u64,
    /// What it says.
    pub record: &'a Record,
    /// Whether its inclusion proof holds.
    pub proved: bool,
    /// Whether the manifest store that it names is at hand, byte for byte; `None` if it names none.
    pub manifest: Option<bool>,
}

/// The checks of a regime while they look at records.
#[derive(Debug)]
pub struct Evaluation {
    running: Vec<(super::regime::Check, Box<dyn Evaluator>)>,
    entries: u64,
}

impl Evaluation {
    /// Begins.
    ///
    /// # Errors
    /// [`RegimeError::Broken`] when a check names an evaluator or parameter that does not exist.
    pub fn new(regime: &Regime, facts: &Facts) -> Result<Self, RegimeError> {
        let build = |check: &super::regime::Check| {
            let evaluator =
                evaluators::build(check, facts).map_err(|reason| RegimeError::Broken {
                    name: regime.id.clone(),
                    reason: format!("{}: {reason}", check.id),
                })?;
            Ok((check.clone(), evaluator))
        };
        let running = regime.checks.iter().map(build).collect::<Result<_, RegimeError>>()?;
        Ok(Self { running, entries: 0 })
    }

    /// Looks at the next entry.
    pub fn see(&mut self, seen: &Seen<'_>) {
        self.entries += 1;
        for (_, evaluator) in &mut self.running {
            evaluator.see(seen);
        }
    }

    /// How many entries were seen, and what the checks found.
    #[must_use]
    pub fn finish(self) -> (u64, Vec<CheckResult>) {
        let results = self.running.into_iter();
        let results = results.map(|(check, running)| CheckResult::new(check, running.finish()));
        (self.entries, results.collect())
    }
}
