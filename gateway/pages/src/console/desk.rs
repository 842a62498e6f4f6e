//! `/console/desk`: many files at once, each with its verdict.

use askama::Template;
use types::Language;

use super::{Member, words};
use crate::{Frame, Html, Theme, texts::Texts, written};

/// A file.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Its name.
    pub file: String,
    /// The verdict, by its name in the API.
    pub verdict: String,
    /// The verdict in a sentence.
    pub summary: String,
    /// Who signed.
    pub signer: String,
    /// The list that vouches for the signer.
    pub list: String,
    /// AI is declared in the file.
    pub ai_active: bool,
    /// AI is declared in it or in something that it was made from.
    pub ai_anywhere: bool,
    /// Something that it was made from did not check out.
    pub warning: bool,
    /// The mark.
    pub mark: String,
    /// How long the check took.
    pub ms: u64,
}

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    /// The files.
    pub rows: Vec<Row>,
    /// The same as CSV, and its name.
    pub csv: String,
}

#[derive(Template)]
#[template(path = "console/desk.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    view: &'a Desk,
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, view: &Desk) -> Html {
    written(&Page { f: frame, t: frame.t(), me, view })
}
