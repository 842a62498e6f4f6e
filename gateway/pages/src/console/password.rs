//! `/console/password`: another password.

use askama::Template;
use types::Language;

use super::{Member, words};
use crate::{Frame, Html, Theme, texts::Texts, written};

#[derive(Template)]
#[template(path = "console/password.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    by_password: bool,
}

/// The page; who came `by_password` gives the one before, too.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, by_password: bool) -> Html {
    written(&Page { f: frame, t: frame.t(), me, by_password })
}
