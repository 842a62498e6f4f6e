//! `/console/sign-in`: by password, by a link that is good once, or through a provider of identities.

use askama::Template;
use types::Language;

use crate::{Frame, Html, Theme, texts::Texts, written};

/// Why somebody is still outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Name and password do not fit, or the link was used before.
    Wrong,
    /// Too many have been wrong.
    Often,
    /// The session has ended.
    Ended,
}

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct SignIn {
    /// Why the page is shown again.
    pub trouble: Option<Trouble>,
    /// A provider of identities is configured.
    pub provider: bool,
    /// A link that is good once; opening it asks for a click, so that a preview does not use it up.
    pub link: Option<String>,
    /// Where to go afterwards.
    pub next: String,
}

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    view: &'a SignIn,
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, view: &SignIn) -> Html {
    written(&Page { f: frame, t: frame.t(), view })
}
