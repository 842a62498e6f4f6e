//! An answer that was not kept, built again from the records of its request.
//!
//! Token counts and warnings are not in the records; the answer says so.

use std::time::Duration;

use audit::{Event, Filter, Order, Query, Record};
use axum::{
    Json,
    http::request::Parts,
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::json;
use types::{Action, Decision, Receipt, Sha256};

use crate::{
    http::{
        audio, chat_stream,
        error::ApiError,
        images,
        openai::{self, StreamOptions},
        responses,
        text::{self, Form},
    },
    idempotency::Before,
    outcome::{Generation, Refusal, Release},
    pipeline::{Line, LineError},
};

/// A request without any record after this time was never handled.
const ADMISSION_MAX: Duration = Duration::from_secs(60);
/// More records than any request has.
const RECORDS_MAX: usize = 16;

/// What of a request for a text decides the form of its answer.
#[derive(Deserialize)]
struct TextRequest {
    model: String,
    #[serde(default)]
    stream: bool,
    stream_options: Option<StreamOptions>,
    n: Option<u32>,
}

/// A record and its index.
pub(super) type Indexed = (u64, Record);

/// The records of a request that has an outcome, newest first; `None` when it may run again.
///
/// # Errors
/// 409 while it may still be handled elsewhere.
pub(super) fn ended(
    line: &Line,
    key: Sha256,
    before: Before,
) -> Result<Option<Vec<Indexed>>, ApiError> {
    let log = &line.stages().log;
    let query = Query {
        filters: vec![Filter::Idempotency(key)],
        order: Order::Newest,
        limit: RECORDS_MAX,
        ..Query::default()
    };
    let found = log.find(&query).map_err(LineError::from)?;
    let read = |index: &u64| -> Result<Indexed, audit::LogError> {
        Ok((*index, Record::parse(&log.entry(*index)?)?))
    };
    let records: Result<Vec<Indexed>, _> = found.indices.iter().map(read).collect();
    let records = records.map_err(LineError::from)?;
    let under_way_max = line.stages().under_way_max();
    let over = match records.first().map(|(_, record)| record.event) {
        None => before.here || before.age >= ADMISSION_MAX,
        // Its end is being written, or another gateway is at it.
        Some(Event::Admitted) => before.age >= under_way_max,
        Some(
            Event::Released | Event::Held | Event::Refused | Event::Approved | Event::Rejected,
        ) => return Ok(Some(records)),
        Some(_) => true,
    };
    if over { Ok(None) } else { Err(ApiError::key_in_use()) }
}

/// The answer that the records tell of; `None` when they do not tell enough, and it must run again.
///
/// # Errors
/// When an asset cannot be read.
pub(super) async fn answer(
    line: &Line,
    parts: &Parts,
    body: &[u8],
    records: Option<Vec<Indexed>>,
) -> Result<Option<Response>, ApiError> {
    let Some(records) = records else { return Ok(None) };
    let Some((index, last)) = records.first() else { return Ok(None) };
    let response = match last.event {
        Event::Approved => decided(line, *index, last, "approve"),
        Event::Rejected => decided(line, *index, last, "reject"),
        Event::Refused => refused(line, *index, last).map(|error| error.into_response()),
        Event::Held => {
            let release = release(line, *index, last).await?;
            release.map(|release| ApiError::held(&release).into_response())
        }
        _ => released(line, parts, body, &records).await?,
    };
    Ok(response)
}

async fn released(
    line: &Line,
    parts: &Parts,
    body: &[u8],
    records: &[Indexed],
) -> Result<Option<Response>, ApiError> {
    let mut releases = Vec::new();
    // Oldest first, as they were made.
    for (index, record) in records.iter().rev().filter(|(_, r)| r.event == Event::Released) {
        releases.extend(release(line, *index, record).await?);
    }
    if parts.uri.path().contains("/images/") {
        return Ok(images::again(line, parts, body, &releases).await);
    }
    if parts.uri.path().ends_with("/audio/speech") {
        return Ok(releases.pop().and_then(|release| audio::again(line, body, release)));
    }
    if parts.uri.path().ends_with("/responses") {
        return Ok(releases.pop().and_then(|release| responses::again(line, body, release)));
    }
    let Ok(request) = serde_json::from_slice::<TextRequest>(body) else { return Ok(None) };
    if releases.len() != request.n.map_or(1, |n| n as usize) {
        return Ok(None); // some were never made: all are made again
    }
    let is_chat = parts.uri.path().ends_with("/chat/completions");
    let form = if is_chat { Form::Chat } else { Form::Completion };
    Ok(match openai::streamed(request.stream, request.stream_options.as_ref()) {
        Some(usage) => chat_stream::again(releases, form, request.model, usage),
        None => text::whole(form, &request.model, &releases),
    })
}

async fn release(line: &Line, index: u64, record: &Record) -> Result<Option<Release>, ApiError> {
    let stages = line.stages();
    let (Some(asset), Some(receipt)) = (record.asset_id, receipt(line, index)) else {
        return Ok(None);
    };
    let entry = stages.log.registry().asset(asset).map_err(LineError::from)?;
    let Some(entry) = entry else { return Ok(None) };
    let Some(mark) = entry.mark else { return Ok(None) };
    let bytes = stages.objects.get(&entry.sha256).await.map_err(LineError::from)?;
    let decisions = [&record.input, &record.output].into_iter().flatten();
    let action = decisions.map(|decision| decision.action).max().unwrap_or(Action::Allow);
    let policy = stages.policy().version().clone();
    Ok(Some(Release {
        request_id: entry.request_id,
        asset_id: asset,
        media_type: entry.media_type,
        bytes,
        sha256: entry.sha256,
        sidecar: None,
        manifest_label: entry.manifest_label,
        mark,
        labels: record.labels.clone(),
        fingerprint: None,
        decision: Decision { action, findings: vec![], checks: vec![], policy },
        receipt,
        warnings: vec![
            "This answer was built from its record: token counts and findings are not in it."
                .to_owned(),
        ],
        generation: Generation {
            model: record.generator.as_ref().map(|card| card.model.clone()).unwrap_or_default(),
            finish_reason: "stop".to_owned(),
            ..Generation::default()
        },
    }))
}

fn decided(line: &Line, index: u64, record: &Record, decision: &str) -> Option<Response> {
    let receipt = receipt(line, index)?;
    let receipt = json!({"index": receipt.index, "leaf_hash": receipt.leaf_hash});
    let body = json!({"asset_id": record.asset_id?, "decision": decision, "receipt": receipt});
    Some(Json(body).into_response())
}

fn refused(line: &Line, index: u64, record: &Record) -> Option<ApiError> {
    let (request_id, receipt) = (record.request_id?, receipt(line, index)?);
    if let Some(code) = &record.detail {
        let message = format!("This request was refused before, as `{code}`.");
        return Some(ApiError::invalid("body", message).recorded(request_id, &receipt));
    }
    let decisions = [&record.input, &record.output].into_iter().flatten();
    let findings = decisions.flat_map(|decision| &decision.findings);
    let strictest = findings.filter(|finding| !finding.shadow).max_by_key(|f| f.action);
    let decision = Decision {
        action: Action::Block,
        findings: vec![],
        checks: vec![],
        policy: line.stages().policy().version().clone(),
    };
    Some(ApiError::refused(&Refusal {
        request_id,
        rule: strictest.map(|finding| finding.rule.clone()),
        message: "This request was refused before.".to_owned(),
        decision,
        receipt,
    }))
}

/// What an answer shows of a receipt; the signature is not among it.
fn receipt(line: &Line, index: u64) -> Option<Receipt> {
    let log = &line.stages().log;
    Some(Receipt {
        index,
        leaf_hash: log.leaf(index)?,
        log_size: log.size(),
        origin: log.verifier().origin().to_owned(),
        signature: String::new(),
    })
}

#[cfg(test)]
mod tests;
