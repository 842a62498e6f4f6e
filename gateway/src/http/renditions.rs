//! `POST /v1/renditions`: another form of an asset, signed with what it was made from.

use axum::{
    Json,
    extract::{FromRequest as _, Multipart, Request, State, multipart::MultipartError},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use types::{AssetId, MediaType};
use utoipa::ToSchema;

use super::{
    answer::{self, Headers},
    error::{ApiError, ErrorBody},
    extract::Caller,
};
use crate::{outcome::Outcome, pipeline::Line, renditions};

/// A file and the asset that it is another form of.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form in the OpenAPI document")]
pub(crate) struct RenditionForm {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The asset's id.
    parent: String,
}

/// Signs a resized, cropped or re-encoded form of an asset, with the asset as its ingredient.
#[utoipa::path(post, path = "/v1/renditions", request_body(content = RenditionForm, content_type = "multipart/form-data"), responses(
    (status = 200, description = "The new asset; its bytes are at /v1/assets/{id}/content"),
    (status = 400, description = "A field is missing, or policy refuses", body = ErrorBody),
    (status = 403, description = "The asset, or its rendition, is held", body = ErrorBody),
    (status = 404, description = "No such asset for this key", body = ErrorBody),
    (status = 413, description = "The file is too large", body = ErrorBody),
    (status = 422, description = "The file does not look like the asset", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn sign(
    State(line): State<Line>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    let principal = caller.generating()?;
    let form = Multipart::from_request(request, &line).await;
    let form = form.map_err(|error| ApiError::unreadable(error.status(), error.body_text()))?;
    let (bytes, parent) = fields(form).await?;
    let media_type = MediaType::sniff(&bytes).unwrap_or(MediaType::Binary);
    match renditions::sign(&line, principal, parent, bytes, media_type).await? {
        Outcome::Released(release) => {
            let body = json!({
                "id": release.asset_id, "object": "imprimatur.asset", "parent": parent,
                "media_type": release.media_type, "sha256": release.sha256,
                "url": format!("/v1/assets/{}/content", release.asset_id),
                "imprimatur": answer::member(&release),
            });
            Ok((StatusCode::OK, Headers::of(&release), Json(body)).into_response())
        }
        Outcome::Held(release) => Err(ApiError::held(&release)),
        Outcome::Refused(refusal) => Err(ApiError::refused(&refusal)),
    }
}

async fn fields(mut form: Multipart) -> Result<(Vec<u8>, AssetId), ApiError> {
    let broken = |error: MultipartError| ApiError::unreadable(error.status(), error.body_text());
    let (mut file, mut parent) = (None, None);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "file" => file = Some(field.bytes().await.map_err(broken)?.to_vec()),
            "parent" => parent = Some(field.text().await.map_err(broken)?),
            other => {
                return Err(ApiError::invalid(other, "The form takes the fields file and parent."));
            }
        }
    }
    let missing =
        |name: &str| ApiError::invalid(name, format!("The form field `{name}` is missing."));
    let file = file.filter(|file| !file.is_empty()).ok_or_else(|| missing("file"))?;
    let parent = parent.ok_or_else(|| missing("parent"))?;
    let parent = parent
        .parse()
        .map_err(|error: types::TypeError| ApiError::invalid("parent", error.to_string()))?;
    Ok((file, parent))
}
