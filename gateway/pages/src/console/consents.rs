//! `/console/consents`: who has agreed to be shown or heard, entered and withdrawn.

use askama::Template;
use types::Language;

use super::{Member, words};
use crate::{Frame, Html, Theme, texts::Texts, written};

/// What somebody can agree to, as the form names it.
pub const COVERS: [&str; 3] = ["both", "likeness", "voice"];

/// An agreement.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// What requests name.
    pub id: String,
    /// The names by which requests call the person.
    pub names: Vec<String>,
    /// One of [`COVERS`].
    pub covers: &'static str,
    /// Where the signed agreement is kept.
    pub kept_at: String,
    /// From when it holds, RFC 3339.
    pub from: Option<String>,
    /// Until when, RFC 3339.
    pub until: Option<String>,
    /// The desks that it is for; all if there is none.
    pub desks: Vec<String>,
    /// When it was entered, RFC 3339.
    pub at: String,
    /// When it was withdrawn, RFC 3339.
    pub withdrawn_at: Option<String>,
}

/// What was filled in.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// A name a line.
    pub names: String,
    /// One of [`COVERS`].
    pub covers: String,
    /// Where the signed agreement is kept.
    pub kept_at: String,
    /// The day from which it holds.
    pub from: String,
    /// The day before which it holds.
    pub until: String,
    /// Desks with commas between them.
    pub desks: String,
}

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct Consents {
    /// Those that are shown, newest first.
    pub rows: Vec<Row>,
    /// Whether there are older ones that are not shown.
    pub more: bool,
    /// What a form that was refused said.
    pub filled: Filled,
    /// What stood in the way of a form.
    pub error: Option<String>,
    /// Longest place of an agreement, in characters.
    pub text_max: usize,
}

#[derive(Template)]
#[template(path = "console/consents.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    view: &'a Consents,
}

impl Page<'_> {
    const fn covers(&self, name: &str) -> &'static str {
        match name.as_bytes() {
            b"likeness" => self.t.console_consent_likeness(),
            b"voice" => self.t.console_consent_voice(),
            _ => self.t.console_consent_both(),
        }
    }
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, view: &Consents) -> Html {
    written(&Page { f: frame, t: frame.t(), me, view })
}
