//! `/console/create/…`: asking for a text, a picture, a voice-over, a video or a story.

use askama::Template;
use types::{Action, Language};

use super::{Member, words};
use crate::{Frame, Html, Theme, texts::Texts, written};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// A picture.
    Image,
    /// Words that are spoken.
    Voice,
    /// A video.
    Video,
    /// Text, pictures and narration, bound together.
    Story,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Text, Self::Image, Self::Voice, Self::Video, Self::Story];

    /// The name in addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Image => "image",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::Story => "story",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    const fn title(self, t: &Texts) -> &'static str {
        match self {
            Self::Text => t.console_text(),
            Self::Image => t.console_image(),
            Self::Voice => t.console_voice(),
            Self::Video => t.console_video(),
            Self::Story => t.console_story(),
        }
    }

    const fn asks(self, t: &Texts) -> &'static str {
        match self {
            Self::Text => t.console_ask_text(),
            Self::Image => t.console_ask_image(),
            Self::Voice => t.console_ask_voice(),
            Self::Video => t.console_ask_video(),
            Self::Story => t.console_ask_story(),
        }
    }
}

/// What was filled in, so that a form that comes back has lost nothing.
#[derive(Debug, Clone, Default)]
pub struct Filled {
    /// What is wanted.
    pub prompt: String,
    /// Facts and sources that the result must keep to.
    pub sources: String,
    /// The model.
    pub model: String,
    /// The voice.
    pub voice: String,
    /// The size of a picture.
    pub size: String,
    /// Chapters of a story.
    pub chapters: String,
    /// A label that people see is not wanted, for this reason.
    pub unlabelled_reason: String,
    /// Who has agreed to label it instead.
    pub unlabelled_recipient: String,
}

/// A request that policy refused.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The rule.
    pub rule: Option<String>,
    /// Why, in the language of the request.
    pub message: String,
    /// The words that the rule found.
    pub words: Vec<String>,
    /// The request.
    pub request: String,
    /// Its record.
    pub index: u64,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Create {
    /// What is asked for.
    pub kind: Kind,
    /// Models that make it; the first is the usual one.
    pub models: Vec<String>,
    /// Voices.
    pub voices: Vec<String>,
    /// Sizes of pictures.
    pub sizes: Vec<String>,
    /// What was filled in.
    pub filled: Filled,
    /// Policy has refused it.
    pub refusal: Option<Refusal>,
    /// It cannot be made as asked; the API's sentence.
    pub error: Option<String>,
    /// The label that readers will see.
    pub label: String,
}

/// What policy would say of a text that is being written.
#[derive(Debug, Clone)]
pub struct Check {
    /// What it would ask for.
    pub action: Action,
    /// Nothing is written yet.
    pub empty: bool,
    /// What rules find.
    pub hits: Vec<Hit>,
}

/// What a rule finds in a text.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The rule.
    pub rule: String,
    /// What it asks for.
    pub action: Action,
    /// The words.
    pub words: Vec<String>,
    /// Why, in the language of the text.
    pub message: String,
}

#[derive(Template)]
#[template(path = "console/create.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    view: &'a Create,
}

#[derive(Template)]
#[template(path = "console/check.html")]
struct Part<'a> {
    f: &'a Frame,
    t: Texts,
    check: &'a Check,
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, view: &Create) -> Html {
    written(&Page { f: frame, t: frame.t(), me, view })
}

/// What is said beside a text while it is written.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn check(frame: &Frame, check: &Check) -> Html {
    written(&Part { f: frame, t: frame.t(), check })
}
