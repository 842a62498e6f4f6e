//! `GET /v1/audit/entries`: records of the caller's tenant, by any of their values.

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use serde_json::{Value, json};

use super::{error::ApiError, extract::Caller, log::audit_only};
use crate::{
    criteria::Criteria,
    pipeline::{Line, LineError},
};

/// Entries for auditors: those of the caller's tenant that have every given value.
///
/// `next_cursor` is where to go on; pages neither repeat nor skip an entry while the log grows. A
/// page may be short and still have one.
#[utoipa::path(get, path = "/v1/audit/entries", params(Criteria), responses(
    (status = 200, description = "Entries with their indices"),
    (status = 400, description = "A value that cannot be asked for", body = super::error::ErrorBody),
    (status = 403, description = "Auditors only", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn entries(
    State(line): State<Line>,
    caller: Caller,
    criteria: Result<Query<Criteria>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    audit_only(&caller)?;
    let Query(criteria) =
        criteria.map_err(|error| ApiError::invalid("query", error.body_text()))?;
    let stages = line.stages();
    let query = criteria.query(Some(&caller.0.tenant), &stages.pseudonym_key);
    let query = query.map_err(|error| ApiError::invalid(error.name, error.reason))?;
    let log = stages.log.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let page = log.find(&query)?;
        let records = page.indices.iter().map(|index| Ok((*index, log.entry(*index)?)));
        let records: Result<Vec<(u64, Vec<u8>)>, audit::LogError> = records.collect();
        Ok((records?, page.next, log.size()))
    });
    let read: Result<_, audit::LogError> = reading.await.map_err(|_| ApiError::bug())?;
    let (records, next, log_size) = read.map_err(refused)?;
    let data: Vec<Value> = records
        .iter()
        .filter_map(|(index, entry)| {
            let record: Value = serde_json::from_slice(entry).ok()?;
            Some(json!({"index": index, "record": record}))
        })
        .collect();
    let more = next.is_some();
    Ok(Json(json!({
        "object": "list", "data": data, "log_size": log_size,
        "has_more": more, "next_cursor": next,
    })))
}

/// A cursor comes from the caller; everything else is ours.
fn refused(error: audit::LogError) -> ApiError {
    match error {
        audit::LogError::Note { what: "cursor", .. } => {
            ApiError::invalid("cursor", error.to_string())
        }
        error => LineError::from(error).into(),
    }
}
