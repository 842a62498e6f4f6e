//! `/verify/{id}` and `/c/{mark-id}`: the public record of a work.

use audit::AssetEntry;
use axum::{
    extract::{Path, Request, State},
    response::Response,
};
use pages::public::{
    link::Link,
    record::{self, Record},
    report::Publication,
};
use types::{AssetId, Mark};

use super::{Paged, proving, verify::picture};
use crate::{
    disclosure::{self, Audience},
    http::{error::ApiError, verify::welcome},
    pipeline::{Line, LineError},
};

pub(super) async fn show(
    State(line): State<Line>,
    page: Paged,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    match found(&line, &id, &request) {
        Ok(asset) => of(&line, &page, &asset).await,
        Err(error) => page.problem(&error),
    }
}

fn found(line: &Line, id: &str, request: &Request) -> Result<AssetEntry, ApiError> {
    welcome(line, None, request)?;
    let missing = || ApiError::not_found("asset_not_found", "There is nothing at this address.");
    let id: AssetId = id.parse().map_err(|_| missing())?;
    let stages = line.stages();
    stages.log.registry().asset(id).map_err(LineError::from)?.ok_or_else(missing)
}

/// The record of an asset, or the sentence about unpublished work.
pub(crate) async fn of(line: &Line, page: &Paged, asset: &AssetEntry) -> Response {
    let frame = &page.frame;
    if !Audience::Public.may_know(asset) {
        let statement = disclosure::unpublished(&frame.publisher, frame.language);
        return page.show(record::unpublished(frame, &statement));
    }
    let publication = serde_json::from_value::<Publication>(disclosure::publication(asset, true));
    let Ok(publication) = publication else { return page.problem(&ApiError::bug()) };
    let stages = line.stages();
    let (id, proof) = (asset.asset_id.to_string(), proving::proof(stages.as_ref(), asset.index));
    let link = Link::new(&page.base, &format!("/verify/{id}"));
    let (_, _, label) = asset.current();
    let mark = match &asset.mark {
        Some(Mark::Embedded { id, .. }) => Some(id.to_string()),
        _ => None,
    };
    let small = picture(line, asset).await;
    page.show(record::page(
        frame,
        &Record {
            asset_id: &id,
            media_type: asset.media_type.name(),
            made_at: &asset.time,
            publication: &publication,
            picture: small.as_deref(),
            mark_id: mark.as_deref(),
            manifest_label: label,
            manifest_url: &format!("/sbr/v1/manifests/{label}"),
            proof: proof.as_ref(),
            link: Some(&link),
        },
    ))
}
