//! `/trust`: the lists by which signers are known.

use askama::Template;
use types::Language;

use super::report::List;
use crate::{Frame, Html, Theme, texts::Texts, written};

#[derive(Template)]
#[template(path = "public/trust.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    lists: &'a [List],
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, lists: &[List]) -> Html {
    written(&Page { f: frame, t: frame.t(), lists })
}
