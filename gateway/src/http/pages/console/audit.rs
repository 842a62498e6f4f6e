//! `/console/audit` and `/console/audit/{index}`

use ::audit::{Record, merkle};
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use pages::console::{
    audit::{self as shown, Consistency, Explorer, Head, Row, Wanted},
    entry::{self, Entry},
};
use serde::Deserialize;

use super::{Paged, member, seen};
use crate::{
    criteria::Criteria,
    http::{console::Session, error::ApiError, pages::proving},
    pipeline::{Line, LineError},
    recording,
    wiring::Stages,
};

/// Entries of one page.
const PAGE: usize = 50;

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    event: String,
    rule: String,
    since: String,
    until: String,
    cursor: Option<String>,
    old: Option<u64>,
    new: Option<u64>,
}

pub(super) async fn show(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let stages = line.stages();
    let (rows, next, error) = match found(&stages, &session.pass.principal.tenant, &asked) {
        Ok((rows, next)) => (rows, next, None),
        Err(error) => (Vec::new(), None, Some(error.body().error.message)),
    };
    let consistency = asked.old.zip(asked.new).and_then(|(old, new)| both(&stages, old, new));
    let Asked { q: text, event, rule, since, until, .. } = asked;
    let wanted = Wanted { text, event, rule, since, until };
    let view = Explorer { wanted, rows, next, head: head(&stages), consistency, error };
    Ok(page.show(shown::page(&page.frame, &member(&session), &view)))
}

type Found = (Vec<Row>, Option<String>);

fn found(stages: &Stages, tenant: &str, asked: &Asked) -> Result<Found, ApiError> {
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let mut criteria = Criteria {
        event: given(&asked.event),
        rule: given(&asked.rule),
        since: given(&asked.since),
        until: given(&asked.until),
        order: Some("newest".to_owned()),
        n: Some(PAGE),
        cursor: asked.cursor.clone(),
        ..Criteria::default()
    };
    if let Some(text) = given(&asked.q) {
        named(stages, &mut criteria, text);
    }
    let query = criteria.query(Some(tenant), &stages.pseudonym_key);
    let query = query.map_err(|error| ApiError::invalid(error.name, error.reason))?;
    let refused = |_| ApiError::invalid("cursor", "This page does not exist any more.");
    let page = stages.log.find(&query).map_err(refused)?;
    let row = |index: u64| {
        let record = seen::record(stages, index)?;
        Ok(Row {
            index,
            about: about(&record),
            at: record.time,
            event: record.event.name().to_owned(),
        })
    };
    let rows: Result<Vec<Row>, ApiError> = page.indices.into_iter().map(row).collect();
    Ok((rows?, page.next))
}

/// What somebody searches by: whatever the text can be the name of.
fn named(stages: &Stages, criteria: &mut Criteria, text: String) {
    let of_asset = |id: &types::AssetId| stages.log.registry().asset(*id).ok().flatten().is_some();
    let slot = if text.len() == 64 {
        &mut criteria.sha256
    } else if text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        &mut criteria.mark
    } else if text.parse().is_ok_and(|id| of_asset(&id)) {
        &mut criteria.asset
    } else if text.parse::<types::RequestId>().is_ok() {
        &mut criteria.request
    } else {
        &mut criteria.manifest
    };
    *slot = Some(text);
}

fn about(record: &Record) -> String {
    let asset = record.asset_id.map(|id| id.to_string());
    let request = record.request_id.map(|id| id.to_string());
    asset.or(request).or_else(|| record.detail.clone()).unwrap_or_default()
}

fn head(stages: &Stages) -> Head {
    let checkpoint = stages.attesting.published();
    let signed = checkpoint.note.lines().filter_map(|line| line.strip_prefix("— "));
    let names = signed.filter_map(|line| line.rsplit_once(' ').map(|(name, _)| name.to_owned()));
    Head {
        size: checkpoint.size,
        root: checkpoint.root.to_string(),
        signed_by: names.collect(),
        overdue: stages.attesting.overdue(),
        stamps: stamps(stages),
    }
}

/// The time-stamps that are kept beside the log, newest first.
fn stamps(stages: &Stages) -> Vec<String> {
    let read = std::fs::read_dir(stages.installation.log().join("anchors"));
    let names = read.into_iter().flatten().flatten().map(|file| file.file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort_by(|a, b| b.len().cmp(&a.len()).then(b.cmp(a)));
    names.truncate(5);
    names
}

/// The proof that the log at one size is the beginning of the log at another, computed again.
fn both(stages: &Stages, old: u64, new: u64) -> Option<Consistency> {
    let hashes = stages.log.consistency(old, new)?;
    let holds = match (stages.log.root(old), stages.log.root(new)) {
        (Some(before), Some(after)) => {
            merkle::verify_consistency((old, &before), (new, &after), &hashes)
        }
        _ => false,
    };
    let hashes = hashes.iter().map(ToString::to_string).collect();
    Some(Consistency { old, new, hashes, holds })
}

pub(super) async fn one(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Path(index): Path<u64>,
) -> Result<Response, ApiError> {
    let stages = line.stages();
    let missing = || ApiError::not_found("entry_not_found", format!("There is no entry {index}."));
    if index >= stages.log.size() {
        return Err(missing());
    }
    let bytes = stages.log.entry(index).map_err(LineError::from)?;
    let record = Record::parse(&bytes).map_err(LineError::from)?;
    // Another organisation's entries do not exist here; those of the installation are for all auditors.
    if record.tenant != session.pass.principal.tenant && record.tenant != "installation" {
        return Err(missing());
    }
    let who = &session.pass.principal;
    let own = record.actor == recording::pseudonym(&stages.pseudonym_key, who);
    if !own && !who.role.may_audit() && !who.role.may_review() {
        return Err(ApiError::forbidden(
            "Entries are for auditors, and for whoever they are about.",
        ));
    }
    let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let view = Entry {
        index,
        event: record.event.name().to_owned(),
        json: serde_json::to_string_pretty(&value).unwrap_or_default(),
        proof: proving::proof(&stages, index).ok_or_else(missing)?,
        asset: record.asset_id.map(|id| id.to_string()),
        request: record.request_id.map(|id| id.to_string()),
        base: page.base.clone(),
        before: index.checked_sub(1),
        next: Some(index + 1).filter(|next| *next < stages.log.size()),
        at: record.time,
    };
    Ok(page.show(entry::page(&page.frame, &member(&session), &view)))
}
