//! `/console/r/{id}`: how a request went, step by step, each with its log entry.

use askama::Template;
use types::{Language, Modality};

use super::{
    Member,
    review::{Kind, Preview},
    words,
};
use crate::{Frame, Html, Theme, texts::Texts, written};

/// What a step of the line was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The request came in.
    Received,
    /// Rules read what was asked.
    InputRules,
    /// A model made something.
    Generated,
    /// Rules read what came out.
    OutputRules,
    /// The label that people see.
    Labelled,
    /// The mark that programs read.
    Marked,
    /// Content Credentials.
    Signed,
    /// The record that ends the request.
    Recorded,
    /// An editor decided.
    Reviewed,
    /// It went before the public, or was corrected or withdrawn.
    Published,
    /// Something else is on record.
    Other,
}

/// What a fact of a step is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A rule that found something.
    Rule,
    /// A check and whether it ran.
    Check,
    /// The model.
    Model,
    /// A digest.
    Hash,
    /// The seed.
    Seed,
    /// The algorithm of a mark.
    Algorithm,
    /// The number of a mark.
    Mark,
    /// The manifest's label.
    Manifest,
    /// Who signed.
    Signer,
    /// The root of the log.
    Root,
    /// Why.
    Reason,
    /// A role.
    Role,
    /// An address.
    Address,
    /// The rules in force.
    Policy,
    /// What people see.
    Label,
}

/// A step.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it was.
    pub what: What,
    /// The name of the event, where the step is one.
    pub event: Option<String>,
    /// When, RFC 3339, where a record says so.
    pub at: Option<String>,
    /// How long it took.
    pub ms: Option<u64>,
    /// The record that tells of it.
    pub index: u64,
    /// What is known.
    pub facts: Vec<(About, String)>,
    /// It stopped the request.
    pub stopped: bool,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It runs.
    Running {
        /// How much is done.
        percent: u8,
        /// How long it will still take, where that can be said.
        seconds_left: Option<u64>,
    },
    /// It has ended with this event.
    Ended(String),
}

/// What the author may do next.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Pictures need a description first.
    pub needs_alt: bool,
    /// The description.
    pub alt: String,
    /// It has been sent.
    pub sent: bool,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Request {
    /// The request.
    pub id: String,
    /// What was asked for.
    pub modality: Modality,
    /// How far it is.
    pub progress: Progress,
    /// The asset.
    pub asset: Option<String>,
    /// What came out, if it may be shown.
    pub preview: Option<Preview>,
    /// What is said in it.
    pub transcript: Option<String>,
    /// What the author may do.
    pub submission: Option<Submission>,
    /// The label that readers will see.
    pub label: String,
    /// The steps.
    pub steps: Vec<Step>,
    /// The same as JSON.
    pub json: String,
    /// What is to be said about the end: the API's sentence.
    pub message: Option<String>,
}

#[derive(Template)]
#[template(path = "console/request.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    view: &'a Request,
}

#[derive(Template)]
#[template(path = "console/progress.html")]
struct Part<'a> {
    f: &'a Frame,
    t: Texts,
    view: &'a Request,
}

const fn title(t: &Texts, what: &What) -> &'static str {
    match what {
        What::Received => t.console_step_received(),
        What::InputRules => t.console_step_input(),
        What::Generated => t.console_step_generated(),
        What::OutputRules => t.console_step_output(),
        What::Labelled => t.console_step_labelled(),
        What::Marked => t.console_step_marked(),
        What::Signed => t.console_step_signed(),
        What::Recorded => t.console_step_recorded(),
        What::Reviewed => t.console_step_reviewed(),
        What::Published => t.console_step_published(),
        What::Other => t.console_step_other(),
    }
}

const fn about(t: &Texts, about: &About) -> &'static str {
    match about {
        About::Rule => t.console_rule(),
        About::Check => t.console_fact_check(),
        About::Model => t.console_model(),
        About::Hash => "SHA-256",
        About::Seed => t.console_fact_seed(),
        About::Algorithm => t.console_fact_algorithm(),
        About::Mark => t.console_fact_mark(),
        About::Manifest => t.console_fact_manifest(),
        About::Signer => t.console_fact_signer(),
        About::Root => t.console_fact_root(),
        About::Reason => t.console_reason(),
        About::Role => t.console_role(),
        About::Address => t.console_fact_address(),
        About::Policy => t.console_fact_policy(),
        About::Label => t.console_label(),
    }
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, view: &Request) -> Html {
    written(&Page { f: frame, t: frame.t(), me, view })
}

/// How far it is, alone.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn progress(frame: &Frame, view: &Request) -> Html {
    written(&Part { f: frame, t: frame.t(), view })
}
