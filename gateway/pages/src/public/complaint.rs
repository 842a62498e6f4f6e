//! `/complaint`: what readers say is wrong, and the ticket they get.

use askama::Template;
use types::Language;

use crate::{Frame, Html, Theme, texts::Texts, written};

/// The kinds of complaints, as forms and the API name them.
pub const KINDS: [&str; 5] = ["result", "content", "label", "person", "other"];

/// What was filled in so far.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// One of [`KINDS`].
    pub about: String,
    /// The work.
    pub asset: String,
    /// The verdict that it is about.
    pub verdict: String,
    /// What happened.
    pub text: String,
    /// Where the reader can be reached.
    pub contact: String,
    /// What does not fit.
    pub fault: Option<Fault>,
    /// Longest text, in characters.
    pub text_max: usize,
}

/// What does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// There is no text.
    Empty,
    /// A field is too long.
    Long,
}

struct Shown<'a> {
    choices: Vec<(&'static str, &'static str, bool)>,
    asset: &'a str,
    verdict: &'a str,
    text: &'a str,
    contact: &'a str,
    error: Option<&'static str>,
    text_max: usize,
}

#[derive(Template)]
#[template(path = "public/complaint.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    filled: Shown<'a>,
}

#[derive(Template)]
#[template(path = "public/complaint_form.html")]
struct Part<'a> {
    f: &'a Frame,
    t: Texts,
    filled: Shown<'a>,
}

#[derive(Template)]
#[template(path = "public/ticket_page.html")]
struct TicketPage<'a> {
    f: &'a Frame,
    t: Texts,
    ticket: &'a str,
}

#[derive(Template)]
#[template(path = "public/ticket.html")]
struct Ticket<'a> {
    t: Texts,
    ticket: &'a str,
}

/// The form; `partly` without the page around it.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn form(frame: &Frame, partly: bool, filled: &Filled) -> Html {
    let (f, t) = (frame, frame.t());
    let filled = shown(t, filled);
    if partly { written(&Part { f, t, filled }) } else { written(&Page { f, t, filled }) }
}

/// The ticket; `partly` without the page around it.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn ticket(frame: &Frame, partly: bool, ticket: &str) -> Html {
    let (f, t) = (frame, frame.t());
    if partly { written(&Ticket { t, ticket }) } else { written(&TicketPage { f, t, ticket }) }
}

/// A kind of complaint, in words.
pub(crate) const fn about(t: &Texts, kind: &str) -> &'static str {
    match kind.as_bytes() {
        b"result" => t.complaint_result(),
        b"content" => t.complaint_content(),
        b"label" => t.complaint_label(),
        b"person" => t.complaint_person(),
        _ => t.complaint_other(),
    }
}

fn shown(t: Texts, filled: &Filled) -> Shown<'_> {
    let chosen = if KINDS.contains(&filled.about.as_str()) { &filled.about } else { "other" };
    Shown {
        choices: KINDS.iter().map(|kind| (*kind, about(&t, kind), *kind == chosen)).collect(),
        asset: &filled.asset,
        verdict: &filled.verdict,
        text: &filled.text,
        contact: &filled.contact,
        error: filled.fault.map(|fault| match fault {
            Fault::Empty => t.complaint_empty(),
            Fault::Long => t.complaint_long(),
        }),
        text_max: filled.text_max,
    }
}
