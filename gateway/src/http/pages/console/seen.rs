//! How an asset is seen: its name, its preview, and what rules found in it.

use audit::{AssetEntry, Event, PolicyRecord, Record};
use pages::console::review::{Hit, Kind, Piece, Preview};
use types::{MediaType, Modality, Span};

use crate::{
    http::error::ApiError, labelling, pipeline::LineError, sheets::SheetError, wiring::Stages,
};

pub(super) use crate::items::{is_words, sheet, title, words};

impl From<SheetError> for ApiError {
    fn from(error: SheetError) -> Self {
        LineError::from(error).into()
    }
}

/// An asset of the caller's tenant; another's does not exist.
pub(super) fn own(stages: &Stages, tenant: &str, id: &str) -> Result<AssetEntry, ApiError> {
    let id: types::AssetId = super::read(id)?;
    let found = stages.log.registry().asset(id).map_err(LineError::from)?;
    let missing = || ApiError::not_found("asset_not_found", format!("No asset has the id {id}."));
    found.filter(|entry| entry.tenant == tenant).ok_or_else(missing)
}

/// A record of the log.
pub(super) fn record(stages: &Stages, index: u64) -> Result<Record, ApiError> {
    let entry = stages.log.entry(index).map_err(LineError::from)?;
    Record::parse(&entry).map_err(|error| LineError::from(error).into())
}

/// What is shown of an asset whose file is at `at`.
pub(super) async fn preview(
    stages: &Stages,
    entry: &AssetEntry,
    at: &str,
    alt: &str,
    spans: &[Span],
) -> Result<Preview, ApiError> {
    let at = at.to_owned();
    if is_words(entry.media_type) {
        return Ok(Preview::Text(pieces(&words(stages, entry).await?, spans)));
    }
    // An EPUB or a page is a file, whatever people read in it.
    Ok(match (entry.media_type.modality(), entry.media_type) {
        (Modality::Image, MediaType::Png | MediaType::Jpeg | MediaType::Webp) => {
            Preview::Picture(at, alt.to_owned())
        }
        (Modality::Audio, _) => Preview::Sound(at),
        (Modality::Video, _) => Preview::Video(at),
        _ => Preview::File(at),
    })
}

/// A text with the stretches that rules found set apart.
pub(super) fn pieces(text: &str, spans: &[Span]) -> Vec<Piece> {
    let found = |at: usize| spans.iter().any(|span| (span.start..span.end).contains(&at));
    let mut pieces: Vec<Piece> = Vec::new();
    for (at, c) in text.chars().enumerate() {
        let kind = if found(at) { Kind::Found } else { Kind::Plain };
        match pieces.last_mut() {
            Some(last) if last.kind == kind => last.text.push(c),
            _ => pieces.push(Piece { text: c.to_string(), kind }),
        }
    }
    pieces
}

/// The words of a span, if the text reaches so far.
pub(super) fn said(text: &str, span: Span) -> Option<String> {
    let words: String =
        text.chars().skip(span.start).take(span.end.saturating_sub(span.start)).collect();
    (!words.trim().is_empty()).then_some(words)
}

/// What rules found in the request and in what came out.
pub(super) fn hits(record: &Record, prompt: &str, output: &str) -> Vec<Hit> {
    let of = |policy: &Option<PolicyRecord>, text: &str, in_prompt: bool| -> Vec<Hit> {
        let findings = policy.iter().flat_map(|policy| &policy.findings);
        let hit = |finding: &audit::record::FindingRecord| Hit {
            rule: finding.rule.clone(),
            version: finding.rule_version,
            action: finding.action,
            in_prompt,
            words: finding.spans.iter().filter_map(|span| said(text, *span)).collect(),
            shadow: finding.shadow,
        };
        findings.map(hit).collect()
    };
    let mut all = of(&record.input, prompt, true);
    all.extend(of(&record.output, output, false));
    all
}

/// Where rules found something in what came out.
pub(super) fn spans(record: &Record) -> Vec<Span> {
    let findings = record.output.iter().flat_map(|policy| &policy.findings);
    findings.flat_map(|finding| finding.spans.iter().copied()).collect()
}

/// The label that readers see, or will see.
pub(super) fn label(stages: &Stages, record: &Record, modality: Modality) -> String {
    let labels = record.labels.as_ref();
    let label = labels.and_then(|labels| labels.visible.as_ref().or(labels.due.as_ref()));
    let usual = || labelling_text(&stages.labelling, modality);
    label.map_or_else(usual, |label| label.text.clone())
}

/// What the configured label says.
pub(super) fn labelling_text(labelling: &labelling::Labelling, modality: Modality) -> String {
    let label = labelling.published(modality).visible;
    label.map_or_else(|| "AI-generated".to_owned(), |label| label.text)
}

/// Where an asset stands: the last that was said of it.
pub(super) fn state(entry: &AssetEntry) -> Event {
    let published = entry.publication.as_ref().map(|publication| publication.state);
    published.or(entry.review).unwrap_or(entry.event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_set_apart_by_code_points() {
        let spans = [Span { start: 2, end: 4 }];
        let found = pieces("水位上升了", &spans);
        let texts: Vec<&str> = found.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(texts, ["水位", "上升", "了"]);
        assert_eq!(found[1].kind, Kind::Found);
        assert_eq!(said("水位上升了", spans[0]).as_deref(), Some("上升"));
        assert_eq!(said("水", spans[0]), None);
    }
}
