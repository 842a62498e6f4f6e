//! What a check found.

use serde::{Deserialize, Serialize};

use super::{Indices, Words, regime::Check};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything that was looked at is as the check asks.
    Pass,
    /// Something is not.
    Fail,
    /// There was nothing to look at.
    NotApplicable,
    /// It cannot be decided, or what it asks for is not there yet; never counts as passed.
    NotMet,
}

impl Outcome {
    /// The name in JSON and CSV.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotApplicable => "not_applicable",
            Self::NotMet => "not_met",
        }
    }

    /// The name for people.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::Pass => Words::fixed("pass", "通过"),
            Self::Fail => Words::fixed("fail", "未通过"),
            Self::NotApplicable => Words::fixed("not applicable", "不适用"),
            Self::NotMet => Words::fixed("not met", "未满足"),
        }
    }
}

/// What an evaluator hands back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) outcome: Outcome,
    pub(crate) supporting: Indices,
    pub(crate) opposing: Indices,
    pub(crate) reason: Words,
}

impl Finding {
    /// A finding that rests on no entry.
    pub(crate) fn bare(outcome: Outcome, reason: Words) -> Self {
        Self { outcome, supporting: Indices::default(), opposing: Indices::default(), reason }
    }
}

/// One check of a report, with its outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// The check: what is asked, by which law, since when, and where that is written.
    #[serde(flatten)]
    pub check: Check,
    /// How it came out.
    pub outcome: Outcome,
    /// How many entries were looked at.
    pub examined: u64,
    /// How many are as the check asks.
    pub passed: u64,
    /// How many are not.
    pub failed: u64,
    /// The entries that show it.
    pub entries: Indices,
    /// The entries that speak against it.
    pub entries_against: Indices,
    /// Why, for people.
    pub reason: Words,
}

impl CheckResult {
    pub(crate) fn new(check: Check, finding: Finding) -> Self {
        let Finding { outcome, supporting, opposing, reason } = finding;
        Self {
            check,
            outcome,
            examined: supporting.count() + opposing.count(),
            passed: supporting.count(),
            failed: opposing.count(),
            entries: supporting,
            entries_against: opposing,
            reason,
        }
    }
}

/// Counts entries for and against.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) supporting: Indices,
    pub(crate) opposing: Indices,
}

impl Tally {
    /// Counts one entry.
    pub(crate) fn judge(&mut self, index: u64, holds: bool) {
        if holds { self.supporting.push(index) } else { self.opposing.push(index) }
    }

    /// Fails with the first opposing entry, passes with the first supporting one, else does not apply.
    pub(crate) fn finding(self, passed: Words, failed: Words, nothing: Words) -> Finding {
        let Self { supporting, opposing } = self;
        let (outcome, reason) = match (opposing.count(), supporting.count()) {
            (0, 0) => (Outcome::NotApplicable, nothing),
            (0, _) => (Outcome::Pass, passed),
            _ => (Outcome::Fail, failed),
        };
        Finding { outcome, supporting, opposing, reason }
    }
}
