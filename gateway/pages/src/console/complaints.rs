//! `/console/complaints`: what readers say is wrong, and what came of it.

use askama::Template;
use types::Language;

use super::{Member, words};
use crate::{Frame, Html, Theme, public::complaint::about, texts::Texts, written};

/// What may come of a complaint, as forms and the API name it.
pub const OUTCOMES: [&str; 3] = ["upheld", "rejected", "answered"];

/// A complaint.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// The number that the reader has.
    pub ticket: String,
    /// When it came, RFC 3339.
    pub at: String,
    /// One of [`KINDS`](crate::public::complaint::KINDS).
    pub about: String,
    /// The work, as the reader calls it.
    pub seen: String,
    /// The asset of ours that it is.
    pub asset: Option<String>,
    /// The verdict that it is about, by its name in the API.
    pub verdict: String,
    /// What the reader wrote.
    pub text: String,
    /// Where the reader can be reached.
    pub contact: String,
    /// What came of it.
    pub closed: Option<Closed>,
}

/// The end of a complaint.
#[derive(Debug, Clone)]
pub struct Closed {
    /// One of [`OUTCOMES`].
    pub outcome: String,
    /// When, RFC 3339.
    pub at: String,
    /// The role of whoever decided.
    pub role: types::Role,
    /// A word for colleagues.
    pub note: String,
}

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct Complaints {
    /// Those that are shown, newest first.
    pub rows: Vec<Row>,
    /// The last ticket, where there are more after it.
    pub next: Option<String>,
    /// Whether there are newer ones.
    pub later: bool,
    /// How many are open.
    pub open: u64,
    /// Whether closed ones are shown, not open ones.
    pub closed: bool,
    /// Longest note, in characters.
    pub note_max: usize,
    /// What stood in the way of a form.
    pub error: Option<String>,
}

#[derive(Template)]
#[template(path = "console/complaints.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    view: &'a Complaints,
}

impl Page<'_> {
    fn state(&self) -> &'static str {
        if self.view.closed { "closed" } else { "open" }
    }

    fn newest(&self) -> String {
        self.f.to(&format!("/console/complaints?state={}", self.state()))
    }

    fn older(&self, ticket: &str) -> String {
        self.f.to(&format!("/console/complaints?state={}&after={ticket}", self.state()))
    }

    const fn outcome(&self, name: &str) -> &'static str {
        match name.as_bytes() {
            b"upheld" => self.t.console_complaint_upheld(),
            b"rejected" => self.t.console_complaint_rejected(),
            _ => self.t.console_complaint_answered(),
        }
    }
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, view: &Complaints) -> Html {
    written(&Page { f: frame, t: frame.t(), me, view })
}
