//! `/v1/keys`: the API keys of the caller's organisation, for whoever runs it.

use access::{Key, NewKey, Scope, Scopes};
use audit::Event;
use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use types::{Principal, Role};
use utoipa::ToSchema;

use super::{
    error::{ApiError, ErrorBody},
    extract::{Caller, JsonBody},
};
use crate::{pipeline::Line, recording};

/// A key that is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyBody {
    /// Whom the key stands for.
    pub(crate) subject: String,
    /// The desk.
    pub(crate) desk: String,
    /// `journalist`, `editor`, `standards`, `auditor` or `ops`.
    #[schema(value_type = String)]
    pub(crate) role: Role,
    /// Such as `generate:text`; all that the role may, if absent.
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    /// When it ends by itself (RFC 3339).
    pub(crate) expires_at: Option<String>,
}

/// How a key is rotated.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateBody {
    /// How long the secret before stays good; a day, if absent.
    overlap_seconds: Option<u32>,
}

/// How long the secret before a rotation stays good, if nothing is said.
const OVERLAP_S: u32 = 86_400;

/// Every key, also ended ones, without their secrets.
#[utoipa::path(get, path = "/v1/keys", responses(
    (status = 200, description = "A list of keys"),
    (status = 403, description = "Ops only", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn list(
    State(line): State<Line>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    let keys = line.stages().accounts.list().await?;
    let own = keys.iter().filter(|key| key.principal.tenant == caller.0.tenant);
    Ok(Json(json!({"object": "list", "data": own.map(row).collect::<Vec<_>>()})))
}

/// Makes a key, which is told once.
#[utoipa::path(post, path = "/v1/keys", request_body = KeyBody, responses(
    (status = 200, description = "The key and its secret"),
    (status = 400, description = "Bad input", body = ErrorBody),
    (status = 403, description = "Ops only", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn create(
    State(line): State<Line>,
    caller: Caller,
    JsonBody(body): JsonBody<KeyBody>,
) -> Result<Json<Value>, ApiError> {
    if body.role == Role::Public || body.subject.trim().is_empty() || body.desk.trim().is_empty() {
        let text = "A key has a subject, a desk and a role other than public.";
        return Err(ApiError::invalid("subject", text));
    }
    let scopes = body.scopes.iter().map(|scope| scope.parse::<Scope>());
    let scopes = scopes.collect::<Result<Vec<_>, _>>();
    let scopes = scopes.map_err(|error| ApiError::invalid("scopes", error.to_string()))?;
    let expires_at = body.expires_at.as_deref().map(moment).transpose()?;
    let principal = Principal {
        tenant: caller.0.tenant,
        desk: body.desk,
        role: body.role,
        subject: body.subject,
    };
    let stages = line.stages();
    let new = NewKey { principal, scopes: Scopes::new(scopes), expires_at };
    let (key, secret) = stages.accounts.create_key(new).await?;
    record(&line, Event::KeyCreated, &key).await?;
    Ok(Json(told(&key, &secret)))
}

/// Ends a key at once.
#[utoipa::path(delete, path = "/v1/keys/{id}", responses(
    (status = 200, description = "The key as it stands"),
    (status = 403, description = "Ops only", body = ErrorBody),
    (status = 404, description = "No key of this organisation has the id", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn revoke(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    own(&line, &caller, &id).await?;
    let key = line.stages().accounts.revoke(&id).await?;
    record(&line, Event::KeyRevoked, &key).await?;
    Ok(Json(row(&key)))
}

/// Gives a key a new secret, which is told once; the one before stays good for a while.
#[utoipa::path(post, path = "/v1/keys/{id}/rotate", request_body = RotateBody, responses(
    (status = 200, description = "The key and its new secret"),
    (status = 400, description = "Bad input, or the key has ended", body = ErrorBody),
    (status = 403, description = "Ops only", body = ErrorBody),
    (status = 404, description = "No key of this organisation has the id", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn rotate(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<RotateBody>,
) -> Result<Json<Value>, ApiError> {
    let key = own(&line, &caller, &id).await?;
    let accounts = line.stages().accounts.clone();
    if key.ending(accounts.now()).is_some() {
        return Err(ApiError::invalid("id", "This key has ended: make another one."));
    }
    let overlap = body.overlap_seconds.unwrap_or(OVERLAP_S);
    let (key, secret) = accounts.rotate(&id, overlap).await?;
    record(&line, Event::KeyRotated, &key).await?;
    Ok(Json(told(&key, &secret)))
}

async fn own(line: &Line, caller: &Caller, id: &str) -> Result<Key, ApiError> {
    let keys = line.stages().accounts.list().await?;
    let found =
        keys.into_iter().find(|key| key.id == id && key.principal.tenant == caller.0.tenant);
    found.ok_or_else(|| ApiError::not_found("key_not_found", format!("No key has the id {id}.")))
}

pub(super) async fn record(line: &Line, event: Event, key: &Key) -> Result<(), ApiError> {
    let recorded = recording::key_event(&line.stages(), event, key).await;
    recorded.map_err(|error| crate::pipeline::LineError::from(error).into())
}

fn told(key: &Key, secret: &str) -> Value {
    let mut told = row(key);
    crate::members::put(&mut told, "key", json!(secret));
    told
}

/// A key as lists show it.
pub(crate) fn row(key: &Key) -> Value {
    json!({
        "id": key.id, "prefix": key.prefix(), "principal": key.principal, "scopes": key.scopes,
        "revoked": key.revoked, "created_at": key.created_at.map(time),
        "expires_at": key.expires_at.map(time), "last_used_at": key.last_used_at.map(time),
        "previous_until": key.previous.as_ref().map(|previous| time(previous.until)),
    })
}

/// RFC 3339 of seconds since 1970.
pub(crate) fn time(seconds: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp(seconds).ok();
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
}

fn moment(text: &str) -> Result<i64, ApiError> {
    let wrong = "expires_at is a time such as 2027-03-01T00:00:00Z.";
    let time = OffsetDateTime::parse(text, &Rfc3339);
    time.map(OffsetDateTime::unix_timestamp).map_err(|_| ApiError::invalid("expires_at", wrong))
}
