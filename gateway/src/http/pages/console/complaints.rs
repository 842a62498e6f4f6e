//! `/console/complaints`

use axum::{
    Form,
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use pages::console::complaints::{self as view, Closed, Complaints, Row};
use serde::Deserialize;

use super::{Paged, member, to};
use crate::{
    complaints::{self, Kept, NOTE_CHARS_MAX, Outcome},
    http::{console::Session, error::ApiError},
    pipeline::Line,
};

/// Complaints on one page.
const ROWS_MAX: usize = 50;

/// Which are wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
    /// The ticket of the last one on the page before.
    after: String,
}

pub(super) async fn show(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let view = listed(&line, &session, &asked).await?;
    Ok(page.show(view::page(&page.frame, &member(&session), &view)))
}

/// What a form says of a complaint.
#[derive(Debug, Deserialize)]
pub(super) struct Decided {
    ticket: String,
    outcome: Outcome,
    #[serde(default)]
    note: String,
}

pub(super) async fn close(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Form(decided): Form<Decided>,
) -> Result<Response, ApiError> {
    let Decided { ticket, outcome, note } = decided;
    let (stages, who) = (line.stages(), &session.pass.principal);
    let Err(error) = complaints::close(&stages, who, &ticket, outcome, &note).await else {
        return Ok(to(&page.frame.to("/console/complaints")));
    };
    let error = ApiError::from(error);
    let status = error.clone().into_response().status();
    let mut view = listed(&line, &session, &Asked::default()).await?;
    view.error = Some(error.body().error.message);
    Ok(page.with_status(status, view::page(&page.frame, &member(&session), &view)))
}

async fn listed(line: &Line, session: &Session, asked: &Asked) -> Result<Complaints, ApiError> {
    let closed = asked.state == "closed";
    let all = complaints::list(&line.stages(), &session.pass.principal).await?;
    let open = all.iter().filter(|kept| kept.closed.is_none()).count();
    // One that was dealt with meanwhile still has its place among all.
    let newer = all.iter().position(|kept| kept.ticket == asked.after).map_or(0, |at| at + 1);
    let mut wanted =
        all.into_iter().skip(newer).filter(|kept| kept.closed.is_some() == closed).map(row);
    let rows: Vec<Row> = wanted.by_ref().take(ROWS_MAX).collect();
    let last = rows.last().map(|row| row.ticket.clone());
    Ok(Complaints {
        next: last.filter(|_| wanted.next().is_some()),
        later: newer > 0,
        rows,
        open: open as u64,
        closed,
        note_max: NOTE_CHARS_MAX,
        error: None,
    })
}

fn row(kept: Kept) -> Row {
    let Kept { ticket, at, asset_id, complaint, closed, .. } = kept;
    Row {
        ticket,
        at,
        about: complaint.about,
        seen: complaint.asset,
        asset: asset_id.map(|id| id.to_string()),
        verdict: complaint.verdict,
        text: complaint.text,
        contact: complaint.contact,
        closed: closed.map(|closed| Closed {
            outcome: closed.outcome.name().to_owned(),
            at: closed.at,
            role: closed.role,
            note: closed.note,
        }),
    }
}
