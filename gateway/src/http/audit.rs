//! `/v1/audit/export` and `/v1/audit/reports`: evidence for auditors, on record.

use audit::{Event, ExportError, LogError, Record};
use axum::{
    Json,
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use types::Principal;
use utoipa::IntoParams;

use super::{error::ApiError, extract::Caller};
use crate::{
    exporting::Wish,
    pipeline::{Line, LineError},
};

/// Bytes of a bag that are read at once.
const CHUNK_BYTES: usize = 64 << 10;

/// Which entries, under which regime.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Extent {
    /// The first day or time, for example 2026-11-01.
    from: Option<String>,
    /// The day or time after the last.
    to: Option<String>,
    /// eu-art50, sb942, cn-gb45438, ny-fair or internal.
    regime: Option<String>,
    /// `none`, `people` or `content`: what is withheld.
    #[param(value_type = Option<String>)]
    redact: Option<audit::Redaction>,
    /// `en` or `zh`.
    #[param(value_type = Option<String>)]
    lang: Option<types::Language>,
}

impl Extent {
    /// A tenant's auditor sees that tenant's entries.
    fn wish(self, caller: &Caller) -> Wish {
        let Self { from, to, regime, redact, lang } = self;
        Wish {
            tenant: Some(caller.0.tenant.clone()),
            from,
            to,
            regime,
            redaction: redact.unwrap_or_default(),
            ground: None,
            language: lang.unwrap_or_default(),
        }
    }
}

/// A bag of evidence (BagIt in a ZIP) of the caller's organisation; the export is on record.
#[utoipa::path(get, path = "/v1/audit/export", params(Extent), responses(
    (status = 200, description = "application/zip"),
    (status = 403, description = "Auditors only", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn export(
    State(line): State<Line>,
    caller: Caller,
    Query(extent): Query<Extent>,
) -> Result<Response, ApiError> {
    audit_only(&caller)?;
    let wish = extent.wish(&caller);
    exported(&line, &caller.0, wish).await
}

/// A bag of evidence as an answer.
pub(super) async fn exported(
    line: &Line,
    who: &Principal,
    wish: Wish,
) -> Result<Response, ApiError> {
    let stages = line.stages();
    let plan = wish.plan(stages.author(who)).map_err(explain)?;
    let failed = |error: std::io::Error| explain(ExportError::Log(io(&error)));
    let folder = tempfile::tempdir_in(stages.installation.folder()).map_err(failed)?;
    let exported = stages.export(&plan, folder.path(), &|_, _| {}).await.map_err(explain)?;
    let file = tokio::fs::File::open(&exported.path).await.map_err(failed)?;
    let length = file.metadata().await.map_err(failed)?.len();
    // The open file outlives its folder, so an abandoned download leaves nothing behind.
    drop(folder);
    let mut response = Body::from_stream(chunks(file)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    let pairs = [
        ("content-disposition", format!("attachment; filename=\"{}.zip\"", exported.bag)),
        ("x-imprimatur-receipt", exported.index.to_string()),
        ("x-imprimatur-manifest-sha256", exported.sha256.to_string()),
    ];
    for (name, value) in pairs {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    Ok(response)
}

/// The checks of a regime over the caller's organisation, as JSON or, by `Accept`, as HTML.
#[utoipa::path(get, path = "/v1/audit/reports", params(Extent), responses(
    (status = 200, description = "The report"),
    (status = 403, description = "Auditors only", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn reports(
    State(line): State<Line>,
    caller: Caller,
    headers: HeaderMap,
    Query(extent): Query<Extent>,
) -> Result<Response, ApiError> {
    audit_only(&caller)?;
    let stages = line.stages();
    let author = stages.author(&caller.0);
    let plan = extent.wish(&caller).plan(author.clone()).map_err(explain)?;
    let report = stages.report(&plan, &|_, _| {}).await.map_err(explain)?;
    let mut record = Record::new(Event::Exported, author.tenant, author.actor);
    let (entries, regime) = (report.report.entries, &report.report.regime);
    record.detail = Some(format!("report entries {entries} regime {regime}"));
    stages.append(record).await?;
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accepts.is_some_and(|accepts| accepts.contains("text/html")) {
        let html = report.html().map_err(|error| explain(error.into()))?;
        let html_type = HeaderValue::from_static("text/html; charset=utf-8");
        return Ok(([(header::CONTENT_TYPE, html_type)], html).into_response());
    }
    Ok(Json(report.report).into_response())
}

fn audit_only(caller: &Caller) -> Result<(), ApiError> {
    if caller.0.role.may_audit() {
        return Ok(());
    }
    Err(ApiError::forbidden("Evidence is for auditors: use a key of that role."))
}

/// What a caller can do about it, if anything.
pub(super) fn explain(error: ExportError) -> ApiError {
    match error {
        ExportError::Regime(audit::report::RegimeError::Unknown(_)) => {
            ApiError::invalid("regime", error.to_string())
        }
        ExportError::Time(_) => ApiError::invalid("from", error.to_string()),
        ExportError::Log(error) => LineError::from(error).into(),
        other => LineError::from(LogError::Stopped(other.to_string())).into(),
    }
}

fn io(error: &std::io::Error) -> LogError {
    LogError::Stopped(error.to_string())
}

/// The bytes of a file, a chunk at a time.
fn chunks(
    file: tokio::fs::File,
) -> impl futures::Stream<Item = std::io::Result<axum::body::Bytes>> {
    futures::stream::try_unfold(file, |mut file| async move {
        use tokio::io::AsyncReadExt as _;
        let mut buffer = vec![0; CHUNK_BYTES];
        let read = file.read(&mut buffer).await?;
        buffer.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then(|| (axum::body::Bytes::from(buffer), file)))
    })
}
