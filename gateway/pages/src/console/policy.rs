//! `/console/policy`: the rules in force, a place to try them, and a candidate beside them.

use askama::Template;
use types::{Action, Language};

use super::{Member, create::Check, words};
use crate::{Frame, Html, Theme, texts::Texts, written};

/// A rule.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// What it asks for, as it is written.
    pub action: String,
    /// What it is about.
    pub category: String,
    /// Whether it only watches.
    pub mode: String,
    /// What people are told.
    pub message: String,
}

/// When rules came into force.
#[derive(Debug, Clone)]
pub struct Change {
    /// The record.
    pub index: u64,
    /// When, RFC 3339.
    pub at: String,
    /// Which rules.
    pub what: String,
}

/// What a candidate would have changed.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// What differs from the rules in force.
    pub changes: Vec<String>,
    /// How many requests were judged again.
    pub judged: u64,
    /// How many had no original at hand.
    pub without: u64,
    /// Requests that would have been decided otherwise: id, then and now.
    pub otherwise: Vec<(String, String, String)>,
    /// The candidate cannot be used.
    pub error: Option<String>,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The pack.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its digest.
    pub sha256: String,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// When rules came into force, newest first.
    pub history: Vec<Change>,
    /// A text that was tried.
    pub tried: String,
    /// What rules say of it.
    pub check: Option<Check>,
    /// A candidate that was pasted.
    pub candidate: String,
    /// What it would have changed.
    pub trial: Option<Trial>,
}

#[derive(Template)]
#[template(path = "console/policy.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    view: &'a Policy,
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, view: &Policy) -> Html {
    written(&Page { f: frame, t: frame.t(), me, view })
}
