//! What is shown where something is in the way.

use askama::Template;
use types::Language;

use crate::{Frame, Html, Theme, texts::Texts, written};

/// What is in the way.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The API's stable code.
    pub code: &'a str,
    /// The API's sentence, in English.
    pub message: &'a str,
}

impl Problem<'_> {
    /// A sentence in the reader's language.
    fn sentence(&self, t: &Texts) -> &'static str {
        match self.status {
            _ if self.code == "address_refused" => t.problem_address(),
            _ if self.code == "nothing_to_check" => t.problem_nothing(),
            401 | 403 => t.problem_forbidden(),
            404 | 405 | 410 => t.problem_missing(),
            408 => t.problem_slow(),
            413 => t.problem_large(),
            429 => t.problem_often(),
            400..=499 => t.problem_unusable(),
            503 => t.problem_busy(),
            _ => t.problem_ours(),
        }
    }

    /// The API's sentence, where ours leaves open what to do.
    fn detail(&self) -> Option<&str> {
        let open = matches!(self.status, 400 | 403 | 415 | 422 | 500..=502 | 504..);
        let told = ["address_refused", "nothing_to_check"].contains(&self.code);
        (open && !told).then_some(self.message)
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    problem: &'a Problem<'a>,
}

#[derive(Template)]
#[template(path = "problem.html", block = "part")]
struct Part<'a> {
    t: Texts,
    problem: &'a Problem<'a>,
}

/// A whole page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, problem: &Problem<'_>) -> Html {
    written(&Page { f: frame, t: frame.t(), problem })
}

/// What htmx puts into a page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn part(frame: &Frame, problem: &Problem<'_>) -> Html {
    written(&Part { t: frame.t(), problem })
}
