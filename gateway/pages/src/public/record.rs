//! `/verify/{id}` and `/c/{mark-id}`: what the public record says of a work.

use askama::Template;
use types::Language;

use super::{link::Link, proof::Proof, report::Publication, standing::Standing, verify::kind};
use crate::{Frame, Html, Theme, texts::Texts, written};

/// A published work.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// Its id.
    pub asset_id: &'a str,
    /// What it is.
    pub media_type: &'a str,
    /// When it was made, RFC 3339.
    pub made_at: &'a str,
    /// Where it stands.
    pub publication: &'a Publication,
    /// A small picture of it, as a `data:` address.
    pub picture: Option<&'a str>,
    /// Its mark.
    pub mark_id: Option<&'a str>,
    /// Its manifest's name.
    pub manifest_label: &'a str,
    /// Where the manifest is.
    pub manifest_url: &'a str,
    /// The record's proof.
    pub proof: Option<&'a Proof>,
    /// The record's own address.
    pub link: Option<&'a Link>,
}

struct Shown<'a> {
    heading: String,
    kind: &'static str,
    media_type: &'a str,
    made_at: &'a str,
    standing: Option<Standing<'a>>,
    picture: Option<&'a str>,
    mark_id: Option<&'a str>,
    manifest_label: &'a str,
    manifest_url: &'a str,
    proof: Option<&'a Proof>,
    link: Option<&'a Link>,
    complain: String,
}

#[derive(Template)]
#[template(path = "public/record.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    statement: &'a str,
    record: Option<Shown<'a>>,
}

/// The record of a published work.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, record: &Record<'_>) -> Html {
    let t = frame.t();
    let kind = kind(t, record.media_type);
    let shown = Shown {
        heading: t.record_heading(kind, &frame.publisher),
        kind,
        media_type: record.media_type,
        made_at: record.made_at,
        standing: Standing::of(frame, record.publication),
        picture: record.picture,
        mark_id: record.mark_id,
        manifest_label: record.manifest_label,
        manifest_url: record.manifest_url,
        proof: record.proof,
        link: record.link,
        complain: format!("/complaint?about=content&asset={}", record.asset_id),
    };
    written(&Page { f: frame, t, statement: "", record: Some(shown) })
}

/// All that strangers hear of work that was not published.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn unpublished(frame: &Frame, statement: &str) -> Html {
    written(&Page { f: frame, t: frame.t(), statement, record: None })
}
