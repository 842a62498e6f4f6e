//! `/verify`: the page where anybody has a file checked. Nothing of the file is kept.

use std::{collections::BTreeMap, time::Duration};

use audit::AssetEntry;
use axum::{
    extract::{FromRequest as _, Multipart, Request, State, multipart::MultipartError},
    http::StatusCode,
    response::Response,
};
use pages::public::{
    link::Link,
    report::Report,
    verify::{self, Checked},
};
use serde_json::Value;
use types::MediaType;

use super::{Paged, pictures, proving};
use crate::{
    disclosure::{self, Audience},
    fetching::Fetcher,
    http::{
        error::ApiError,
        verify::{turn, welcome},
    },
    lookup::{Origin, Subject, Verification},
    pipeline::Line,
};

/// How long an upload may take: a slow one keeps others waiting.
const UPLOAD_SECONDS_MAX: u64 = 60;
/// Longest name of a file that is shown.
const NAME_CHARS_MAX: usize = 120;
/// So many possible matches have a picture.
const PICTURES_MAX: usize = 3;

pub(super) async fn form(State(line): State<Line>, page: Paged) -> Response {
    page.show(verify::page(&page.frame, by_address(&line), None))
}

pub(super) async fn check(State(line): State<Line>, page: Paged, request: Request) -> Response {
    match checked(&line, &page, request).await {
        Ok(response) => response,
        Err(error) => page.problem(&error),
    }
}

/// What was sent, and what the reader calls it.
#[derive(Default)]
struct Sent {
    name: Option<String>,
    subject: Option<Subject>,
    address: String,
    text: String,
    sidecar: Option<Vec<u8>>,
}

fn by_address(line: &Line) -> bool {
    line.stages().installation.config().auth.anonymous_addresses
}

async fn checked(line: &Line, page: &Paged, request: Request) -> Result<Response, ApiError> {
    welcome(line, None, &request)?;
    let _turn = turn(line).await?;
    let reading = read(line, request);
    let read = tokio::time::timeout(Duration::from_secs(UPLOAD_SECONDS_MAX), reading).await;
    let slow = |_| ApiError::unreadable(StatusCode::REQUEST_TIMEOUT, "The upload took too long.");
    let (name, subject) = chosen(line, read.map_err(slow)??).await?;
    let stages = line.stages();
    let lookup = stages.lookup();
    let found = lookup.verify(subject.clone()).await;
    let publisher = &page.frame.publisher;
    let language = page.frame.language;
    let told = disclosure::report(&found, lookup.lists(), Audience::Public, publisher, language);
    let report: Report = serde_json::from_value(told.clone()).map_err(|error| {
        tracing::error!(%error, "a report does not fit the page");
        ApiError::bug()
    })?;
    let mut shown = {
        let (verifier, report) = (stages.verifier.clone(), report.clone());
        let looking = move || pictures::of_manifest(&verifier, &subject, &report);
        tokio::task::spawn_blocking(looking).await.unwrap_or_default()
    };
    shown.extend(published(line, &found).await);
    let proof = report.receipt.as_ref();
    let proof = proof.and_then(|receipt| proving::proof(stages.as_ref(), receipt.index));
    let link = told.get("asset_id").and_then(Value::as_str);
    let link = link.map(|id| Link::new(&page.base, &format!("/verify/{id}")));
    let raw = serde_json::to_string_pretty(&told).unwrap_or_default();
    let checked = Checked {
        name: name.as_deref(),
        report: &report,
        raw: &raw,
        version: env!("CARGO_PKG_VERSION"),
        pictures: &shown,
        proof: proof.as_ref(),
        link: link.as_ref(),
    };
    Ok(page.show(if page.partly {
        verify::result(&page.frame, &checked)
    } else {
        verify::page(&page.frame, by_address(line), Some(&checked))
    }))
}

/// Pictures of published works that a file may have come from, by the asset's id.
async fn published(line: &Line, found: &Verification) -> BTreeMap<String, String> {
    let known = found.origins.iter().filter(|origin| Audience::Public.may_know(&origin.asset));
    let mut shown = BTreeMap::new();
    for Origin { asset, .. } in known.take(PICTURES_MAX) {
        shown.extend(picture(line, asset).await.map(|one| (asset.asset_id.to_string(), one)));
    }
    shown
}

/// A small picture of a published asset.
pub(super) async fn picture(line: &Line, asset: &AssetEntry) -> Option<String> {
    let (digest, _, _) = asset.current();
    let media_type = asset.media_type;
    if !matches!(media_type, MediaType::Png | MediaType::Jpeg) {
        return None;
    }
    let stages = line.stages();
    let bytes = stages.objects.get(&digest).await.ok()?;
    tokio::task::spawn_blocking(move || pictures::small(&bytes, media_type)).await.ok()?
}

/// A file comes before a text, and a text before an address: browsers send empty fields, too.
async fn chosen(line: &Line, sent: Sent) -> Result<(Option<String>, Subject), ApiError> {
    let Sent { name, subject, address, text, sidecar } = sent;
    if let Some(subject) = subject {
        return Ok((name, Subject { sidecar, ..subject }));
    }
    if !text.trim().is_empty() {
        let format = Some("text/plain".to_owned());
        return Ok((None, Subject { format, sidecar, ..Subject::new(text.into_bytes()) }));
    }
    let address = address.trim();
    if address.is_empty() || !by_address(line) {
        let message = "Choose a file, or paste a text, to have it checked.";
        return Err(ApiError::unprocessable("nothing_to_check", message));
    }
    let (wanted, fetcher) = (address.to_owned(), Fetcher::default());
    let fetching = tokio::task::spawn_blocking(move || fetcher.fetch(&wanted)).await;
    let refused = |reason: String| ApiError::unprocessable("address_refused", reason);
    let bytes = fetching.map_err(|error| refused(error.to_string()))?;
    let bytes = bytes.map_err(|error| refused(error.to_string()))?;
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let format = path.rsplit_once('.').map(|(_, end)| end.to_owned());
    let name = path.rsplit('/').next().map(shown_name);
    Ok((name, Subject { format, ..Subject::new(bytes) }))
}

async fn read(line: &Line, request: Request) -> Result<Sent, ApiError> {
    let form = Multipart::from_request(request, line).await;
    let mut form = form.map_err(|error| ApiError::unreadable(error.status(), error.body_text()))?;
    let broken = |error: MultipartError| ApiError::unreadable(error.status(), error.body_text());
    let mut sent = Sent::default();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "file" => {
                let name = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.bytes().await.map_err(broken)?.to_vec();
                let format = name.rsplit_once('.').map(|(_, end)| end.to_owned());
                sent.name = Some(shown_name(&name));
                sent.subject =
                    (!bytes.is_empty()).then(|| Subject { format, ..Subject::new(bytes) });
            }
            "sidecar" => {
                let bytes = field.bytes().await.map_err(broken)?.to_vec();
                sent.sidecar = (!bytes.is_empty()).then_some(bytes);
            }
            "text" => sent.text = field.text().await.map_err(broken)?,
            "url" => sent.address = field.text().await.map_err(broken)?,
            // Whatever else a browser adds is nothing to check.
            _ => drop(field.bytes().await.map_err(broken)?),
        }
    }
    Ok(sent)
}

/// A stranger's text in one line, for the page.
fn shown_name(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect()
}
