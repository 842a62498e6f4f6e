//! `/verify`: a file in, what is known about it out.

use askama::Template;
use types::Language;

use crate::{Frame, Html, Theme, texts::Texts, written};

#[derive(Template)]
#[template(path = "public/verify.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    by_address: bool,
}

/// The empty page. `by_address`: files may be given by address, too.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn form(frame: &Frame, by_address: bool) -> Html {
    written(&Page { f: frame, t: frame.t(), by_address })
}
