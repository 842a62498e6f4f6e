//! `/console/stories/{id}`: a story as it is made, part by part.

use askama::Template;
use types::{Language, Modality};

use super::{Member, words};
use crate::{Frame, Html, Theme, texts::Texts, written};

/// A part that is done.
#[derive(Debug, Clone)]
pub struct Part {
    /// The chapter, from 1.
    pub chapter: u64,
    /// What it is.
    pub modality: Modality,
    /// The asset.
    pub asset: String,
    /// Its words.
    pub text: Option<String>,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Story {
    /// The job.
    pub id: String,
    /// How much is done.
    pub percent: u64,
    /// It goes on.
    pub running: bool,
    /// The parts.
    pub parts: Vec<Part>,
    /// The bundle.
    pub bundle: Option<String>,
    /// Why there is none.
    pub error: Option<String>,
}

#[derive(Template)]
#[template(path = "console/story.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    view: &'a Story,
}

#[derive(Template)]
#[template(path = "console/story.html", block = "part")]
struct Progress<'a> {
    f: &'a Frame,
    t: Texts,
    view: &'a Story,
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, view: &Story) -> Html {
    written(&Page { f: frame, t: frame.t(), me, view })
}

/// How far it is, alone.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn progress(frame: &Frame, view: &Story) -> Html {
    written(&Progress { f: frame, t: frame.t(), view })
}
