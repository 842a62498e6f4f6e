//! `/sbr/v1`: the Soft Binding Resolution API of C2PA 2.4, for clients that know only the standard.
//!
//! Without a key it leads to published assets alone; so do `/c/{mark-id}` and its data.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{
    Engine as _,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::Deserialize;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use types::{MarkId, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::{
    error::{ApiError, ErrorBody},
    extract::{Caller, JsonBody},
    verify::{language, turn, welcome},
};
use crate::{
    disclosure::{self, Audience},
    pipeline::{Line, LineError},
    resolving::{self, Binding, BindingError, FINGERPRINTS, Match, WATERMARKS},
};

/// The version of the specification that this follows.
const SPECIFICATION: &str = "2.4.0";
/// Where the API begins.
const BASE: &str = "/sbr/v1";
/// Longest value in a URL; longer ones are posted.
const VALUE_CHARS_MAX: usize = 2048;
/// Most matches that are answered.
const MATCHES_MAX: usize = 100;

/// A binding in a URL.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct BindingQuery {
    /// The soft binding's algorithm.
    alg: String,
    /// Its value, base64.
    value: String,
    /// At most so many matches.
    #[serde(rename = "maxResults")]
    max_results: Option<usize>,
}

/// A binding in a body.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct BindingBody {
    /// The soft binding's algorithm.
    alg: String,
    /// Its value, base64.
    value: String,
}

/// What narrows a search.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchQuery {
    /// At most so many matches.
    max_results: Option<usize>,
    /// Only bindings of this algorithm.
    alg: Option<String>,
    /// The algorithm of a value that the client has read itself.
    hint_alg: Option<String>,
    /// That value, base64.
    hint_value: Option<String>,
}

/// How much of a manifest store is wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ManifestQuery {
    /// The named manifest alone, without those of its ingredients.
    #[serde(default)]
    return_active_manifest: bool,
}

/// Manifests that a soft binding leads to.
#[utoipa::path(get, path = "/sbr/v1/matches/byBinding", params(BindingQuery), responses(
    (status = 200, description = "c2pa.softBindingQueryResult"),
    (status = 400, description = "Unknown algorithm, or a value that it does not make", body = ErrorBody),
    (status = 414, description = "The value is too long for a URL: post it", body = ErrorBody),
    (status = 429, description = "This address has had its share of checks", body = ErrorBody),
))]
pub(crate) async fn by_binding(
    State(line): State<Line>,
    caller: Result<Option<Caller>, ApiError>,
    Query(query): Query<BindingQuery>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let caller = welcome(&line, caller?, &request)?;
    if query.value.len() > VALUE_CHARS_MAX {
        let message = "This value is too long for a URL: post it to the same path.";
        return Err(ApiError::unreadable(StatusCode::URI_TOO_LONG, message));
    }
    let binding = binding(&query.alg, &query.value)?;
    matches(&line, caller.as_ref(), &[binding], query.max_results)
}

/// The same for values that are too long for a URL.
#[utoipa::path(post, path = "/sbr/v1/matches/byBinding", request_body = BindingBody, responses(
    (status = 200, description = "c2pa.softBindingQueryResult"),
    (status = 400, description = "Unknown algorithm, or a value that it does not make", body = ErrorBody),
    (status = 429, description = "This address has had its share of checks", body = ErrorBody),
))]
pub(crate) async fn by_large_binding(
    State(line): State<Line>,
    caller: Result<Option<Caller>, ApiError>,
    Query(query): Query<SearchQuery>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    use axum::extract::FromRequest as _;
    let caller = welcome(&line, caller?, &request)?;
    let JsonBody(body) = JsonBody::<BindingBody>::from_request(request, &line).await?;
    let binding = binding(&body.alg, &body.value)?;
    matches(&line, caller.as_ref(), &[binding], query.max_results)
}

