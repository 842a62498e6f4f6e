//! `/console/reviews/{id}`: one asset, all that helps to decide, and the decision.

use askama::Template;
use types::{Action, Language, Modality};

use super::{Member, words};
use crate::{Frame, Html, Theme, texts::Texts, written};

/// Codes that a decision can have.
pub const REASONS: [&str; 6] = ["accurate", "misleading", "sources", "rights", "privacy", "style"];

/// What is shown of an asset.
#[derive(Debug, Clone)]
pub enum Preview {
    /// Words; those that rules have found are set apart.
    Text(Vec<Piece>),
    /// A picture at this address, with what it shows in words.
    Picture(String, String),
    /// A sound at this address.
    Sound(String),
    /// A video at this address.
    Video(String),
    /// Another file at this address.
    File(String),
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// How it is set apart.
    pub kind: Kind,
}

/// How a piece of a text is set apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Not at all.
    Plain,
    /// A rule has found it.
    Found,
    /// Only the newer text has it.
    Added,
    /// Only the older text has it.
    Removed,
}

/// What a rule has found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The rule.
    pub rule: String,
    /// Its version.
    pub version: u32,
    /// What it asks for.
    pub action: Action,
    /// In what was asked, or in what came out.
    pub in_prompt: bool,
    /// The words that it found, where they are at hand.
    pub words: Vec<String>,
    /// The rule runs without effect.
    pub shadow: bool,
}

/// A decision about something that the same rule had found.
#[derive(Debug, Clone)]
pub struct Similar {
    /// The asset.
    pub asset: String,
    /// The name of the event: `approved` or `rejected`.
    pub event: String,
    /// Why.
    pub reason: String,
    /// When, RFC 3339.
    pub at: String,
    /// The rule that both have.
    pub rule: String,
}

/// Who decided, and what stands behind it.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The name of the event.
    pub event: String,
    /// The role.
    pub role: String,
    /// Why.
    pub reason: String,
    /// When, RFC 3339.
    pub at: String,
    /// Index of the record.
    pub index: u64,
    /// Who answers for it, as given with the decision.
    pub responsible: Option<String>,
    /// What the editor noted.
    pub note: Option<String>,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Review {
    /// The asset.
    pub asset: String,
    /// The request.
    pub request: String,
    /// What it is called, or its first words.
    pub title: String,
    /// What it is.
    pub modality: Modality,
    /// SHA-256 of what is decided about.
    pub sha256: String,
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// The model.
    pub model: String,
    /// Policy holds it; else somebody wants it published.
    pub held: bool,
    /// The reader has asked for it: somebody else decides.
    pub own: bool,
    /// What is shown.
    pub preview: Preview,
    /// What was asked, where the console has it.
    pub prompt: Option<String>,
    /// The text beside its sources or the facts of its prompt.
    pub diff: Vec<Piece>,
    /// Words that describe a picture.
    pub alt: Option<String>,
    /// The author's word to the editor.
    pub note: Option<String>,
    /// What rules have found.
    pub hits: Vec<Hit>,
    /// Past decisions.
    pub similar: Vec<Similar>,
    /// The label that readers will see.
    pub label: String,
    /// The next one that waits, and the one before.
    pub next: Option<String>,
    /// The one before.
    pub before: Option<String>,
    /// The decision, once there is one.
    pub decided: Option<Decided>,
    /// Why the last try did not succeed.
    pub trouble: Option<Trouble>,
}

/// Why a decision was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Somebody else was faster.
    Decided,
    /// It is the reader's own.
    FourEyes,
    /// It is not what the reader saw.
    Changed,
    /// Nobody was named who answers for it, or no reason was given.
    Incomplete,
}

#[derive(Template)]
#[template(path = "console/review.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    view: &'a Review,
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, view: &Review) -> Html {
    written(&Page { f: frame, t: frame.t(), me, view })
}
