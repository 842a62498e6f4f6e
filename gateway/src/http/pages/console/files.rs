//! `/console/assets/{id}/{file}`: the files of an asset, for whoever is signed in.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};

use super::seen;
use crate::{
    http::{console::Session, error::ApiError},
    newsml,
    pipeline::{Line, LineError},
};

pub(super) async fn serve(
    State(line): State<Line>,
    session: Session,
    Path((id, file)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let stages = line.stages();
    let entry = seen::own(&stages, &session.pass.principal.tenant, &id)?;
    if !entry.may_leave() {
        return Err(ApiError::forbidden("This asset is held: an editor has to approve it first."));
    }
    let (sha256, manifest, _) = entry.current();
    let extension = entry.media_type.extension();
    let object = async |digest| stages.objects.get(&digest).await.map_err(LineError::from);
    let beside = async |kind: newsml::Kind| newsml::written(&stages, &entry, kind).await;
    let (media_type, name, bytes) = match file.as_str() {
        "content" => (entry.media_type.name(), format!("{id}.{extension}"), object(sha256).await?),
        "manifest" => ("application/c2pa", format!("{id}.c2pa"), object(manifest).await?),
        "receipt" => {
            let waits = |_| ApiError::not_found("proof_not_ready", "Try again in ten seconds.");
            let proof = stages.attesting.proof(entry.index).map_err(waits)?;
            ("text/plain; charset=utf-8", format!("{id}.tlog-proof"), proof.text().into_bytes())
        }
        "iptc.xmp" => {
            let kind = newsml::Kind::Xmp;
            (kind.media_type(), format!("{id}.xmp"), beside(kind).await?)
        }
        "newsml.xml" => {
            let kind = newsml::Kind::NewsMl;
            (kind.media_type(), format!("{id}.xml"), beside(kind).await?)
        }
        "ninjs.json" => {
            let kind = newsml::Kind::Ninjs;
            (kind.media_type(), format!("{id}.json"), beside(kind).await?)
        }
        _ => return Err(ApiError::not_found("unknown_url", "There is nothing at this path.")),
    };
    // Pictures, sounds and videos are shown in pages; everything else is a file.
    let shown = file == "content" && !seen::is_words(entry.media_type);
    let kind = if shown { "inline" } else { "attachment" };
    let mut response = ([(header::CONTENT_TYPE, media_type)], bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(value) = HeaderValue::from_str(&format!("{kind}; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
