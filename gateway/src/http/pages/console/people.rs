//! `/console/people`: its forms do what `/v1/people` and `/v1/keys` do, and show a secret once.

use axum::{
    Form, Json,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use pages::console::people::{self as view, Key, KeyState, People, Person, Told};
use serde::Deserialize;
use serde_json::Value;
use types::Role;

use super::{Paged, member};
use crate::{
    http::{
        console::Session,
        error::ApiError,
        extract::{Caller, JsonBody},
        keys::{self, KeyBody, RotateBody},
        people::{self, PersonBody},
    },
    pipeline::Line,
};

/// What a form asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    act: String,
    id: String,
    name: String,
    desk: String,
    role: String,
    scopes: String,
    expires: String,
}

pub(super) async fn show(
    State(line): State<Line>,
    session: Session,
    page: Paged,
) -> Result<Response, ApiError> {
    let view = listed(&line, &session).await?;
    Ok(page.show(view::page(&page.frame, &member(&session), &view)))
}

pub(super) async fn act(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Form(asked): Form<Asked>,
) -> Result<Response, ApiError> {
    let done = done(&line, &session, asked).await;
    let mut view = listed(&line, &session).await?;
    let status = match done {
        Ok(told) => {
            view.told = told;
            axum::http::StatusCode::OK
        }
        Err(error) => {
            view.error = Some(error.body().error.message);
            error.into_response().status()
        }
    };
    Ok(page.with_status(status, view::page(&page.frame, &member(&session), &view)))
}

async fn done(line: &Line, session: &Session, asked: Asked) -> Result<Option<Told>, ApiError> {
    let (line, caller) = (State(line.clone()), Caller(session.pass.principal.clone()));
    let id = Path(asked.id.clone());
    match asked.act.as_str() {
        "create" => {
            let role = role(&asked.role)?;
            let body = PersonBody { name: asked.name, desk: asked.desk, role };
            let made = people::create(line, caller, JsonBody(body)).await?;
            Ok(link(&made))
        }
        "disable" => people::disable(line, caller, id).await.map(|_| None),
        "enable" => people::enable(line, caller, id).await.map(|_| None),
        "link" => Ok(link(&people::link(line, caller, id).await?)),
        "key-create" => {
            let body = key_body(asked)?;
            let made = keys::create(line, caller, JsonBody(body)).await?;
            Ok(secret(&made))
        }
        "key-rotate" => {
            let body = JsonBody(RotateBody::default());
            Ok(secret(&keys::rotate(line, caller, id, body).await?))
        }
        "key-revoke" => keys::revoke(line, caller, id).await.map(|_| None),
        _ => Err(ApiError::invalid("act", "This form is not one of this page.")),
    }
}

fn role(name: &str) -> Result<Role, ApiError> {
    let wrong = || ApiError::invalid("role", "Choose a role from the list.");
    view::ROLES.into_iter().find(|role| role.to_string() == name).ok_or_else(wrong)
}

fn key_body(asked: Asked) -> Result<KeyBody, ApiError> {
    let scopes = asked.scopes.split([' ', ',']).filter(|scope| !scope.is_empty());
    let expires = asked.expires.trim();
    Ok(KeyBody {
        role: role(&asked.role)?,
        subject: asked.name.trim().to_owned(),
        scopes: scopes.map(str::to_owned).collect(),
        // To the end of that day.
        expires_at: (!expires.is_empty()).then(|| format!("{expires}T23:59:59Z")),
        desk: asked.desk.trim().to_owned(),
    })
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn link(made: &Json<Value>) -> Option<Told> {
    Some(Told::Link(text(made, "/name"), text(made, "/link")))
}

fn secret(made: &Json<Value>) -> Option<Told> {
    Some(Told::Key(text(made, "/principal/subject"), text(made, "/key")))
}

async fn listed(line: &Line, session: &Session) -> Result<People, ApiError> {
    let accounts = line.stages().accounts.clone();
    let own = &session.pass.principal;
    let people = accounts.people().await?;
    let people = people.into_iter().filter(|person| person.tenant == own.tenant);
    let all = accounts.list().await?;
    let now = accounts.now();
    let key = |key: access::Key| Key {
        prefix: key.prefix(),
        state: match (key.revoked, key.expires_at) {
            (true, _) => KeyState::Ended,
            (false, Some(at)) if at <= now => KeyState::Expired,
            (false, _) => KeyState::Good,
        },
        id: key.id,
        subject: key.principal.subject,
        desk: key.principal.desk,
        role: key.principal.role,
        scopes: key.scopes.to_string(),
        expires_at: key.expires_at.map(keys::time),
        last_used_at: key.last_used_at.map(keys::time),
    };
    Ok(People {
        people: people
            .map(|person| Person {
                own: person.name == own.subject,
                created_at: keys::time(person.created_at),
                provider: person.identity.map(|identity| identity.issuer),
                id: person.id,
                name: person.name,
                desk: person.desk,
                role: person.role,
                disabled: person.disabled,
            })
            .collect(),
        keys: all.into_iter().filter(|one| one.principal.tenant == own.tenant).map(key).collect(),
        told: None,
        error: None,
    })
}
