//! `/console/compliance`: machine checks by regime, and evidence to take away.

use askama::Template;
use types::Language;

use super::{Member, words};
use crate::{Frame, Html, Theme, texts::Texts, written};

/// Regimes, by their names in the API.
pub const REGIMES: [&str; 5] = ["eu-art50", "sb942", "cn-gb45438", "ny-fair", "internal"];

/// What was filled in.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// The first day.
    pub from: String,
    /// The day after the last.
    pub to: String,
    /// The regime.
    pub regime: String,
    /// What is withheld: `none`, `people` or `content`.
    pub redact: String,
}

/// A check of a regime.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// What it asks.
    pub asks: String,
    /// How it came out, in words.
    pub outcome: String,
    /// It did not pass.
    pub open: bool,
    /// How many outputs were looked at.
    pub examined: u64,
    /// How many pass.
    pub passed: u64,
    /// Why.
    pub reason: String,
    /// The first entry that speaks against it.
    pub against: Option<u64>,
}

/// Numbers of records, with words for what they count.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    /// What the table shows.
    pub caption: String,
    /// The names of the columns.
    pub head: Vec<String>,
    /// The rows, each as long as the head.
    pub rows: Vec<Vec<String>>,
}

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct Reports {
    /// What was filled in.
    pub filled: Filled,
    /// The checks; none before they ran.
    pub rows: Vec<Row>,
    /// How many entries are in scope.
    pub entries: u64,
    /// How many of them tell of what, by what was made: the names of the columns, and the rows.
    pub counts: Counts,
    /// The title of the regime.
    pub title: String,
    /// What cannot be done.
    pub error: Option<String>,
}

/// A bar of the chart.
struct Bar {
    id: String,
    y: usize,
    width: u64,
    share: String,
}

#[derive(Template)]
#[template(path = "console/reports.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    view: &'a Reports,
    bars: Vec<Bar>,
    height: usize,
}

/// Length of a full bar, and room for one bar.
const FULL: u64 = 360;
const STEP: usize = 28;

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, view: &Reports) -> Html {
    let examined = view.rows.iter().filter(|row| row.examined > 0);
    let bars: Vec<Bar> = examined
        .enumerate()
        .map(|(at, row)| Bar {
            id: row.id.clone(),
            y: at * STEP,
            width: row.passed * FULL / row.examined,
            share: format!("{} / {}", row.passed, row.examined),
        })
        .collect();
    let height = bars.len() * STEP;
    written(&Page { f: frame, t: frame.t(), me, view, bars, height })
}
