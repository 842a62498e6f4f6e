//! `POST /v1/verify` and `POST /v1/detect`: for everybody, bounded, and nothing of a file is stored.
//!
//! Strangers hear only the coarse answer about a mark, and only so often, because a detector that
//! answers in detail and without end tells how to remove a mark.
//!
//! That a caller with a key had a file verified is on record, with the file's digest and the verdict;
//! strangers leave no trace.
//!
//! A file comes as the field `file` of a form (with its manifest as `sidecar`, if it lies beside
//! it), as the raw body, or as `{"text": "…"}`.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use axum::{
    Json,
    body::Bytes,
    extract::{ConnectInfo, FromRequest, Multipart, Request, State, multipart::MultipartError},
    http::{HeaderMap, StatusCode, header},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::OwnedSemaphorePermit;
use types::{Language, Sha256};
use utoipa::ToSchema;

use super::{
    error::ApiError,
    extract::{Caller, JsonBody},
};
use crate::{
    detecting::MarkFound,
    disclosure::{self, Audience},
    lookup::Subject,
    pipeline::Line,
    recording,
};

/// How long an upload may take: a slow one keeps others waiting.
const UPLOAD_SECONDS_MAX: u64 = 60;
/// How long a check waits for its turn.
const TURN_SECONDS_MAX: u64 = 10;

/// A file to check.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form in the OpenAPI document")]
struct VerifyForm {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The manifest that lies beside it, if it is not in the file.
    #[schema(value_type = Option<String>, format = Binary)]
    sidecar: Option<Vec<u8>>,
}

/// A text to check.
#[derive(Debug, Deserialize, ToSchema)]
struct TextBody {
    /// The text.
    text: String,
}

/// Says what a file's credentials and mark say, and whether it came from here.
///
/// Without a key, nothing is told of an unpublished asset but that it was made here.
#[utoipa::path(post, path = "/v1/verify", request_body(content = VerifyForm, content_type = "multipart/form-data"), responses(
    (status = 200, description = "A report, also about unreadable files"),
    (status = 400, description = "There is no file in the body", body = super::error::ErrorBody),
    (status = 413, description = "The file is too large", body = super::error::ErrorBody),
    (status = 429, description = "This address has had its share of checks", body = super::error::ErrorBody),
    (status = 503, description = "Too many checks are under way", body = super::error::ErrorBody),
))]
pub(crate) async fn verify(
    State(line): State<Line>,
    caller: Result<Option<Caller>, ApiError>,
    headers: HeaderMap,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let caller = welcome(&line, caller?, &request)?;
    let _turn = turn(&line).await?;
    let subject = receive(&line, request).await?;
    let sha256 = Sha256::of(&subject.bytes);
    let found = line.stages().lookup().verify(subject).await;
    if let Some(Caller(caller)) = &caller {
        let actor = recording::pseudonym(&line.stages().pseudonym_key, caller);
        let record = recording::verified(&caller.tenant, actor, sha256, &found);
        line.stages().append(record).await?;
    }
    let audience =
        caller.as_ref().map_or(Audience::Public, |caller| Audience::Tenant(&caller.0.tenant));
    let stages = line.stages();
    let publisher = &stages.installation.config().provenance.publisher;
    let lists = stages.lookup();
    Ok(Json(disclosure::report(&found, lists.lists(), audience, publisher, language(&headers))))
}

/// Looks for the mark alone. Without a key, `p_value` is only a bound.
#[utoipa::path(post, path = "/v1/detect", request_body(content = VerifyForm, content_type = "multipart/form-data"), responses(
    (status = 200, description = "found, algorithm, id, confidence, decidable, ms"),
    (status = 400, description = "There is no readable file in the body", body = super::error::ErrorBody),
    (status = 413, description = "The file is too large", body = super::error::ErrorBody),
    (status = 429, description = "This address has had its share of checks", body = super::error::ErrorBody),
    (status = 503, description = "Too many checks are under way", body = super::error::ErrorBody),
))]
pub(crate) async fn detect(
    State(line): State<Line>,
    caller: Result<Option<Caller>, ApiError>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let caller = welcome(&line, caller?, &request)?;
    let _turn = turn(&line).await?;
    let subject = receive(&line, request).await?;
    let start = Instant::now();
    let detector = line.stages().detector();
    let searching = tokio::task::spawn_blocking(move || detector.detect(&subject.bytes));
    let unreadable =
        |reason: String| ApiError::invalid("file", format!("This file cannot be read: {reason}"));
    let searched = searching.await.map_err(|_| unreadable("it broke the reader".to_owned()))?;
    let mark = searched.map_err(|error| unreadable(error.to_string()))?;
    Ok(Json(match caller {
        Some(_) => detected(&mark, start),
        None => json!(mark.coarse()),
    }))
}

/// The members of a detection.
pub(crate) fn detected(mark: &MarkFound, start: Instant) -> Value {
    let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut members = json!(mark);
    if let Some(members) = members.as_object_mut() {
        members.insert("ms".to_owned(), json!(ms));
    }
    members
}

