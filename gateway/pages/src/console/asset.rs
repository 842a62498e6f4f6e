//! `/console/assets/{id}`: one asset with its history, its files, and what may be done with it.

use askama::Template;
use types::{Language, Modality};

use super::{
    Member,
    review::{Kind, Preview},
    words,
};
use crate::{Frame, Html, Theme, texts::Texts, written};

/// A node of the manifest tree.
#[derive(Debug, Clone)]
pub struct Node {
    /// How deep, from 0.
    pub level: usize,
    /// Its name.
    pub title: String,
    /// `parentOf`, `componentOf`, `inputTo`, or nothing for the asset itself.
    pub relationship: String,
    /// Who signed.
    pub signer: Option<String>,
    /// When, RFC 3339.
    pub at: Option<String>,
    /// The verdict, by its name in the API.
    pub verdict: String,
    /// What was done, by C2PA's names, with the model.
    pub actions: Vec<String>,
    /// It declares AI.
    pub ai: bool,
}

/// What may be downloaded.
#[derive(Debug, Clone)]
pub struct Download {
    /// Its name, such as `C2PA`.
    pub name: String,
    /// Its address.
    pub at: String,
}

/// Where the asset stands before the public.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The name of the event.
    pub state: String,
    /// Since when, RFC 3339.
    pub at: String,
    /// The article, or the notice.
    pub url: Option<String>,
    /// Index of the record.
    pub index: u64,
}

/// What may be done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct May {
    /// Publish it.
    pub publish: bool,
    /// Correct or withdraw it.
    pub amend: bool,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Asset {
    /// The asset.
    pub asset: String,
    /// The request.
    pub request: String,
    /// What it is called.
    pub title: String,
    /// What it is.
    pub modality: Modality,
    /// Its media type.
    pub media_type: String,
    /// The label that readers see.
    pub label: String,
    /// How its request ended, or what an editor decided: the name of an event.
    pub state: String,
    /// Where it stands before the public.
    pub standing: Option<Standing>,
    /// What is shown; nothing of what may not leave.
    pub preview: Option<Preview>,
    /// SHA-256 of the file that readers have.
    pub sha256: String,
    /// The manifest.
    pub manifest: String,
    /// The mark's number, or why there is none.
    pub mark: String,
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// Index of its record.
    pub index: u64,
    /// The tree.
    pub tree: Vec<Node>,
    /// Files.
    pub downloads: Vec<Download>,
    /// What the reader may do.
    pub may: May,
    /// Other pictures to compare with: id and name.
    pub others: Vec<(String, String)>,
    /// The picture that it is compared with, at this address.
    pub beside: Option<(String, String)>,
    /// Why the last try did not succeed: the API's sentence.
    pub error: Option<String>,
}

#[derive(Template)]
#[template(path = "console/asset.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    me: &'a Member,
    view: &'a Asset,
}

impl Page<'_> {
    fn act(&self, act: &str) -> String {
        self.f.to(&format!("/console/assets/{}/{act}", self.view.asset))
    }

    fn picture(&self) -> Option<(&str, &str)> {
        match &self.view.preview {
            Some(Preview::Picture(at, alt)) => Some((at, alt)),
            _ => None,
        }
    }
}

/// How something belongs to what was made from it.
const fn relation<'a>(t: &Texts, name: &'a str) -> &'a str {
    match name.as_bytes() {
        b"parentOf" => t.console_parent(),
        b"componentOf" => t.console_component(),
        b"inputTo" => t.console_input(),
        b"" => t.console_itself(),
        _ => name,
    }
}

/// The page.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, me: &Member, view: &Asset) -> Html {
    written(&Page { f: frame, t: frame.t(), me, view })
}
