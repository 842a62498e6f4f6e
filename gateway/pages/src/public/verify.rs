//! `/verify`: a file in, what is known about it out.

mod marked;
mod tree;

use std::collections::BTreeMap;

use askama::Template;
use types::Language;

pub(crate) use self::marked::kind;
use self::{
    marked::{Mark, Matched},
    tree::Row,
};
use super::{
    link::Link,
    proof::Proof,
    report::Report,
    standing::Standing,
    words::{done, list_name, source},
};
use crate::{Frame, Html, Theme, texts::Texts, written};

/// The name of the file's own picture among [`Checked::pictures`].
pub const THE_FILE: &str = "file";

/// A checked file.
#[derive(Debug, Clone, Copy)]
pub struct Checked<'a> {
    /// The file's name, as the reader calls it; none for a pasted text.
    pub name: Option<&'a str>,
    /// What the API says to the same asker.
    pub report: &'a Report,
    /// The same as text.
    pub raw: &'a str,
    /// The program's version.
    pub version: &'a str,
    /// Pictures as `data:` addresses: those in manifests by their SHA-256, those of published assets by
    /// the asset's id, that of the file itself by [`THE_FILE`]. They were decoded and encoded again.
    pub pictures: &'a BTreeMap<String, String>,
    /// The record's proof.
    pub proof: Option<&'a Proof>,
    /// The public record, if there is one.
    pub link: Option<&'a Link>,
}

/// A short answer, and a longer one.
type Fact = (String, String);

/// What the template shows.
struct Shown<'a> {
    name: &'a str,
    report: &'a Report,
    raw: &'a str,
    version: &'a str,
    notices: Vec<String>,
    standing: Option<Standing<'a>>,
    /// The file has credentials: what is known of its publication is about this very file.
    own: bool,
    intact: Fact,
    signer: Fact,
    ai: Fact,
    time: String,
    labels: Vec<Fact>,
    picture: Option<&'a str>,
    /// The file itself, where its credentials hold no picture of it.
    file: Option<&'a str>,
    rows: Vec<Row<'a>>,
    mark: Option<Mark<'a>>,
    statement: Option<&'a str>,
    matches: Vec<Matched<'a>>,
    proof: Option<&'a Proof>,
    link: Option<&'a Link>,
    complain: String,
}

#[derive(Template)]
#[template(path = "public/verify.html")]
struct Page<'a> {
    f: &'a Frame,
    t: Texts,
    by_address: bool,
    checked: Option<Shown<'a>>,
}

#[derive(Template)]
#[template(path = "public/result_part.html")]
struct Part<'a> {
    f: &'a Frame,
    t: Texts,
    checked: Shown<'a>,
}

/// The page: empty, or with a checked file. `by_address`: files may be given by address, too.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn page(frame: &Frame, by_address: bool, checked: Option<&Checked<'_>>) -> Html {
    let checked = checked.map(|checked| shown(frame, checked));
    written(&Page { f: frame, t: frame.t(), by_address, checked })
}

/// The result alone.
///
/// # Errors
/// [`PageError`](crate::PageError), see there.
pub fn result(frame: &Frame, checked: &Checked<'_>) -> Html {
    written(&Part { f: frame, t: frame.t(), checked: shown(frame, checked) })
}

fn shown<'a>(frame: &'a Frame, checked: &Checked<'a>) -> Shown<'a> {
    let (t, report) = (frame.t(), checked.report);
    let pictures = checked.pictures;
    Shown {
        name: checked.name.unwrap_or_else(|| t.result_text()),
        report,
        raw: checked.raw,
        version: checked.version,
        notices: notices(t, report),
        own: report.manifest_label.is_some() || report.matches.is_empty(),
        standing: report.publication.as_ref().and_then(|now| Standing::of(frame, now)),
        intact: intact(t, report.intact),
        signer: signer(t, report),
        ai: ai(t, report),
        time: time(t, report),
        labels: labels(t, report),
        picture: report.thumbnail.as_ref().and_then(|one| tree::picture(pictures, &one.sha256)),
        file: tree::picture(pictures, THE_FILE),
        rows: tree::rows(t, &report.ingredients, pictures),
        mark: marked::mark(t, report),
        statement: report.recovered.as_ref().and_then(|found| found.statement.as_deref()),
        matches: marked::matches(frame, report, pictures),
        proof: checked.proof,
        link: checked.link,
        complain: complain(report),
    }
}

