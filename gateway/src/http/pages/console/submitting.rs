//! `POST /console/r/{id}`: an author sends what came out to the editors.

use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use types::{Modality, RequestId};

use super::{Paged, seen, to};
use crate::{
    http::{console::Session, error::ApiError},
    pipeline::{Line, LineError},
    recording,
    sheets::{self, Sheet},
};

/// What the form says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    alt: String,
    note: String,
}

pub(super) async fn submit(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, ApiError> {
    let (stages, who) = (line.stages(), &session.pass.principal);
    let request: RequestId = super::read(&id)?;
    let places = stages.log.registry().request(request).map_err(LineError::from)?;
    let missing =
        || ApiError::not_found("request_not_found", format!("No request has the id {id}."));
    let mut asset = None;
    for index in places {
        let record = seen::record(&stages, index)?;
        asset = asset.or(record.asset_id.filter(|_| record.event.is_terminal()));
    }
    let asset = asset.ok_or_else(missing)?.to_string();
    let entry = seen::own(&stages, &who.tenant, &asset)?;
    if entry.actor != recording::pseudonym(&stages.pseudonym_key, who) {
        return Err(ApiError::forbidden("Only who has asked for it sends it to the editors."));
    }
    let sheet = seen::sheet(&stages, &entry).await?;
    let given = |new: &str, old: String| match new.trim() {
        "" => old,
        text => text.to_owned(),
    };
    let alt = given(&sent.alt, sheet.alt.clone());
    if entry.media_type.modality() == Modality::Image && alt.is_empty() {
        let text = "A picture needs a description before it goes to the editor.";
        return Err(ApiError::invalid("alt", text));
    }
    let sheet = Sheet { alt, note: given(&sent.note, sheet.note.clone()), ..sheet };
    sheets::keep(&stages, who, request, &sheet).await?;
    let now = OffsetDateTime::now_utc().format(&Rfc3339).map_err(|_| ApiError::bug())?;
    sheets::submit(&stages, entry.asset_id, &now).await?;
    Ok(to(&page.frame.to(&format!("/console/r/{request}"))))
}
