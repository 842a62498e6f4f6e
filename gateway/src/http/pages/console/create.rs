//! `/console/create/…`: the forms, and what rules say while somebody writes.

use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use pages::console::create::{self, Check, Create, Filled, Hit, Kind};
use policy::Hook;
use serde::Deserialize;
use types::{Modality, Task};

use super::{Paged, member, seen};
use crate::{
    case::serves,
    http::{console::Session, error::ApiError},
    pipeline::Line,
    screening,
    wiring::Stages,
};

/// The voices that come with the program; servers bring their own.
const VOICES: [&str; 5] = ["Alder", "Rowan", "Linden", "Willow", "Aspen"];
const SIZES: [&str; 3] = ["512x512", "768x512", "512x768"];

pub(super) async fn show(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Path(kind): Path<String>,
) -> Result<Response, ApiError> {
    let view = view(&line.stages(), named(&kind)?, Filled::default());
    Ok(page.show(create::page(&page.frame, &member(&session), &view)))
}

/// The kind of an address.
pub(super) fn named(kind: &str) -> Result<Kind, ApiError> {
    let missing = || ApiError::not_found("unknown_url", "There is nothing at this path.");
    Kind::named(kind).ok_or_else(missing)
}

pub(super) const fn modality(kind: Kind) -> Modality {
    match kind {
        Kind::Text | Kind::Story => Modality::Text,
        Kind::Image => Modality::Image,
        Kind::Voice => Modality::Audio,
        Kind::Video => Modality::Video,
    }
}

pub(super) const fn task(kind: Kind) -> Task {
    match kind {
        Kind::Video => Task::Effects,
        _ => Task::Create,
    }
}

/// The form with what was filled in.
pub(super) fn view(stages: &Stages, kind: Kind, filled: Filled) -> Create {
    let (modality, task) = (modality(kind), task(kind));
    let usual = stages.default_model(modality, task);
    let able = stages.generators.iter().filter(|(_, made)| serves(made.card(), modality, task));
    let mut models: Vec<String> = able.map(|(name, _)| name.clone()).collect();
    // The usual one comes first.
    models.sort_by_key(|name| usual.as_ref() != Some(name));
    let listed = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Create {
        kind,
        models,
        voices: match kind {
            Kind::Voice => listed(&VOICES),
            _ => Vec::new(),
        },
        sizes: match kind {
            Kind::Image => listed(&SIZES),
            _ => Vec::new(),
        },
        filled,
        refusal: None,
        error: None,
        label: seen::labelling_text(&stages.labelling, modality),
    }
}

/// A text that is being written.
#[derive(Debug, Deserialize)]
pub(super) struct Written {
    #[serde(default, alias = "text")]
    prompt: String,
}

/// What the rules in force say; nothing is recorded, because nothing was asked for.
pub(super) async fn check(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Form(written): Form<Written>,
) -> Result<Response, ApiError> {
    let checked = checked(&line, &session, &written.prompt).await?;
    Ok(page.show(create::check(&page.frame, &checked)))
}

/// Judges a text as a request of this person.
pub(super) async fn checked(line: &Line, session: &Session, text: &str) -> Result<Check, ApiError> {
    let engine = line.stages().policy().clone();
    let scope = screening::scope(&session.pass.principal, Modality::Text, Hook::Input, text);
    let judged = text.to_owned();
    let judging = tokio::task::spawn_blocking(move || engine.judge(&scope, &judged).decision);
    let decision = judging.await.map_err(|_| ApiError::bug())?;
    let hit = |finding: &types::Finding| Hit {
        rule: finding.rule.clone(),
        action: finding.action,
        words: finding.spans.iter().filter_map(|span| seen::said(text, *span)).collect(),
        message: finding.message.clone(),
    };
    Ok(Check {
        action: decision.action,
        empty: text.trim().is_empty(),
        hits: decision.findings.iter().filter(|finding| !finding.shadow).map(hit).collect(),
    })
}
