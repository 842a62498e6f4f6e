//! `GET /v1/assets`: the assets of the caller's organisation, or the caller's own.

use audit::{AssetEntry, Event, Filter, Log, LogError, Order as Walk, Query as Records};
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use serde::Deserialize;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};
use types::AssetId;
use utoipa::IntoParams;

use super::{
    assets,
    error::{ApiError, ErrorBody},
    extract::Caller,
    paging::{Order, Page},
};
use crate::{
    pipeline::{Line, LineError},
    recording,
};

/// Which assets.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// At most so many, 1–100; 20 if absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// Those after the asset of this id.
    after: Option<String>,
    /// `desc` (latest first) if absent, or `asc`.
    #[param(inline)]
    order: Option<Order>,
    /// `released` or `held`; both if absent.
    #[param(inline)]
    outcome: Option<Outcome>,
}

/// How the request of an asset ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    /// It was released at once.
    Released,
    /// It waited for a person, or still does.
    Held,
}

/// Assets, latest first. Editors, standards and auditors see those of their organisation, others
/// their own.
#[utoipa::path(get, path = "/v1/assets", params(Wanted), responses(
    (status = 200, description = "Assets as `GET /v1/assets/{id}` tells of them"),
    (status = 400, description = "A page that there cannot be", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn list(
    State(line): State<Line>,
    caller: Caller,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(wanted) = query.map_err(|error| ApiError::invalid("query", error.body_text()))?;
    let page = Page { limit: wanted.limit, after: wanted.after, order: wanted.order };
    let page = Page::read(Ok(Query(page)))?;
    let role = caller.0.role;
    let all = role.may_review() || role.may_audit();
    let actor = (!all).then(|| recording::pseudonym(&line.stages().pseudonym_key, &caller.0));
    let after = page.after.as_deref().map(|id| found(&line, &caller, id)).transpose()?;
    let search = Search {
        log: line.stages().log.clone(),
        tenant: caller.0.tenant.clone(),
        actor,
        after,
        order: page.order.unwrap_or(Order::Desc),
        wanted: page.limit() + 1,
    };
    let events = match wanted.outcome {
        Some(Outcome::Released) => vec![Event::Released],
        Some(Outcome::Held) => vec![Event::Held],
        None => vec![Event::Released, Event::Held],
    };
    let reading = tokio::task::spawn_blocking(move || search.run(&events));
    let read = reading.await.map_err(|_| ApiError::bug())?;
    let mut entries = read.map_err(LineError::from)?;
    let more = entries.len() > page.limit();
    entries.truncate(page.limit());
    let (first, last) = (entries.first().map(|e| e.asset_id), entries.last().map(|e| e.asset_id));
    let data: Vec<Value> = entries.iter().map(assets::told).collect();
    Ok(Json(json!({
        "object": "list", "data": data, "first_id": first, "last_id": last, "has_more": more,
    })))
}

fn found(line: &Line, caller: &Caller, id: &str) -> Result<AssetEntry, ApiError> {
    let missing = || ApiError::invalid("after", "Nothing of this id is in the list.");
    let id: AssetId = id.parse().map_err(|_| missing())?;
    let found = line.stages().log.registry().asset(id).map_err(LineError::from)?;
    found.filter(|entry| entry.tenant == caller.0.tenant).ok_or_else(missing)
}

struct Search {
    log: Log,
    tenant: String,
    /// Only what this person asked for.
    actor: Option<String>,
    after: Option<AssetEntry>,
    order: Order,
    wanted: usize,
}

impl Search {
    /// The assets whose requests ended so, in order.
    fn run(&self, events: &[Event]) -> Result<Vec<AssetEntry>, LogError> {
        let mut indices = Vec::new();
        for event in events {
            indices.extend(self.indices(*event)?);
        }
        indices.sort_unstable();
        if self.order == Order::Desc {
            indices.reverse();
        }
        let mut entries = Vec::new();
        for index in indices.into_iter().take(self.wanted) {
            let record = audit::Record::parse(&self.log.entry(index)?)?;
            let Some(asset) = record.asset_id else { continue };
            entries.extend(self.log.registry().asset(asset)?);
        }
        Ok(entries)
    }

    fn indices(&self, event: Event) -> Result<Vec<u64>, LogError> {
        let mut filters = vec![Filter::Tenant(self.tenant.clone()), Filter::Event(event)];
        filters.extend(self.actor.clone().map(Filter::Actor));
        let (walk, start) = match (self.order, &self.after) {
            (Order::Asc, Some(after)) => (Walk::Oldest, after.index + 1),
            (Order::Asc, None) => (Walk::Oldest, 0),
            (Order::Desc, _) => (Walk::Newest, 0),
        };
        // Going back, the time brings the search near and the index decides.
        let until = self.after.as_ref().filter(|_| self.order == Order::Desc).and_then(just_after);
        let mut query = Records {
            filters,
            start,
            until,
            order: walk,
            limit: self.wanted,
            ..Records::default()
        };
        let mut found = Vec::new();
        loop {
            let page = self.log.find(&query)?;
            found.extend(page.indices.into_iter().filter(|index| self.is_after(*index)));
            query.cursor = page.next;
            if found.len() >= self.wanted || query.cursor.is_none() {
                return Ok(found);
            }
        }
    }

    fn is_after(&self, index: u64) -> bool {
        match (&self.after, self.order) {
            (None, _) => true,
            (Some(after), Order::Asc) => index > after.index,
            (Some(after), Order::Desc) => index < after.index,
        }
    }
}

fn just_after(entry: &AssetEntry) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(&entry.time, &Rfc3339).ok()?.checked_add(Duration::SECOND)
}
