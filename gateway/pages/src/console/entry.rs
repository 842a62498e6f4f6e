//! `/console/audit/{index}`: one entry with its proof.

use askama::Template;
use types::Language;

use super::{Member, words};
use crate::{Frame, Html, Theme, public::proof::Proof, texts::Texts, written};

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its index.
    pub index: u64,
    /// The name of the event.
    pub event: String,
    /// When, RFC 3339.
    pub at: String,
    /// The record as JSON.
    pub json: String,
    /// The proof, which was computed again for this page.
    pub proof: Proof,
    /// The asset and the request that it tells of.
    pub asset: Option<String>,
    /// The request.
    pub request: Option<String>,
    /// Where this server is, for commands.
    pub base: String,
    /// The entry before, and the one after.
    pub before: Option<u64>,
    /// The one after.
    pub next: Option<u64>,
}

#[derive(Template)]
#[template(path = "console/entry.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    view: &'a Entry,
    proof: &'a Proof,
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, view: &Entry) -> Html {
    written(&Page { f: frame, t: frame.t(), me, view, proof: &view.proof })
}