fn complain(report: &Report) -> String {
    let asset = report.matches.first().map(|one| format!("&asset={}", one.asset_id));
    let verdict = report.verdict.name();
    format!("/complaint?about=result&verdict={verdict}{}", asset.unwrap_or_default())
}

fn notices(t: Texts, report: &Report) -> Vec<String> {
    let said = |warning: &String| match warning.split_once(": ") {
        Some(("ingredient", code)) => t.notice_ingredient(code),
        Some(("named actor", code)) => t.notice_identity(code),
        _ if warning.starts_with("signature intact, not the exact") => {
            t.notice_other_bytes().to_owned()
        }
        _ if warning.starts_with("signed with our key") => t.notice_not_in_log().to_owned(),
        _ if warning.starts_with("time not from a listed") => t.time_unlisted().to_owned(),
        _ if warning.starts_with("signed after") => t.notice_later().to_owned(),
        _ => warning.clone(),
    };
    report.warnings.iter().map(said).collect()
}

fn intact(t: Texts, intact: Option<bool>) -> Fact {
    let (short, long) = match intact {
        Some(true) => (t.intact_yes(), t.intact_yes_more()),
        Some(false) => (t.intact_no(), t.intact_no_more()),
        None => (t.intact_unknown(), t.intact_unknown_more()),
    };
    (short.to_owned(), long.to_owned())
}

fn signer(t: Texts, report: &Report) -> Fact {
    match &report.signer {
        Some(signer) => {
            let list = signer.list.as_deref().map(|list| t.signer_listed(&list_name(t, list)));
            (signer.name.clone(), list.unwrap_or_else(|| t.signer_unlisted().to_owned()))
        }
        None => (t.signer_none().to_owned(), t.signer_none_more().to_owned()),
    }
}

/// Signed declarations come before labels that anyone can write.
fn ai(t: Texts, report: &Report) -> Fact {
    let labelled = report.labels.aigc.is_some()
        || report.labels.source_type.as_deref().is_some_and(|term| {
            term.ends_with("rainedAlgorithmicMedia") || term.ends_with("compositeSynthetic")
        });
    let (short, long) = if report.ai_declared_active {
        (t.ai_here(), t.ai_here_more())
    } else if report.ai_declared_anywhere {
        (t.ai_below(), t.ai_below_more())
    } else if labelled {
        (t.ai_label(), t.ai_label_more())
    } else {
        (t.ai_none(), t.ai_none_more())
    };
    (short.to_owned(), long.to_owned())
}

fn time(t: Texts, report: &Report) -> String {
    match &report.time_stamp {
        Some(stamp) if stamp.trusted => t.time_listed(stamp.authority.as_deref().unwrap_or("–")),
        Some(_) => t.time_unlisted().to_owned(),
        None => t.time_none().to_owned(),
    }
}

fn labels(t: Texts, report: &Report) -> Vec<Fact> {
    let iptc = report.labels.source_type.as_deref();
    let iptc = iptc.map(|term| (t.label_iptc().to_owned(), source(t, term)));
    let aigc = report.labels.aigc.as_ref().map(|label| {
        let text = |key: &str| label.get(key).and_then(serde_json::Value::as_str);
        let meaning = match text("Label") {
            Some("1") => t.aigc_is(),
            Some("2") => t.aigc_may(),
            Some("3") => t.aigc_suspected(),
            _ => t.aigc_other(),
        };
        let producer = text("ContentProducer").filter(|producer| !producer.is_empty());
        let said = producer.map_or_else(|| meaning.to_owned(), |by| t.aigc_by(meaning, by));
        (t.label_aigc().to_owned(), said)
    });
    iptc.into_iter().chain(aigc).collect()
}

/// Whether someone named beside the signer could be confirmed.
fn confirmed(t: Texts, status: &str) -> &'static str {
    match status {
        "confirmed" => t.identity_confirmed(),
        "unlisted" => t.identity_unlisted(),
        _ => t.identity_unconfirmed(),
    }
}

#[cfg(test)]
mod tests;
