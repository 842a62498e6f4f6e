//! `/console/reviews`: what waits for a decision.

use askama::Template;
use types::{Language, Modality};

use super::{Member, words};
use crate::{Frame, Html, Theme, texts::Texts, written};

/// Which of what waits is shown; an empty value means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// `text`, `image`, `audio` or `video`.
    pub modality: String,
    /// A desk.
    pub desk: String,
    /// A rule that had a finding.
    pub rule: String,
    /// `hour`, `day` or `week`: waiting for longer than that.
    pub age: String,
}

/// Something that waits.
#[derive(Debug, Clone)]
pub struct Row {
    /// The asset.
    pub asset: String,
    /// What it is called, or its first words.
    pub title: String,
    /// What it is.
    pub modality: Modality,
    /// The desk, where it is known.
    pub desk: Option<String>,
    /// Since when it waits, RFC 3339.
    pub since: String,
    /// For how long, in minutes.
    pub minutes: u64,
    /// Rules that had findings.
    pub rules: Vec<String>,
    /// The reader has asked for it.
    pub own: bool,
    /// Policy holds it; else somebody wants it published.
    pub held: bool,
    /// Where a small picture of it is.
    pub picture: Option<String>,
}

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    /// What was asked for.
    pub wanted: Wanted,
    /// Desks to choose from.
    pub desks: Vec<String>,
    /// Rules to choose from.
    pub rules: Vec<String>,
    /// What waits, oldest first.
    pub rows: Vec<Row>,
    /// How much waits in all.
    pub total: u64,
    /// What was decided a moment ago, as the name of an event, and about what.
    pub done: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "console/queue.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    view: &'a Queue,
}

impl Page<'_> {
    fn waits(&self, minutes: u64) -> String {
        self.t.console_waits(&waiting(self.t, minutes))
    }

    const fn kinds(&self) -> [(&'static str, &'static str); 4] {
        let t = self.t;
        [
            ("text", t.console_text()),
            ("image", t.console_image()),
            ("audio", t.console_audio()),
            ("video", t.console_video()),
        ]
    }

    const fn ages(&self) -> [(&'static str, &'static str); 3] {
        let t = self.t;
        [
            ("hour", t.console_age_hour()),
            ("day", t.console_age_day()),
            ("week", t.console_age_week()),
        ]
    }
}

/// How long something waits, in words.
pub(super) fn waiting(t: Texts, minutes: u64) -> String {
    match (minutes / (24 * 60), minutes / 60) {
        (0, 0) => t.console_minutes(minutes),
        (0, hours) => t.console_hours(hours),
        (days, _) => t.console_days(days),
    }
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, view: &Queue) -> Html {
    written(&Page { f: frame, t: frame.t(), me, view })
}
