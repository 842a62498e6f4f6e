//! `/console/reviews/{id}`: what an editor looks at, and the decision.

use audit::{AssetEntry, Event, Filter, Order, Query};
use axum::{
    Form,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use pages::console::review::{self, Decided, Kind, Piece, REASONS, Review, Similar, Trouble};
use serde::Deserialize;
use similar::{ChangeTag, TextDiff};
use types::Modality;

use super::{Paged, member, queue, seen, to};
use crate::{
    http::{console::Session, error::ApiError},
    pipeline::{Line, LineError},
    recording,
    reviews::{self, ReviewError, Ruling},
    sheets::{self, Note},
    wiring::Stages,
};

/// Past decisions that are shown.
const SIMILAR_MAX: usize = 5;
/// Records of a rule that are looked at for them.
const LOOKED_AT_MAX: usize = 40;
/// Longest text that is compared word by word.
const COMPARED_CHARS_MAX: usize = 20_000;

pub(super) async fn show(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let view = view(&line, &session, &id, None).await?;
    Ok(page.show(review::page(&page.frame, &member(&session), &view)))
}

/// The file of something that waits: only editors see it before it is decided about.
pub(super) async fn file(
    State(line): State<Line>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let stages = line.stages();
    let entry = seen::own(&stages, &session.pass.principal.tenant, &id)?;
    let bytes = stages.objects.get(&entry.sha256).await.map_err(LineError::from)?;
    let headers =
        [(header::CONTENT_TYPE, entry.media_type.name()), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, bytes).into_response())
}

/// What an editor's form says.
#[derive(Debug, Deserialize)]
pub(super) struct Decision {
    sha256: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    responsible: String,
    #[serde(default)]
    note: String,
    decision: String,
}

pub(super) async fn decide(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Path(id): Path<String>,
    Form(form): Form<Decision>,
) -> Result<Response, ApiError> {
    let stages = line.stages();
    let who = &session.pass.principal;
    let entry = seen::own(&stages, &who.tenant, &id)?;
    let (ruling, reason) = match form.decision.as_str() {
        "approve" => (Ruling::Approve, form.reason.clone()),
        "reject" => (Ruling::Reject, form.reason.clone()),
        "return" => (Ruling::Reject, format!("returned/{}", form.reason)),
        _ => return Err(ApiError::invalid("decision", "Use approve, return or reject.")),
    };
    let named = form.responsible.trim();
    let incomplete =
        !REASONS.contains(&form.reason.as_str()) || (ruling == Ruling::Approve && named.is_empty());
    let trouble = if form.sha256 != entry.sha256.to_string() {
        Some(Trouble::Changed)
    } else if incomplete {
        Some(Trouble::Incomplete)
    } else {
        None
    };
    if let Some(trouble) = trouble {
        let status = match trouble {
            Trouble::Changed => StatusCode::CONFLICT,
            _ => StatusCode::BAD_REQUEST,
        };
        return again(&line, (&session, &page), &id, status, trouble).await;
    }
    let commitment = recording::commitment(&stages.pseudonym_key, "responsible", named);
    let answering = (!named.is_empty()).then_some(commitment);
    let asset = entry.asset_id;
    let decided = reviews::decide_answered(&stages, who, asset, (ruling, &reason), answering).await;
    match decided {
        Ok(_) => {}
        Err(ReviewError::FourEyes) => {
            let modality = entry.media_type.modality();
            line.turn_away(who.clone(), modality, "four_eyes").await?;
            let (status, trouble) = (StatusCode::FORBIDDEN, Trouble::FourEyes);
            return again(&line, (&session, &page), &id, status, trouble).await;
        }
        Err(ReviewError::Decided(_)) => {
            let (status, trouble) = (StatusCode::CONFLICT, Trouble::Decided);
            return again(&line, (&session, &page), &id, status, trouble).await;
        }
        Err(error) => return Err(error.into()),
    }
    let note = Note { responsible: named.to_owned(), text: form.note.trim().to_owned() };
    sheets::keep_note(&stages, who, asset, &note).await?;
    let event = if ruling == Ruling::Approve { Event::Approved } else { Event::Rejected };
    Ok(to(&page.frame.to(&format!("/console/reviews?done={}&asset={asset}", event.name()))))
}

/// The page again, with what was in the way.
async fn again(
    line: &Line,
    (session, page): (&Session, &Paged),
    id: &str,
    status: StatusCode,
    trouble: Trouble,
) -> Result<Response, ApiError> {
    let view = view(line, session, id, Some(trouble)).await?;
    Ok(page.with_status(status, review::page(&page.frame, &member(session), &view)))
}

