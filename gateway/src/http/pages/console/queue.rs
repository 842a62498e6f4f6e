//! `/console/reviews`

use audit::AssetEntry;
use axum::{
    extract::{Query, State},
    response::Response,
};
use pages::console::queue::{self, Queue, Row, Wanted};
use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use types::{Modality, Principal};

use super::{Paged, member, seen};
use crate::{
    http::{console::Session, error::ApiError},
    pipeline::Line,
    recording, reviews, sheets,
    wiring::Stages,
};

/// At most so many rows are made; the oldest wait longest.
const ROWS_MAX: usize = 200;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    modality: String,
    desk: String,
    rule: String,
    age: String,
    done: Option<String>,
    asset: Option<String>,
}

pub(super) async fn show(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let stages = line.stages();
    let all = waiting(&stages, &session.pass.principal).await?;
    let total = all.len() as u64;
    let mut rows = Vec::new();
    for one in all.into_iter().take(ROWS_MAX) {
        rows.push(row(&stages, &session.pass.principal, one).await?);
    }
    let each = |value: fn(&Row) -> Vec<String>| {
        let mut values: Vec<String> = rows.iter().flat_map(value).collect();
        values.sort();
        values.dedup();
        values
    };
    let desks = each(|row| row.desk.clone().into_iter().collect());
    let rules = each(|row| row.rules.clone());
    rows.retain(|row| asked.fits(row));
    let Asked { modality, desk, rule, age, done, asset } = asked;
    let view = Queue {
        wanted: Wanted { modality, desk, rule, age },
        desks,
        rules,
        rows,
        total,
        done: done.zip(asset),
    };
    Ok(page.show(queue::page(&page.frame, &member(&session), &view)))
}

/// What waits for an editor of a tenant, oldest first: since when, and whether policy holds it.
pub(super) async fn waiting(
    stages: &Stages,
    who: &Principal,
) -> Result<Vec<(AssetEntry, String, bool)>, ApiError> {
    let held = reviews::waiting(stages)?.into_iter().filter(|entry| entry.tenant == who.tenant);
    let held = held.map(|entry| {
        let since = entry.time.clone();
        (entry, since, true)
    });
    let sent = sheets::waiting(stages, &who.tenant).await?;
    let mut all: Vec<_> = held.collect();
    for (entry, since) in sent {
        if all.iter().all(|(known, ..)| known.asset_id != entry.asset_id) {
            all.push((entry, since, false));
        }
    }
    all.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(all)
}

async fn row(
    stages: &Stages,
    who: &Principal,
    (entry, since, held): (AssetEntry, String, bool),
) -> Result<Row, ApiError> {
    let record = seen::record(stages, entry.index)?;
    let sheet = seen::sheet(stages, &entry).await?;
    let mut rules: Vec<String> =
        seen::hits(&record, "", "").into_iter().map(|hit| hit.rule).collect();
    rules.sort();
    rules.dedup();
    let modality = record.modality.unwrap_or(Modality::Text);
    let picture = (modality == Modality::Image)
        .then(|| format!("/console/assets/{}/thumbnail", entry.asset_id));
    Ok(Row {
        asset: entry.asset_id.to_string(),
        title: seen::title(stages, &entry, &sheet).await,
        modality,
        desk: Some(sheet.desk).filter(|desk| !desk.is_empty()),
        minutes: minutes_since(&since),
        since,
        rules,
        own: recording::pseudonym(&stages.pseudonym_key, who) == entry.actor,
        held,
        picture,
    })
}

fn minutes_since(at: &str) -> u64 {
    let Ok(at) = OffsetDateTime::parse(at, &Rfc3339) else { return 0 };
    u64::try_from((OffsetDateTime::now_utc() - at).whole_minutes()).unwrap_or(0)
}

impl Asked {
    fn fits(&self, row: &Row) -> bool {
        let older = match self.age.as_str() {
            "hour" => 60,
            "day" => 24 * 60,
            "week" => 7 * 24 * 60,
            _ => 0,
        };
        (self.modality.is_empty() || row.modality.to_string() == self.modality)
            && (self.desk.is_empty() || row.desk.as_deref() == Some(&self.desk))
            && (self.rule.is_empty() || row.rules.contains(&self.rule))
            && row.minutes >= older
    }
}
