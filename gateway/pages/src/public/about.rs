//! `/about`: what a check can say, what is kept, how sure marks are.

use askama::Template;
use types::Language;

use crate::{Frame, Html, Theme, texts::Texts, written};

#[derive(Template)]
#[template(path = "public/about.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    seconds: u64,
}

/// The page. `seconds`: shorter sounds carry no mark.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, seconds: u64) -> Html {
    written(&Page { f: frame, t: frame.t(), seconds })
}