async fn view(
    line: &Line,
    session: &Session,
    id: &str,
    trouble: Option<Trouble>,
) -> Result<Review, ApiError> {
    let stages = line.stages();
    let who = &session.pass.principal;
    let entry = seen::own(&stages, &who.tenant, id)?;
    let record = seen::record(&stages, entry.index)?;
    let sheet = seen::sheet(&stages, &entry).await?;
    let output = if seen::is_words(entry.media_type) {
        seen::words(&stages, &entry).await?
    } else {
        String::new()
    };
    let queue = queue::waiting(&stages, who).await?;
    let place = queue.iter().position(|(other, ..)| other.asset_id == entry.asset_id);
    let at = |place: Option<usize>| {
        place.and_then(|place| queue.get(place)).map(|(other, ..)| other.asset_id.to_string())
    };
    let hits = seen::hits(&record, &sheet.prompt, &output);
    let file = format!("/console/reviews/{}/file", entry.asset_id);
    let modality = record.modality.unwrap_or(Modality::Text);
    Ok(Review {
        asset: entry.asset_id.to_string(),
        request: entry.request_id.to_string(),
        title: seen::title(&stages, &entry, &sheet).await,
        modality,
        sha256: entry.sha256.to_string(),
        made_at: entry.time.clone(),
        model: record.generator.as_ref().map(|model| model.model.clone()).unwrap_or_default(),
        held: entry.event == Event::Held,
        own: recording::pseudonym(&stages.pseudonym_key, who) == entry.actor,
        preview: seen::preview(&stages, &entry, &file, &sheet.alt, &seen::spans(&record)).await?,
        diff: diff(&sheet.sources, &output),
        prompt: Some(sheet.prompt).filter(|prompt| !prompt.is_empty()),
        alt: Some(sheet.alt).filter(|alt| !alt.is_empty()),
        note: Some(sheet.note).filter(|note| !note.is_empty()),
        similar: similar(&stages, &entry, &hits)?,
        hits,
        label: seen::label(&stages, &record, modality),
        next: at(place.map(|place| place + 1)),
        before: at(place.and_then(|place| place.checked_sub(1))),
        decided: decided(&stages, &entry).await?,
        trouble,
    })
}

/// A text beside what it was to keep to, word by word.
fn diff(sources: &str, output: &str) -> Vec<Piece> {
    let long = |text: &str| text.chars().count() > COMPARED_CHARS_MAX;
    if sources.is_empty() || output.is_empty() || long(output) {
        return Vec::new();
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let compared = TextDiff::from_words(sources, output);
    for change in compared.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => Kind::Plain,
            ChangeTag::Insert => Kind::Added,
            ChangeTag::Delete => Kind::Removed,
        };
        match pieces.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(change.value()),
            _ => pieces.push(Piece { text: change.value().to_owned(), kind }),
        }
    }
    pieces
}

/// What editors decided about other assets in which the same rules had found something.
fn similar(
    stages: &Stages,
    entry: &AssetEntry,
    hits: &[review::Hit],
) -> Result<Vec<Similar>, ApiError> {
    let mut found: Vec<Similar> = Vec::new();
    for hit in hits {
        let query = Query {
            filters: vec![Filter::Tenant(entry.tenant.clone()), Filter::Rule(hit.rule.clone())],
            order: Order::Newest,
            limit: LOOKED_AT_MAX,
            ..Query::default()
        };
        for index in stages.log.find(&query).map_err(LineError::from)?.indices {
            let Some(asset) = seen::record(stages, index)?.asset_id else { continue };
            let other = stages.log.registry().asset(asset).map_err(LineError::from)?;
            let decided = other.filter(|other| other.asset_id != entry.asset_id);
            let Some(at) = decided.as_ref().and_then(|other| other.review_index) else { continue };
            if found.len() >= SIMILAR_MAX || found.iter().any(|one| one.asset == asset.to_string())
            {
                continue;
            }
            let decision = seen::record(stages, at)?;
            found.push(Similar {
                asset: asset.to_string(),
                event: decision.event.name().to_owned(),
                reason: decision.review.map(|review| review.reason).unwrap_or_default(),
                at: decision.time,
                rule: hit.rule.clone(),
            });
        }
    }
    Ok(found)
}

async fn decided(stages: &Stages, entry: &AssetEntry) -> Result<Option<Decided>, ApiError> {
    let Some(index) = entry.review_index else { return Ok(None) };
    let record = seen::record(stages, index)?;
    let said = sheets::note(stages, entry.asset_id, &record).await?.unwrap_or_default();
    let (role, reason) =
        record.review.map(|review| (review.role.to_string(), review.reason)).unwrap_or_default();
    Ok(Some(Decided {
        event: record.event.name().to_owned(),
        role,
        reason,
        at: record.time,
        index,
        responsible: Some(said.responsible).filter(|name| !name.is_empty()),
        note: Some(said.text).filter(|text| !text.is_empty()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stands_beside_its_sources() {
        let pieces = diff("The Elbe rose by 11 cm", "The Elbe rose by 12 cm");
        let kinds: Vec<Kind> = pieces.iter().map(|piece| piece.kind).collect();
        assert_eq!(kinds, [Kind::Plain, Kind::Removed, Kind::Added, Kind::Plain]);
        assert!(diff("", "words").is_empty());
    }
}
