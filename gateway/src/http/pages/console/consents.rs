//! `/console/consents`

use axum::{
    Form,
    extract::State,
    response::{IntoResponse as _, Response},
};
use pages::console::consents::{self as view, Consents, Filled, Row};
use serde::Deserialize;

use super::{Paged, member, to};
use crate::{
    consents::{self, Consent, Covered, Kept, TEXT_CHARS_MAX},
    http::{console::Session, error::ApiError},
    pipeline::Line,
};

/// Agreements on the page.
const ROWS_MAX: usize = 100;

pub(super) async fn show(
    State(line): State<Line>,
    session: Session,
    page: Paged,
) -> Result<Response, ApiError> {
    let view = listed(&line, &session).await?;
    Ok(page.show(view::page(&page.frame, &member(&session), &view)))
}

/// A form: the id of one that is withdrawn, or a new one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    id: String,
    names: String,
    covers: String,
    kept_at: String,
    from: String,
    until: String,
    desks: String,
}

pub(super) async fn act(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Form(said): Form<Said>,
) -> Result<Response, ApiError> {
    let (stages, who) = (line.stages(), &session.pass.principal);
    let done = if said.id.is_empty() {
        consents::keep(&stages, who, said.consent()).await
    } else {
        consents::withdraw(&stages, who, &said.id).await
    };
    let Err(error) = done else { return Ok(to(&page.frame.to("/console/consents"))) };
    let error = ApiError::from(error);
    let status = error.clone().into_response().status();
    let mut view = listed(&line, &session).await?;
    view.error = Some(error.body().error.message);
    view.filled = said.filled();
    Ok(page.with_status(status, view::page(&page.frame, &member(&session), &view)))
}

async fn listed(line: &Line, session: &Session) -> Result<Consents, ApiError> {
    let all = consents::list(&line.stages(), &session.pass.principal).await?;
    Ok(Consents {
        more: all.len() > ROWS_MAX,
        rows: all.into_iter().take(ROWS_MAX).map(row).collect(),
        text_max: TEXT_CHARS_MAX,
        ..Consents::default()
    })
}

impl Said {
    fn consent(&self) -> Consent {
        let parts = |text: &str, between: &[char]| -> Vec<String> {
            let parts = text.split(between).map(str::trim).filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect()
        };
        let covers = match self.covers.as_str() {
            "likeness" => vec![Covered::Likeness],
            "voice" => vec![Covered::Voice],
            _ => vec![Covered::Likeness, Covered::Voice],
        };
        // What is no day is refused where consents are checked.
        let midnight = |day: &str| {
            Some(day.trim()).filter(|day| !day.is_empty()).map(|day| format!("{day}T00:00:00Z"))
        };
        Consent {
            names: parts(&self.names, &['\n']),
            covers,
            kept_at: self.kept_at.clone(),
            valid_from: midnight(&self.from),
            valid_until: midnight(&self.until),
            desks: parts(&self.desks, &[',', '，', '、']),
        }
    }

    fn filled(self) -> Filled {
        let Self { names, covers, kept_at, from, until, desks, .. } = self;
        Filled { names, covers, kept_at, from, until, desks }
    }
}

fn row(kept: Kept) -> Row {
    let Kept { id, at, withdrawn_at, consent, .. } = kept;
    Row {
        id,
        covers: match consent.covers.as_slice() {
            [Covered::Likeness] => "likeness",
            [Covered::Voice] => "voice",
            _ => "both",
        },
        names: consent.names,
        kept_at: consent.kept_at,
        from: consent.valid_from,
        until: consent.valid_until,
        desks: consent.desks,
        at,
        withdrawn_at,
    }
}