/// Manifests that a file's mark and fingerprint lead to. The file is not kept.
#[utoipa::path(post, path = "/sbr/v1/matches/byContent", params(SearchQuery), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses(
    (status = 200, description = "c2pa.softBindingQueryResult"),
    (status = 400, description = "An unusable hint", body = ErrorBody),
    (status = 413, description = "The file is too large", body = ErrorBody),
    (status = 415, description = "Nothing that carries marks or has a fingerprint", body = ErrorBody),
    (status = 429, description = "This address has had its share of checks", body = ErrorBody),
    (status = 503, description = "Too many checks are under way", body = ErrorBody),
))]
pub(crate) async fn by_content(
    State(line): State<Line>,
    caller: Result<Option<Caller>, ApiError>,
    Query(query): Query<SearchQuery>,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    use axum::extract::FromRequest as _;
    let caller = welcome(&line, caller?, &request)?;
    let _turn = turn(&line).await?;
    let hint = match (&query.hint_alg, &query.hint_value) {
        (Some(algorithm), Some(value)) => Some(binding(algorithm, value)?),
        (None, Some(_)) => return Err(ApiError::invalid("hintAlg", "A hint needs its algorithm.")),
        _ => None,
    };
    let body = Bytes::from_request(request, &line).await;
    let body = body.map_err(|error| ApiError::unreadable(error.status(), error.body_text()))?;
    let detector = line.stages().detector();
    let wanted = query.alg;
    let reading =
        tokio::task::spawn_blocking(move || resolving::read(&detector, &body, wanted.as_deref()));
    let read = reading.await.map_err(|_| unknown_content())?;
    let bindings: Vec<Binding> =
        hint.into_iter().chain(read.ok_or_else(unknown_content)?).collect();
    matches(&line, caller.as_ref(), &bindings, query.max_results)
}

/// A manifest store, or one manifest of it.
#[utoipa::path(get, path = "/sbr/v1/manifests/{id}", params(ManifestQuery), responses(
    (status = 200, description = "application/c2pa"),
    (status = 404, description = "No such manifest for this caller", body = ErrorBody),
))]
pub(crate) async fn manifest(
    State(line): State<Line>,
    caller: Result<Option<Caller>, ApiError>,
    Path(id): Path<String>,
    Query(query): Query<ManifestQuery>,
) -> Result<Response, ApiError> {
    let caller = caller?;
    let stages = line.stages();
    let registry = stages.log.registry();
    let found = registry.by_manifest(&id).map_err(LineError::from)?;
    let asset =
        found.filter(|asset| audience(caller.as_ref()).may_know(asset) && asset.may_leave());
    let missing =
        || ApiError::not_found("manifest_not_found", format!("There is no manifest {id}."));
    let asset = asset.ok_or_else(missing)?;
    // Whoever asks for what was delivered gets that, even after it was published.
    let digest = if asset.manifest_label == id { asset.manifest_sha256 } else { asset.current().1 };
    let store = object(&line, &digest).await?;
    let bytes = if query.return_active_manifest {
        provenance::single(&store, &id).ok_or_else(missing)?
    } else {
        store
    };
    let kind = HeaderValue::from_static("application/c2pa");
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, kind)], bytes).into_response())
}

/// The algorithms whose values can be looked up.
#[utoipa::path(get, path = "/sbr/v1/services/supportedAlgorithms", responses(
    (status = 200, description = "c2pa.softBindingAlgList"),
))]
pub(crate) async fn algorithms() -> Json<Value> {
    let named = |names: &[&str]| names.iter().map(|alg| json!({"alg": alg})).collect::<Vec<_>>();
    Json(json!({"watermarks": named(&WATERMARKS), "fingerprints": named(&FINGERPRINTS)}))
}

/// Which optional parts of the API there are.
#[utoipa::path(get, path = "/sbr/v1/services/capabilities", responses(
    (status = 200, description = "c2pa.serviceCapabilities"),
))]
pub(crate) async fn capabilities() -> Json<Value> {
    Json(json!({
        "c2paSpecificationVersion": SPECIFICATION, "supportedCapabilities": ["queryByContent"],
    }))
}

/// Whether the service can answer.
#[utoipa::path(get, path = "/sbr/v1/services/status", responses(
    (status = 200, description = "c2pa.serviceStatus"),
))]
pub(crate) async fn status(State(line): State<Line>) -> Json<Value> {
    let failing = !line.stages().failing().is_empty();
    let now = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
    Json(json!({"status": if failing { "degraded" } else { "ok" }, "timestamp": now}))
}

/// Where the API is (RFC 8615).
#[utoipa::path(get, path = "/.well-known/c2pa-soft-binding-resolution", responses(
    (status = 200, description = "c2pa.wellKnownDiscovery"),
))]
pub(crate) async fn discovery() -> Json<Value> {
    Json(json!({
        "apiEndpoint": BASE, "c2paSpecificationVersion": SPECIFICATION,
        "capabilitiesEndpoint": format!("{BASE}/services/capabilities"),
        "statusEndpoint": format!("{BASE}/services/status"),
    }))
}

