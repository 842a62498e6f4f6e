//! `/v1/people`: who signs in to the console, for whoever runs the organisation.

use access::{NewPerson, Person};
use audit::Event;
use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use serde_json::{Value, json};
use types::Role;
use utoipa::ToSchema;

use super::{
    error::{ApiError, ErrorBody},
    extract::{Caller, JsonBody},
    keys,
};
use crate::{
    pipeline::{Line, LineError},
    recording,
};

/// A person who is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonBody {
    /// What the person signs in with; also the subject of their keys.
    pub(crate) name: String,
    /// The desk.
    pub(crate) desk: String,
    /// `journalist`, `editor`, `standards`, `auditor` or `ops`.
    #[schema(value_type = String)]
    pub(crate) role: Role,
}

/// Everybody of the organisation.
#[utoipa::path(get, path = "/v1/people", responses(
    (status = 200, description = "A list of people"),
    (status = 403, description = "Ops only", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn list(
    State(line): State<Line>,
    caller: Caller,
) -> Result<Json<Value>, ApiError> {
    let people = line.stages().accounts.people().await?;
    let own = people.iter().filter(|person| person.tenant == caller.0.tenant);
    Ok(Json(json!({"object": "list", "data": own.map(row).collect::<Vec<_>>()})))
}

/// Makes a person, and a link that signs them in once.
#[utoipa::path(post, path = "/v1/people", request_body = PersonBody, responses(
    (status = 200, description = "The person, with `link`"),
    (status = 400, description = "Bad input", body = ErrorBody),
    (status = 403, description = "Ops only", body = ErrorBody),
    (status = 409, description = "Somebody has this name", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn create(
    State(line): State<Line>,
    caller: Caller,
    JsonBody(body): JsonBody<PersonBody>,
) -> Result<Json<Value>, ApiError> {
    let PersonBody { name, desk, role } = body;
    let accounts = line.stages().accounts.clone();
    let new = NewPerson { name, tenant: caller.0.tenant, desk, role };
    let person = accounts.create_person(new).await?;
    record(&line, Event::PersonCreated, &person).await?;
    let link = accounts.login_link(&person.name).await?;
    Ok(Json(with_link(&person, &link)))
}

/// Keeps a person out: sessions, links and keys end. Decisions of theirs stay.
#[utoipa::path(post, path = "/v1/people/{id}/disable", responses(
    (status = 200, description = "The person, with the keys that ended"),
    (status = 403, description = "Ops only", body = ErrorBody),
    (status = 404, description = "Nobody of this organisation has the id", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn disable(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let person = own(&line, &caller, &id).await?;
    let disabled = line.stages().accounts.disable(&person.name).await?;
    record(&line, Event::PersonDisabled, &disabled.person).await?;
    for key in &disabled.keys {
        keys::record(&line, Event::KeyRevoked, key).await?;
    }
    let mut told = row(&disabled.person);
    let ended: Vec<&str> = disabled.keys.iter().map(|key| key.id.as_str()).collect();
    crate::members::put(&mut told, "keys_revoked", json!(ended));
    Ok(Json(told))
}

/// Lets a person in again; keys that ended stay so.
#[utoipa::path(post, path = "/v1/people/{id}/enable", responses(
    (status = 200, description = "The person"),
    (status = 403, description = "Ops only", body = ErrorBody),
    (status = 404, description = "Nobody of this organisation has the id", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn enable(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let person = own(&line, &caller, &id).await?;
    let person = line.stages().accounts.enable(&person.name).await?;
    record(&line, Event::PersonChanged, &person).await?;
    Ok(Json(row(&person)))
}

/// A link that signs a person in once, within 15 minutes.
#[utoipa::path(post, path = "/v1/people/{id}/link", responses(
    (status = 200, description = "The person, with `link`"),
    (status = 400, description = "The person is disabled", body = ErrorBody),
    (status = 403, description = "Ops only", body = ErrorBody),
    (status = 404, description = "Nobody of this organisation has the id", body = ErrorBody),
), security(("key" = [])))]
pub(crate) async fn link(
    State(line): State<Line>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, ApiError> {
    let person = own(&line, &caller, &id).await?;
    let link = line.stages().accounts.login_link(&person.name).await?;
    record(&line, Event::PersonChanged, &person).await?;
    Ok(Json(with_link(&person, &link)))
}

async fn own(line: &Line, caller: &Caller, id: &str) -> Result<Person, ApiError> {
    let person = line.stages().accounts.person_by_id(id).await?;
    if person.tenant == caller.0.tenant {
        return Ok(person);
    }
    Err(access::AccessError::Nobody(id.to_owned()).into())
}

async fn record(line: &Line, event: Event, person: &Person) -> Result<(), ApiError> {
    let detail = format!("role {}", person.role);
    let who = person.principal();
    let recorded = recording::person_event(&line.stages(), event, &who, &detail).await;
    recorded.map_err(|error| LineError::from(error).into())
}

fn with_link(person: &Person, link: &str) -> Value {
    let mut told = row(person);
    crate::members::put(&mut told, "link", json!(link_path(link)));
    told
}

/// Where a link leads, below the address of the server.
pub(crate) fn link_path(secret: &str) -> String {
    format!("/console/sign-in?link={secret}")
}

/// A person as lists show them.
pub(crate) fn row(person: &Person) -> Value {
    json!({
        "id": person.id, "name": person.name, "tenant": person.tenant, "desk": person.desk,
        "role": person.role, "disabled": person.disabled, "must_change": person.must_change,
        "has_password": person.has_password(), "created_at": keys::time(person.created_at),
        "provider": person.identity.as_ref().map(|identity| &identity.issuer),
    })
}
