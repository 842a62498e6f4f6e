//! `/console/assets`: what was made, newest first.

use askama::Template;
use types::{Language, Modality};

use super::{Member, words};
use crate::{Frame, Html, Theme, texts::Texts, written};

/// An asset in the gallery.
#[derive(Debug, Clone)]
pub struct Item {
    /// The asset.
    pub asset: String,
    /// What it is called.
    pub title: String,
    /// What it is.
    pub modality: Modality,
    /// The label that readers see.
    pub label: String,
    /// Where a small picture of it is, and what it shows in words.
    pub picture: Option<(String, String)>,
    /// The first words of a text.
    pub words: Option<String>,
    /// When it was made, RFC 3339.
    pub at: String,
    /// Where it stands, as the name of an event.
    pub state: String,
}

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct Gallery {
    /// Which kind is shown; empty for all.
    pub modality: String,
    /// The assets.
    pub items: Vec<Item>,
    /// Where to go on.
    pub next: Option<String>,
    /// These are not the newest ones.
    pub later: bool,
}

#[derive(Template)]
#[template(path = "console/gallery.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    view: &'a Gallery,
}

impl Page<'_> {
    const fn kinds(&self) -> [(&'static str, &'static str); 5] {
        let t = self.t;
        [
            ("", t.console_all()),
            ("text", t.console_text()),
            ("image", t.console_image()),
            ("audio", t.console_audio()),
            ("video", t.console_video()),
        ]
    }

    fn of_kind(&self, kind: &str) -> String {
        let query = if kind.is_empty() { String::new() } else { format!("?modality={kind}") };
        self.f.to(&format!("/console/assets{query}"))
    }

    fn older(&self, cursor: &str) -> String {
        self.f.to(&format!("/console/assets?modality={}&cursor={cursor}", self.view.modality))
    }
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, view: &Gallery) -> Html {
    written(&Page { f: frame, t: frame.t(), me, view })
}
