//! `/console/policy`

use audit::{Event, Filter, Order, Query, Record};
use axum::{Form, extract::State, response::Response};
use pages::console::policy::{self as shown, Change, Policy, Rule, Trial};
use policy::{Engine, Hook};
use serde::Deserialize;
use types::{Modality, Principal};

use super::{Paged, create, member, seen};
use crate::{
    http::{console::Session, error::ApiError},
    pipeline::{Line, LineError},
    rulebook, screening, sheets,
    wiring::Stages,
};

/// Changes that are shown.
const HISTORY_MAX: usize = 10;
/// Requests that a candidate judges again.
const JUDGED_MAX: usize = 100;

/// What a form says: a text to try, or a candidate.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Tried {
    text: String,
    candidate: String,
}

pub(super) async fn show(
    State(line): State<Line>,
    session: Session,
    page: Paged,
) -> Result<Response, ApiError> {
    let view = view(&line.stages())?;
    Ok(page.show(shown::page(&page.frame, &member(&session), &view)))
}

pub(super) async fn tried(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Form(tried): Form<Tried>,
) -> Result<Response, ApiError> {
    let mut view = view(&line.stages())?;
    if !tried.candidate.trim().is_empty() {
        let who = &session.pass.principal;
        if !who.role.may_review() && !who.role.may_audit() {
            return Err(ApiError::forbidden("Candidates are for editors and auditors."));
        }
        view.trial = Some(trial(&line.stages(), who, &tried.candidate).await?);
        view.candidate = tried.candidate;
    } else {
        view.check = Some(create::checked(&line, &session, &tried.text).await?);
        view.tried = tried.text;
    }
    Ok(page.show(shown::page(&page.frame, &member(&session), &view)))
}

fn view(stages: &Stages) -> Result<Policy, ApiError> {
    let version = stages.policy().version();
    let text = rulebook::text(&stages.installation);
    let text = text.map_err(|error| LineError::Policy(error.to_string()))?;
    Ok(Policy {
        id: version.id.clone(),
        version: version.version.clone(),
        sha256: version.sha256.to_string(),
        rules: rules(&text),
        history: history(stages)?,
        tried: String::new(),
        check: None,
        candidate: String::new(),
        trial: None,
    })
}

/// The rules as they are written.
fn rules(pack: &str) -> Vec<Rule> {
    let read: toml::Table = toml::from_str(pack).unwrap_or_default();
    let rules = read.get("rule").and_then(toml::Value::as_array);
    let rule = |rule: &toml::Value| {
        let text = |name: &str| match rule.get(name) {
            Some(toml::Value::String(text)) => text.clone(),
            Some(toml::Value::Integer(number)) => number.to_string(),
            _ => String::new(),
        };
        let message = rule.get("message").and_then(|message| message.get("en")?.as_str());
        Rule {
            id: text("id"),
            version: text("version"),
            action: text("action"),
            category: text("category"),
            mode: text("mode"),
            message: message.unwrap_or_default().to_owned(),
        }
    };
    rules.into_iter().flatten().map(rule).collect()
}

fn history(stages: &Stages) -> Result<Vec<Change>, ApiError> {
    let mut changes = Vec::new();
    for event in [Event::PolicyChanged, Event::PolicyLoaded] {
        let filters = vec![Filter::Event(event)];
        let query = Query { filters, order: Order::Newest, limit: HISTORY_MAX, ..Query::default() };
        for index in stages.log.find(&query).map_err(LineError::from)?.indices {
            let record = seen::record(stages, index)?;
            let what = record.detail.unwrap_or_default();
            changes.push(Change { index, at: record.time, what });
        }
    }
    changes.sort_by_key(|change| std::cmp::Reverse(change.index));
    Ok(changes)
}

/// Judges the latest requests by a candidate. Their words are those that authors left in the console;
/// originals in the vault take two people.
async fn trial(stages: &Stages, who: &Principal, candidate: &str) -> Result<Trial, ApiError> {
    let pack = candidate.to_owned();
    let compiled = tokio::task::spawn_blocking(move || Engine::from_toml(&pack)).await;
    let engine = match compiled.map_err(|_| ApiError::bug())? {
        Ok(engine) => engine,
        Err(error) => return Ok(Trial { error: Some(error.to_string()), ..Trial::default() }),
    };
    let now = rulebook::text(&stages.installation);
    let now = now.map_err(|error| LineError::Policy(error.to_string()))?;
    let changes = policy::diff(&now, candidate).unwrap_or_default();
    let mut trial =
        Trial { changes: changes.iter().map(ToString::to_string).collect(), ..Trial::default() };
    for record in latest(stages, who)? {
        let Some(request) = record.request_id else { continue };
        let sheet = sheets::of_request(stages, request, &record.actor).await?;
        let Some(sheet) = sheet.filter(|sheet| !sheet.prompt.is_empty()) else {
            trial.without += 1;
            continue;
        };
        let modality = record.modality.unwrap_or(Modality::Text);
        let scope = screening::scope(who, modality, Hook::Input, &sheet.prompt);
        let decided = engine.judge(&scope, &sheet.prompt).decision.action;
        trial.judged += 1;
        let before = record.input.as_ref().map(|input| input.action);
        if before != Some(decided) {
            let before = before.map_or_else(String::new, |action| action.to_string());
            trial.otherwise.push((request.to_string(), before, decided.to_string()));
        }
    }
    Ok(trial)
}

/// The latest requests of a tenant that rules have read.
fn latest(stages: &Stages, who: &Principal) -> Result<Vec<Record>, ApiError> {
    let mut records = Vec::new();
    for event in [Event::Admitted, Event::Refused] {
        let filters = vec![Filter::Tenant(who.tenant.clone()), Filter::Event(event)];
        let query = Query { filters, order: Order::Newest, limit: JUDGED_MAX, ..Query::default() };
        for index in stages.log.find(&query).map_err(LineError::from)?.indices {
            records.push(seen::record(stages, index)?);
        }
    }
    records.sort_by(|a, b| b.time.cmp(&a.time));
    records.truncate(JUDGED_MAX);
    Ok(records)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_built_in_rules_are_listed() {
        let rules = super::rules(policy::NEWSROOM_PACK);
        assert!(rules.len() > 5 && rules.iter().all(|rule| !rule.id.is_empty()));
    }
}
