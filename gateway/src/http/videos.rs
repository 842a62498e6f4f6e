//! `/v1/videos`: jobs that make videos.

use audit::{AssetEntry, Event};
use axum::{
    Json,
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use types::{Modality, RequestId};

use super::{
    answer, assets,
    error::{ApiError, ErrorBody},
    extract::{Caller, turned_away},
    paging::{Page, paged},
    video_form::VideoForm,
};
use crate::{
    jobs::{self, Job, State as JobState},
    members::put,
    pipeline::{Line, LineError, Step},
};

/// What ids of videos begin with.
const PREFIX: &str = "video_";

/// Begins a video. The request is checked and recorded before the answer; the video is made after it.
#[utoipa::path(post, path = "/v1/videos", request_body(content = VideoForm, content_type = "multipart/form-data"), responses(
    (status = 200, description = "The job"),
    (status = 400, description = "Bad input, or `content_policy_violation`", body = ErrorBody),
    (status = 413, description = "The files are too large", body = ErrorBody),
    (status = 503, description = "Busy or failing closed", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn create(
    State(line): State<Line>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    let form = VideoForm::read(&line, request).await;
    let wanted = match form.and_then(|form| Ok((form.request(&line)?, form))) {
        Ok(wanted) => wanted,
        Err(error) => return Err(turned_away(&line, principal, Modality::Video, error).await),
    };
    let (request, form) = wanted;
    let asked = json!({
        "model": request.model, "size": form.size, "seconds": form.seconds,
        "created_at": answer::now_unix_s(),
    });
    let tenant = principal.tenant.to_string();
    match line.admit(principal, request).await? {
        Step::Go(admitted) => {
            let headers = answer::Headers::admitted(admitted.case());
            let job = jobs::start(&line, admitted, &tenant, asked);
            Ok((StatusCode::OK, headers, Json(described(&line, &job)?)).into_response())
        }
        Step::Refused(refusal) => Err(ApiError::refused(&refusal)),
    }
}

/// The jobs of the last week, latest first.
#[utoipa::path(get, path = "/v1/videos", params(Page), responses(
    (status = 200, description = "The jobs"),
    (status = 400, description = "A page that there cannot be", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn list(
    State(line): State<Line>,
    caller: Caller,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let page = Page::read(page)?;
    let mut jobs = jobs::of(&line.stages(), &caller.0.tenant).await?;
    jobs.retain(|job| job.modality == Modality::Video);
    let id = |job: &Job| json!({"id": format!("{PREFIX}{}", job.request)});
    let mut told = paged(jobs.iter().map(id).collect(), &page, "id")?;
    for row in told.get_mut("data").and_then(Value::as_array_mut).into_iter().flatten() {
        let of = |job: &&Job| id(job).get("id") == row.get("id");
        if let Some(job) = jobs.iter().find(of) {
            *row = described(&line, job)?;
        }
    }
    Ok(Json(told))
}

/// How far a job is.
#[utoipa::path(get, path = "/v1/videos/{id}", responses(
    (status = 200, description = "The job"),
    (status = 404, description = "No such video for this key", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn show(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let job = find(&line, &caller.0.tenant, &id).await?;
    described(&line, &job).map(Json)
}

/// The signed file of a job that has ended.
#[utoipa::path(get, path = "/v1/videos/{id}/content", responses(
    (status = 200, description = "MP4"),
    (status = 403, description = "Held, or rejected", body = ErrorBody),
    (status = 404, description = "No such video for this key, or it is not ready", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn content(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let job = find(&line, &caller.0.tenant, &id).await?;
    match job.state {
        JobState::Released(asset) | JobState::Held(asset) => {
            assets::content(State(line), caller, Path(asset.to_string())).await
        }
        JobState::Running(_) => Err(ApiError::not_found("video_not_ready", "It is being made.")),
        JobState::Failed(code, message) => Err(ApiError::not_found(&code, message)),
    }
}

fn parse(id: &str) -> Result<RequestId, ApiError> {
    let wrong = || ApiError::not_found("video_not_found", format!("No video has the id {id}."));
    id.strip_prefix(PREFIX).and_then(|id| id.parse().ok()).ok_or_else(wrong)
}

/// A tenant's job of this id, if it makes a video.
async fn find(line: &Line, tenant: &str, id: &str) -> Result<Job, ApiError> {
    let found = jobs::find(&line.stages(), parse(id)?, tenant).await?;
    let missing = || ApiError::not_found("video_not_found", format!("No video has the id {id}."));
    found.filter(|job| job.modality == Modality::Video).ok_or_else(missing)
}

/// OpenAI's object, with ours in it.
fn described(line: &Line, job: &Job) -> Result<Value, ApiError> {
    let (status, progress) = match &job.state {
        JobState::Running(0) => ("queued", 0),
        JobState::Running(percent) => ("in_progress", *percent),
        JobState::Released(_) => ("completed", 100),
        JobState::Held(_) => ("in_progress", 99),
        JobState::Failed(..) => ("failed", 0),
    };
    let mut told = json!({
        "id": format!("{PREFIX}{}", job.request), "object": "video", "status": status,
        "progress": progress, "error": null, "completed_at": null, "expires_at": null,
        "remixed_from_video_id": null, "model": job.asked.get("model"),
        "created_at": job.asked.get("created_at"), "size": job.asked.get("size"),
        "seconds": job.asked.get("seconds"),
    });
    match &job.state {
        JobState::Failed(code, message) => {
            put(&mut told, "error", json!({"code": code, "message": message}));
        }
        JobState::Released(asset) | JobState::Held(asset) => {
            let entry = line.stages().log.registry().asset(*asset).map_err(LineError::from)?;
            if let Some(entry) = entry {
                after_review(&mut told, &entry);
                put(
                    &mut told,
                    "completed_at",
                    json!(job.request.created_unix_s().max(unix_s(&entry))),
                );
                put(
                    &mut told,
                    "imprimatur",
                    json!({
                        "asset_id": entry.asset_id, "mark": entry.mark, "outcome": entry.event,
                        "review": entry.review,
                        "manifest_url": format!("/v1/assets/{}/manifest", entry.asset_id),
                        "receipt": {"index": entry.index, "leaf_hash": entry.leaf_hash},
                    }),
                );
            }
        }
        JobState::Running(_) => {}
    }
    Ok(told)
}

/// What a person decided about a video that was held.
fn after_review(told: &mut Value, entry: &AssetEntry) {
    if entry.event != Event::Held || entry.review.is_none() {
        return;
    }
    if entry.may_leave() {
        put(told, "status", json!("completed"));
        put(told, "progress", json!(100));
    } else {
        put(told, "status", json!("failed"));
        put(told, "error", json!({"code": "rejected", "message": "An editor has rejected it."}));
    }
}

fn unix_s(entry: &AssetEntry) -> u64 {
    let parsed =
        time::OffsetDateTime::parse(&entry.time, &time::format_description::well_known::Rfc3339);
    parsed.ok().and_then(|time| u64::try_from(time.unix_timestamp()).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_a_video_is_that_of_its_request() {
        let request = RequestId::new();
        assert_eq!(parse(&format!("{PREFIX}{request}")).unwrap(), request);
        assert!(parse(&request.to_string()).is_err() && parse("video_x").is_err());
    }
}