/// What a mark leads to. Of unpublished work strangers hear one sentence.
#[utoipa::path(get, path = "/c/{mark_id}", responses(
    (status = 200, description = "The asset, or that it was not published"),
    (status = 404, description = "No asset here carries this mark", body = ErrorBody),
    (status = 429, description = "This address has had its share of checks", body = ErrorBody),
))]
pub(crate) async fn landing(
    State(line): State<Line>,
    caller: Result<Option<Caller>, ApiError>,
    Path(id): Path<String>,
    headers: HeaderMap,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let caller = welcome(&line, caller?, &request)?;
    let id: MarkId = id
        .parse()
        .map_err(|error: types::TypeError| ApiError::invalid("mark_id", error.to_string()))?;
    let found = line.stages().log.registry().by_mark(id).map_err(LineError::from)?;
    let missing = || ApiError::not_found("mark_not_found", "No asset here carries this mark.");
    let asset = found.ok_or_else(missing)?;
    let stages = line.stages();
    let publisher = &stages.installation.config().provenance.publisher;
    let known = audience(caller.as_ref()).may_know(&asset);
    if !known {
        let statement = disclosure::unpublished(publisher, language(&headers));
        return Ok(Json(json!({"mark_id": id, "publisher": publisher, "statement": statement})));
    }
    let (_, _, label) = asset.current();
    Ok(Json(json!({
        "mark_id": id, "publisher": publisher, "asset_id": asset.asset_id,
        "media_type": asset.media_type, "made_at": asset.time,
        "publication": disclosure::publication(&asset, known),
        "manifest_label": label, "manifest_url": format!("{BASE}/manifests/{label}"),
        "receipt": {"index": asset.index, "leaf_hash": asset.leaf_hash},
    })))
}

fn audience(caller: Option<&Caller>) -> Audience<'_> {
    caller.map_or(Audience::Public, |caller| Audience::Tenant(&caller.0.tenant))
}

fn matches(
    line: &Line,
    caller: Option<&Caller>,
    bindings: &[Binding],
    max: Option<usize>,
) -> Result<Json<Value>, ApiError> {
    let max = max.unwrap_or(10);
    if max == 0 {
        return Err(ApiError::invalid("maxResults", "At least 1 match must be asked for."));
    }
    let mut found: Vec<Match> = Vec::new();
    for binding in bindings {
        let matches = resolving::resolve(&line.stages(), binding, audience(caller), MATCHES_MAX);
        for matched in matches.map_err(LineError::from)? {
            if found.iter().all(|known| known.asset.asset_id != matched.asset.asset_id) {
                found.push(matched);
            }
        }
    }
    let rows: Vec<Value> = found.iter().take(max.min(MATCHES_MAX)).map(row).collect();
    Ok(Json(json!({"matches": rows})))
}

fn row(found: &Match) -> Value {
    let mut row = json!({"manifestId": found.asset.current().2});
    if let (Some(score), Some(row)) = (found.score, row.as_object_mut()) {
        row.insert("similarityScore".to_owned(), json!(score));
    }
    row
}

fn binding(algorithm: &str, value: &str) -> Result<Binding, ApiError> {
    let bytes = decode(value)
        .ok_or_else(|| ApiError::invalid("value", "The value must be base64 (RFC 4648)."))?;
    Binding::read(algorithm, &bytes).map_err(|error| {
        let param = if matches!(error, BindingError::Algorithm(_)) { "alg" } else { "value" };
        ApiError::invalid(param, error.to_string())
    })
}

/// Base64 in either alphabet, with padding or without; a form turns `+` into a space.
fn decode(value: &str) -> Option<Vec<u8>> {
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let value = value.replace(' ', "+");
    let standard = GeneralPurpose::new(&STANDARD, lenient).decode(&value);
    standard.or_else(|_| GeneralPurpose::new(&URL_SAFE, lenient).decode(&value)).ok()
}

async fn object(line: &Line, digest: &Sha256) -> Result<Vec<u8>, ApiError> {
    let read = line.stages().objects.get(digest).await;
    read.map_err(|error| ApiError::from(LineError::from(error)))
}

fn unknown_content() -> ApiError {
    ApiError::unreadable(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "This file is of no kind that carries marks or has a fingerprint.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_as_clients_write_it() {
        let bytes = [0xfb, 0xff, 0xfe, 0x3e];
        for text in ["+//+Pg==", "+//+Pg", " //+Pg==", "-__-Pg", "-__-Pg=="] {
            assert_eq!(decode(text).as_deref(), Some(bytes.as_slice()), "{text}");
        }
        assert_eq!(decode("not base64!"), None);
    }
}