/// Strangers are welcome unless configuration says otherwise, but not without measure.
pub(super) fn welcome(
    line: &Line,
    caller: Option<Caller>,
    request: &Request,
) -> Result<Option<Caller>, ApiError> {
    if caller.is_some() {
        return Ok(caller);
    }
    if !line.stages().installation.config().auth.anonymous_verify {
        return Err(ApiError::unauthenticated());
    }
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>();
    // Who did not come through a socket is one guest, too.
    let address = address.map_or(Ipv4Addr::UNSPECIFIED.into(), |info| info.0.ip());
    line.stages().guests.admit(address).map_err(ApiError::too_many)?;
    Ok(None)
}

/// A turn is taken before the body is read, so that waiting costs no memory.
pub(super) async fn turn(line: &Line) -> Result<OwnedSemaphorePermit, ApiError> {
    let busy = || ApiError::unavailable("busy", "Too many files are being checked; try again.");
    let waiting = line.stages().checks().acquire_owned();
    let turn = tokio::time::timeout(Duration::from_secs(TURN_SECONDS_MAX), waiting).await;
    turn.map_err(|_| busy())?.map_err(|_| busy())
}

async fn receive(line: &Line, request: Request) -> Result<Subject, ApiError> {
    let reading = read(line, request);
    let read = tokio::time::timeout(Duration::from_secs(UPLOAD_SECONDS_MAX), reading).await;
    let slow = |_| ApiError::unreadable(StatusCode::REQUEST_TIMEOUT, "The upload took too long.");
    let subject = read.map_err(slow)??;
    if subject.bytes.is_empty() {
        return Err(ApiError::invalid(
            "file",
            "There is no file in the body: send one as the form field `file`.",
        ));
    }
    Ok(subject)
}

async fn read(line: &Line, request: Request) -> Result<Subject, ApiError> {
    let content_type =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_ascii_lowercase();
    if content_type.starts_with("multipart/form-data") {
        let form = Multipart::from_request(request, line).await;
        let form = form.map_err(|error| ApiError::unreadable(error.status(), error.body_text()))?;
        return fields(form).await;
    }
    if content_type.starts_with("application/json") {
        let JsonBody(body) = JsonBody::<TextBody>::from_request(request, line).await?;
        return Ok(Subject {
            format: Some("text/plain".to_owned()),
            ..Subject::new(body.text.into_bytes())
        });
    }
    let body = Bytes::from_request(request, line).await;
    let body = body.map_err(|error| ApiError::unreadable(error.status(), error.body_text()))?;
    Ok(Subject { format: known(&content_type), ..Subject::new(body.to_vec()) })
}

async fn fields(mut form: Multipart) -> Result<Subject, ApiError> {
    let broken = |error: MultipartError| ApiError::unreadable(error.status(), error.body_text());
    let mut subject = Subject::new(Vec::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let extension =
            field.file_name().and_then(|name| Some(name.rsplit_once('.')?.1.to_owned()));
        let format = extension.or_else(|| field.content_type().and_then(known));
        let bytes = field.bytes().await.map_err(broken)?.to_vec();
        match name.as_str() {
            "file" => (subject.bytes, subject.format) = (bytes, format),
            "text" => (subject.bytes, subject.format) = (bytes, Some("text/plain".to_owned())),
            "sidecar" => subject.sidecar = Some(bytes),
            "recover" => subject.recover = bytes == b"true",
            _ => {
                return Err(ApiError::invalid(
                    &name,
                    "The form takes the fields file, text, sidecar and recover.",
                ));
            }
        }
    }
    Ok(subject)
}

/// A media type that says something about the bytes.
fn known(content_type: &str) -> Option<String> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let empty =
        matches!(essence, "" | "application/octet-stream" | "application/x-www-form-urlencoded");
    (!empty).then(|| essence.to_owned())
}

/// The first of the asker's languages that is spoken here.
pub(super) fn language(headers: &HeaderMap) -> Language {
    let wished = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let mut wished = wished.unwrap_or_default().split(',').map(str::trim);
    match wished.find(|wish| wish.starts_with("zh") || wish.starts_with("en")) {
        Some(wish) if wish.starts_with("zh") => Language::Zh,
        _ => Language::En,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_first_language_spoken_here_is_taken() {
        let cases = [
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Zh),
            ("fr, en;q=0.5, zh", Language::En),
            ("fr", Language::En),
        ];
        for (wish, expected) in cases {
            let value = HeaderValue::from_static(wish);
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value)]);
            assert_eq!(language(&headers), expected, "{wish}");
        }
    }

    #[test]
    fn a_media_type_that_says_nothing_is_left_out() {
        assert_eq!(known("image/png; x=y"), Some("image/png".to_owned()));
        assert_eq!(known("application/octet-stream"), None);
    }
}
