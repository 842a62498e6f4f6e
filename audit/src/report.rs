//! Evidence reports: what a regime asks, as checks over the log's records.
//!
//! Reading order: [`regime`] reads the data files that say what is asked, with law, date and
//! source; `evaluators` decide one check each from the records, which they see once and in order;
//! [`evaluation`] runs them; [`outcome`] is what comes out, and [`Report`] all of it. `layout` turns
//! a report into a [`document`], which `page` writes as HTML and `pdf` as PDF; `sheet` writes CSV.
//!
//! A report is evidence, not a finding about any law: its heading says so.

mod bound;
pub mod document;
pub mod evaluation;
mod evaluators;
pub mod facts;
pub mod indices;
mod layout;
pub mod outcome;
mod page;
mod pdf;
pub mod regime;
mod sheet;
pub mod story;
mod tally;
mod views;
pub mod words;

use serde::{Deserialize, Serialize};
use types::{Language, Sha256};

pub use self::{
    document::Document,
    evaluation::{Evaluation, Seen},
    facts::Facts,
    indices::Indices,
    outcome::{CheckResult, Outcome, Sample},
    regime::{Regime, RegimeError},
    story::Story,
    tally::{Count, table},
    views::{Rendered, Views},
    words::Words,
};

pub(crate) use self::sheet::{cell, writer as sheet_writer};

/// The heading of every report.
pub const HEADING: Words = Words::fixed(
    "Evidence report: machine checks, not a finding of compliance with any law",
    "证据报告：机器检查结果，不是对是否符合任何法律的认定",
);

/// Name and version of this program, as reports and bundles state it.
pub const SOFTWARE: &str = concat!("imprimatur ", env!("CARGO_PKG_VERSION"));

/// What was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// One organisation; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The earliest time, inclusive, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The latest time, exclusive, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// One asset's story.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<types::AssetId>,
}

/// The signed state of the log that a report is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogHead {
    /// The log's name.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// The root over them.
    pub root: Sha256,
    /// The key that signed it.
    pub vkey: String,
}

/// An evidence report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The format.
    pub schema: String,
    /// The heading, which limits what the report claims.
    pub heading: Words,
    /// The regime's id.
    pub regime: String,
    /// The regime's title.
    pub title: Words,
    /// When the report was made, RFC 3339.
    pub generated: String,
    /// The program that made it.
    pub software: String,
    /// What was looked at.
    pub extent: Extent,
    /// The signed state of the log.
    pub log: LogHead,
    /// What records cannot say.
    pub facts: Facts,
    /// How many entries were looked at.
    pub entries: u64,
    /// How many of them tell of each end of a request and of each decision, by what was made.
    #[serde(default)]
    pub counts: Vec<Count>,
    /// The checks.
    pub checks: Vec<CheckResult>,
}

impl Report {
    /// As a table, one row a check, safe to open in a spreadsheet.
    ///
    /// # Errors
    /// [`RenderError`] when a row cannot be written.
    pub fn csv(&self, language: Language) -> Result<Vec<u8>, RenderError> {
        sheet::csv(self, language)
    }
}

/// A report cannot be written.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the report could not be written as {format}: {reason}")]
pub struct RenderError {
    /// `HTML`, `PDF` or `CSV`.
    pub format: &'static str,
    /// What went wrong.
    pub reason: String,
}

impl RenderError {
    pub(crate) fn new(format: &'static str, reason: impl ToString) -> Self {
        Self { format, reason: reason.to_string() }
    }
}

#[cfg(test)]
mod tests;
