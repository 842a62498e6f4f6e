//! Marks, and works of ours that a file may have come from.

use std::collections::BTreeMap;

use super::tree::picture;
use crate::{
    Frame,
    public::report::{self, Report},
    texts::Texts,
};

/// What the search for a mark has shown.
pub(super) struct Mark<'a> {
    pub(super) sentence: &'static str,
    pub(super) about: &'static str,
    pub(super) id: Option<&'a str>,
}

/// A work that a file may have come from.
pub(super) struct Matched<'a> {
    pub(super) certainty: &'static str,
    pub(super) how: &'static str,
    pub(super) about: String,
    pub(super) picture: Option<&'a str>,
    pub(super) path: String,
}

/// Nothing where none was looked for, because the credentials have answered.
pub(super) fn mark<'a>(t: Texts, report: &'a Report) -> Option<Mark<'a>> {
    let mark = report.mark.as_ref()?;
    let (sentence, about) = match (mark.found, mark.decidable) {
        (true, _) => (t.mark_found(), t.mark_found_about()),
        (false, true) => (t.mark_none(), t.mark_none_about()),
        (false, false) => (t.mark_small(), t.mark_small_about()),
    };
    Some(Mark { sentence, about, id: mark.id.as_deref() })
}

pub(super) fn matches<'a>(
    frame: &Frame,
    report: &'a Report,
    pictures: &'a BTreeMap<String, String>,
) -> Vec<Matched<'a>> {
    let t = frame.t();
    let shown = report.matches.iter();
    shown.map(|one| matched(frame, t, one, picture(pictures, &one.asset_id))).collect()
}

fn matched<'a>(
    frame: &Frame,
    t: Texts,
    one: &report::Match,
    picture: Option<&'a str>,
) -> Matched<'a> {
    Matched {
        certainty: match one.certainty.as_str() {
            "exact" => t.match_exact(),
            "likely" => t.match_likely(),
            _ => t.match_possible(),
        },
        how: match one.how.as_str() {
            "sha256" => t.how_bytes(),
            "manifest" => t.how_manifest(),
            "watermark+fingerprint" => t.how_both(),
            "watermark" => t.how_mark(),
            _ => t.how_alike(),
        },
        about: t.match_about(kind(t, &one.media_type), &frame.day(&one.made_at)),
        picture,
        path: format!("/verify/{}", one.asset_id),
    }
}

/// What a media type is to people.
pub(crate) fn kind(t: Texts, media_type: &str) -> &'static str {
    match media_type.split('/').next() {
        Some("image") => t.kind_image(),
        Some("audio") => t.kind_audio(),
        Some("video") => t.kind_video(),
        Some("text") => t.kind_text(),
        _ => t.kind_other(),
    }
}
