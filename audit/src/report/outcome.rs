//! What a check found.

use serde::{Deserialize, Serialize};

use super::{Indices, Words, bound::CONFIDENCE_PERCENT, regime::Check};

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

/// How many of the assets that a check is about somebody has looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// How many were looked at.
    pub looked_at: u64,
    /// How many there are in the extent.
    pub of: u64,
    /// How sure the bound is, in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence_percent: Option<u32>,
    /// The upper bound of the share of all that would fail (Clopper-Pearson, one-sided), where not all
    /// were looked at and those that were had been drawn at random.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_share_max: Option<f64>,
}

impl Sample {
    /// The bound says something only where not all were looked at.
    pub(crate) fn of(looked_at: u64, of: u64, bound: Option<f64>) -> Self {
        let share = bound.filter(|_| looked_at < of);
        let confidence_percent = share.map(|_| CONFIDENCE_PERCENT);
        Self { looked_at, of, confidence_percent, failing_share_max: share }
    }

    /// The same for people.
    #[must_use]
    pub fn words(&self) -> Words {
        let Self { looked_at, of, .. } = self;
        if looked_at >= of {
            return Words::made(format!("examined: all {of}"), format!("已检查：全部 {of} 个"));
        }
        let (en, zh) = match self.failing_share_max {
            Some(share) => {
                let (percent, sure) = (share * 100.0, CONFIDENCE_PERCENT);
                (
                    format!(
                        ", drawn at random: with {sure} % confidence at most {percent:.1} % of all would fail"
                    ),
                    format!(
                        "，随机抽取：在 {sure}% 置信度下，全部素材中未通过者至多占 {percent:.1}%"
                    ),
                )
            }
            None if *looked_at == 0 => Default::default(),
            None => (
                ", not all of them drawn at random, so nothing is said of the rest".to_owned(),
                "，并非全部随机抽取，故不推断其余".to_owned(),
            ),
        };
        Words::made(
            format!("examined: {looked_at} of {of}{en}"),
            format!("已检查：{of} 个中的 {looked_at} 个{zh}"),
        )
    }
}

/// What an evaluator hands back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    pub(crate) outcome: Outcome,
    pub(crate) supporting: Indices,
    pub(crate) opposing: Indices,
    pub(crate) reason: Words,
    pub(crate) sample: Option<Sample>,
}

impl Finding {
    /// A finding that rests on no entry.
    pub(crate) fn bare(outcome: Outcome, reason: Words) -> Self {
        let (supporting, opposing) = (Indices::default(), Indices::default());
        Self { outcome, supporting, opposing, reason, sample: None }
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
    /// How many of all were looked at, where that is a choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sample>,
}

impl CheckResult {
    pub(crate) fn new(check: Check, finding: Finding) -> Self {
        let Finding { outcome, supporting, opposing, reason, sample } = finding;
        Self {
            check,
            outcome,
            examined: supporting.count() + opposing.count(),
            passed: supporting.count(),
            failed: opposing.count(),
            entries: supporting,
            entries_against: opposing,
            reason,
            sample,
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
        Finding { outcome, supporting, opposing, reason, sample: None }
    }
}
