//! `/console/stories/{id}`

use axum::{
    extract::{Path, State},
    response::Response,
};
use pages::console::story::{self, Part, Story};
use serde_json::Value;
use types::Modality;

use super::{Paged, member};
use crate::{
    http::{console::Session, error::ApiError},
    pipeline::Line,
    telling::Progress,
};

pub(super) async fn show(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let told = line.stages().told.find(&id, &session.pass.principal.tenant);
    let missing = || ApiError::not_found("story_not_found", format!("No story has the id {id}."));
    let told = told.ok_or_else(missing)?;
    let text =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let (bundle, error) = match &told.progress {
        Progress::Running => (None, None),
        Progress::Completed(result) => {
            let asset = result.pointer("/imprimatur/asset_id").and_then(Value::as_str);
            (asset.map(str::to_owned), None)
        }
        Progress::Failed(error) => (None, text(error, "message")),
    };
    let part = |part: &Value| {
        Some(Part {
            chapter: part.get("chapter")?.as_u64()?,
            modality: serde_json::from_value(part.get("modality")?.clone())
                .unwrap_or(Modality::Text),
            asset: text(part, "asset_id")?,
            text: text(part, "text"),
        })
    };
    let view = Story {
        id,
        percent: u64::from(told.percent),
        running: matches!(told.progress, Progress::Running),
        parts: told.parts.iter().filter_map(part).collect(),
        bundle,
        error,
    };
    Ok(page.show(if page.partly {
        story::progress(&page.frame, &view)
    } else {
        story::page(&page.frame, &member(&session), &view)
    }))
}
