//! `/console/desk`: many files are checked at once; nothing of them is kept.
//!
//! The verdicts are those of `imprimatur verify` on the same folder: a file's name tells its format
//! where its bytes do not, and a manifest that lies beside a file belongs to it. As there, it is on record
//! that a file was checked, by its digest and the verdict.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    extract::{Multipart, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use pages::console::desk::{self, Desk, Row};
use serde_json::Value;
use types::Sha256;

use super::{Paged, member};
use crate::{
    disclosure::{self, Audience},
    http::{console::Session, error::ApiError},
    lookup::Subject,
    pipeline::Line,
    recording,
};

/// Files of one form.
const FILES_MAX: usize = 500;
/// What the name of a manifest adds to the name of its file.
const MANIFEST: &str = ".c2pa";
/// The facts in the order of the file that is downloaded: members of `imprimatur verify --json`.
const COLUMNS: [&str; 8] = [
    "file",
    "verdict",
    "signer",
    "list",
    "ai_declared_active",
    "ai_declared_anywhere",
    "ingredient_warning",
    "mark",
];

pub(super) async fn show(session: Session, page: Paged) -> Response {
    page.show(desk::page(&page.frame, &member(&session), &Desk::default()))
}

pub(super) async fn check(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    request: axum::extract::Request,
) -> Result<Response, ApiError> {
    use axum::extract::FromRequest as _;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        return download(&line, request).await;
    }
    let status = axum::http::StatusCode::BAD_REQUEST;
    let form = Multipart::from_request(request, &line).await;
    let mut form = form.map_err(|error| ApiError::unreadable(status, error.body_text()))?;
    let mut files = Vec::new();
    loop {
        let field = form.next_field().await;
        let Some(field) =
            field.map_err(|error| ApiError::unreadable(error.status(), error.body_text()))?
        else {
            break;
        };
        let Some(name) = field.file_name().map(str::to_owned) else { continue };
        let bytes = field.bytes().await;
        let bytes =
            bytes.map_err(|error| ApiError::unreadable(error.status(), error.body_text()))?;
        if files.len() >= FILES_MAX {
            let text = format!("More than {FILES_MAX} files: send them in parts.");
            return Err(ApiError::invalid("files", text));
        }
        files.push((name, bytes.to_vec()));
    }
    let mut rows = Vec::new();
    for (name, subject) in paired(files) {
        rows.push(checked(&line, &session, &page, name, subject).await?);
    }
    let csv = csv(&rows);
    let view = Desk { rows, csv };
    Ok(page.show(desk::page(&page.frame, &member(&session), &view)))
}

/// What is to be looked at: each file, with its manifest if that lies beside it.
fn paired(files: Vec<(String, Vec<u8>)>) -> Vec<(String, Subject)> {
    let names: BTreeSet<String> = files.iter().map(|(name, _)| name.clone()).collect();
    let mut beside = BTreeMap::new();
    let mut alone = Vec::new();
    for (name, bytes) in files {
        let owner = name.strip_suffix(MANIFEST).filter(|owner| names.contains(*owner));
        match owner.map(str::to_owned) {
            Some(owner) => drop(beside.insert(owner, bytes)),
            None => alone.push((name, bytes)),
        }
    }
    let subject = |(name, bytes): (String, Vec<u8>)| {
        let (sidecar, format) = (beside.remove(&name), name.rsplit_once('.'));
        let format = format.map(|(_, end)| end.to_owned());
        (name, Subject { sidecar, format, ..Subject::new(bytes) })
    };
    alone.into_iter().map(subject).collect()
}

async fn checked(
    line: &Line,
    session: &Session,
    page: &Paged,
    file: String,
    subject: Subject,
) -> Result<Row, ApiError> {
    let stages = line.stages();
    let lookup = stages.lookup();
    let sha256 = Sha256::of(&subject.bytes);
    let found = lookup.verify(subject).await;
    let (who, language) = (&session.pass.principal, page.frame.language);
    let actor = recording::pseudonym(&stages.pseudonym_key, who);
    stages.append(recording::verified(&who.tenant, actor, sha256, &found)).await?;
    let publisher = &stages.installation.config().provenance.publisher;
    let audience = Audience::Tenant(&who.tenant);
    let told = disclosure::report(&found, lookup.lists(), audience, publisher, language);
    let at = |path: &str| told.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let holds = |path: &str| told.pointer(path).and_then(Value::as_bool).unwrap_or(false);
    Ok(Row {
        file,
        verdict: at("/verdict"),
        summary: at("/summary"),
        signer: at("/signer/name"),
        list: at("/signer/list"),
        ai_active: holds("/ai_declared_active"),
        ai_anywhere: holds("/ai_declared_anywhere"),
        warning: holds("/ingredient_warning"),
        mark: at("/mark/id"),
        ms: told.get("ms").and_then(Value::as_u64).unwrap_or(0),
    })
}

fn csv(rows: &[Row]) -> String {
    let line = |row: &Row| {
        let values = [
            row.file.clone(),
            row.verdict.clone(),
            row.signer.clone(),
            row.list.clone(),
            row.ai_active.to_string(),
            row.ai_anywhere.to_string(),
            row.warning.to_string(),
            row.mark.clone(),
        ];
        values.map(|value| quoted(&value)).join(",") + "\r\n"
    };
    COLUMNS.join(",") + "\r\n" + &rows.iter().map(line).collect::<String>()
}

/// A value of CSV (RFC 4180). One that a spreadsheet would compute is kept as text.
fn quoted(value: &str) -> String {
    let text = value.replace('"', "\"\"");
    let computed = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if computed { format!("\"'{text}\"") } else { format!("\"{text}\"") }
}

/// What was shown as a table, as a file: the browser sends it back, because nothing of it is kept.
async fn download(line: &Line, request: axum::extract::Request) -> Result<Response, ApiError> {
    use axum::extract::FromRequest as _;
    #[derive(serde::Deserialize)]
    struct Sent {
        csv: String,
    }
    let sent = axum::Form::<Sent>::from_request(request, line).await;
    let axum::Form(sent) =
        sent.map_err(|error| ApiError::unreadable(error.status(), error.body_text()))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"files.csv\""),
    ];
    Ok((headers, sent.csv).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_goes_with_its_file_and_one_that_is_alone_is_a_file() {
        let file = |name: &str| (name.to_owned(), name.as_bytes().to_vec());
        let files = ["a/b.txt.c2pa", "a/b.txt", "b.txt", "c.c2pa"].map(file).to_vec();
        let found: Vec<_> = paired(files)
            .into_iter()
            .map(|(name, subject)| (name, subject.sidecar.is_some(), subject.format.unwrap()))
            .collect();
        let row = |name: &str, beside, format: &str| (name.to_owned(), beside, format.to_owned());
        let expected =
            [row("a/b.txt", true, "txt"), row("b.txt", false, "txt"), row("c.c2pa", false, "c2pa")];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_name_cannot_leave_its_cell() {
        let row = Row { file: "a\",=1+1".into(), signer: "=cmd()".into(), ..Row::default() };
        let text = csv(&[row]);
        assert!(text.contains("\"a\"\",=1+1\"") && text.contains("\"'=cmd()\""), "{text}");
    }
}
