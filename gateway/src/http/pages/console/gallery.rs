//! `/console/assets`

use audit::{AssetEntry, Event, Filter, Order, Query as Asked};
use axum::{
    extract::{Path, Query, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use pages::console::gallery::{self, Gallery, Item};
use serde::Deserialize;
use types::Modality;

use super::{Paged, member, seen};
use crate::{
    http::{console::Session, error::ApiError},
    pipeline::{Line, LineError},
    recording,
    wiring::Stages,
};

/// Assets of one page.
const PAGE: usize = 24;
/// Records that are looked at for a page of one kind.
const LOOKED_AT_MAX: usize = 480;
/// First words of a text that are shown.
const WORDS_CHARS_MAX: usize = 240;
/// The longer side of a small picture.
const SIDE_PX: u32 = 400;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    modality: String,
    cursor: Option<String>,
}

pub(super) async fn show(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ApiError> {
    let stages = line.stages();
    let tenant = &session.pass.principal.tenant;
    let (entries, next) = found(&stages, tenant, &wanted)?;
    let mut items = Vec::new();
    for entry in &entries {
        items.push(item(&stages, entry).await?);
    }
    let Wanted { modality, cursor } = wanted;
    let view = Gallery { modality, items, next, later: cursor.is_some() };
    Ok(page.show(gallery::page(&page.frame, &member(&session), &view)))
}

/// Assets that have left, newest first. What was held and then approved stands on the first page by
/// the time of its approval.
fn found(
    stages: &Stages,
    tenant: &str,
    wanted: &Wanted,
) -> Result<(Vec<AssetEntry>, Option<String>), ApiError> {
    let fits = |entry: &AssetEntry| {
        wanted.modality.is_empty() || entry.media_type.modality().to_string() == wanted.modality
    };
    let mut entries: Vec<AssetEntry> = Vec::new();
    if wanted.cursor.is_none() {
        let approved = page(stages, tenant, Event::Approved, None)?.0;
        entries.extend(approved.into_iter().filter(|entry| entry.event == Event::Held));
        entries.retain(&fits);
    }
    let (mut cursor, mut looked_at) = (wanted.cursor.clone(), 0);
    loop {
        let (more, next) = page(stages, tenant, Event::Released, cursor.take())?;
        looked_at += PAGE;
        entries.extend(more.into_iter().filter(&fits));
        if next.is_none() || entries.len() >= PAGE || looked_at >= LOOKED_AT_MAX {
            entries.sort_by(|a, b| b.time.cmp(&a.time));
            return Ok((entries, next));
        }
        cursor = next;
    }
}

fn page(
    stages: &Stages,
    tenant: &str,
    event: Event,
    cursor: Option<String>,
) -> Result<(Vec<AssetEntry>, Option<String>), ApiError> {
    let query = Asked {
        filters: vec![Filter::Tenant(tenant.to_owned()), Filter::Event(event)],
        order: Order::Newest,
        limit: PAGE,
        cursor,
        ..Asked::default()
    };
    let refused = |_| ApiError::invalid("cursor", "This page does not exist any more.");
    let page = stages.log.find(&query).map_err(refused)?;
    let mut entries = Vec::new();
    for index in page.indices {
        let Some(asset) = seen::record(stages, index)?.asset_id else { continue };
        let entry = stages.log.registry().asset(asset).map_err(LineError::from)?;
        entries.extend(entry.filter(AssetEntry::may_leave));
    }
    Ok((entries, page.next))
}

async fn item(stages: &Stages, entry: &AssetEntry) -> Result<Item, ApiError> {
    let record = seen::record(stages, entry.index)?;
    let sheet = seen::sheet(stages, entry).await?;
    let modality = entry.media_type.modality();
    let label = seen::label(stages, &record, modality);
    let title = seen::title(stages, entry, &sheet).await;
    let words = match seen::is_words(entry.media_type) {
        true => Some(seen::words(stages, entry).await?),
        false => None,
    };
    let picture = (modality == Modality::Image).then(|| {
        let alt = if sheet.alt.is_empty() { &title } else { &sheet.alt };
        let at = format!("/console/assets/{}/thumbnail", entry.asset_id);
        (at, format!("{alt} ({label})"))
    });
    Ok(Item {
        asset: entry.asset_id.to_string(),
        title,
        modality,
        label,
        picture,
        words: words.map(|words| words.chars().take(WORDS_CHARS_MAX).collect()),
        at: entry.time.clone(),
        state: seen::state(entry).name().to_owned(),
    })
}

/// A small picture, made anew: nothing of the file goes out with it. What may not leave is seen by
/// editors and by whoever has asked for it.
pub(super) async fn thumbnail(
    State(line): State<Line>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let (stages, who) = (line.stages(), &session.pass.principal);
    let entry = seen::own(&stages, &who.tenant, &id)?;
    let own = entry.actor == recording::pseudonym(&stages.pseudonym_key, who);
    if !entry.may_leave() && !who.role.may_review() && !own {
        return Err(ApiError::forbidden("This asset is held: an editor has to approve it first."));
    }
    let bytes = stages.objects.get(&entry.sha256).await.map_err(LineError::from)?;
    let small = tokio::task::spawn_blocking(move || small(&bytes));
    let small = small.await.map_err(|_| ApiError::bug())?;
    let none = || ApiError::not_found("no_thumbnail", "No small picture can be made of this file.");
    let headers =
        [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "private, max-age=3600")];
    Ok((headers, small.ok_or_else(none)?).into_response())
}

fn small(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = image::ImageReader::new(std::io::Cursor::new(bytes));
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(256 << 20);
    reader.limits(limits);
    let picture = reader.with_guessed_format().ok()?.decode().ok()?;
    let mut written = std::io::Cursor::new(Vec::new());
    let small = picture.thumbnail(SIDE_PX, SIDE_PX);
    small.to_rgb8().write_to(&mut written, image::ImageFormat::Png).ok()?;
    Some(written.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_picture_is_made_anew_and_what_is_none_is_none() {
        let mut file = std::io::Cursor::new(Vec::new());
        let picture = image::RgbImage::from_pixel(800, 600, image::Rgb([9, 90, 200]));
        picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
        let read = image::load_from_memory(&small(&file.into_inner()).unwrap()).unwrap();
        assert_eq!((read.width(), read.height()), (400, 300));
        assert!(small(b"<svg onload=alert(1)>").is_none());
    }
}
