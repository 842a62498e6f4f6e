//! Policy before and after generation.

use std::time::Instant;

use policy::{Hook, Scope};
use types::{Action, CheckRun, Language, Modality, Principal};

use crate::{
    case::Case,
    generating::{Draft, Product},
    pipeline::{LineError, Piece},
};

/// Output that policy has let through, redacted where it asked for it.
#[derive(Debug)]
pub(crate) struct Cleared {
    pub(crate) product: Product,
    pub(crate) warnings: Vec<String>,
    /// A rule asks for a person.
    pub(crate) hold: bool,
}

/// Whom and what a decision is about, at this moment.
pub fn scope(principal: &Principal, modality: Modality, hook: Hook) -> Scope {
    Scope {
        tenant: principal.tenant.clone(),
        desk: principal.desk.clone(),
        role: principal.role,
        modality,
        hook,
        language: Language::En,
        now: time::OffsetDateTime::now_utc().unix_timestamp(),
    }
}

/// Judges the prompt; redacts it where a rule asks for that.
pub(crate) async fn input(case: &mut Case) -> Result<Action, LineError> {
    let start = Instant::now();
    let scope = scope(&case.principal, case.modality(), Hook::Input);
    let engine = case.stages.policy();
    let prompt = case.request.prompt();
    let judged = tokio::task::spawn_blocking({
        let (engine, scope) = (engine.clone(), scope.clone());
        move || engine.judge(&scope, &prompt)
    });
    let judgement = judged.await.map_err(|error| LineError::Policy(error.to_string()))?;
    if judgement.redacted.is_some() {
        for message in &mut case.request.messages {
            if let Some(redacted) = engine.judge(&scope, &message.text).redacted {
                message.text = redacted;
            }
        }
    }
    let action = judgement.decision.action;
    case.input = Some(judgement.decision);
    case.stages.metrics.stage("policy_input", start);
    Ok(action)
}

/// Judges the whole output; `None` is a refusal.
pub(crate) async fn output(case: &mut Case, draft: Draft) -> Result<Option<Cleared>, LineError> {
    let start = Instant::now();
    let asked = case.input.as_ref().map_or(Action::Allow, |decision| decision.action);
    let Draft { product, screen, pieces, warnings } = draft;
    let product = match (product, screen) {
        (Product::Text(mut text), Some(screen)) => {
            let finished = screen.finish();
            if let (Some(pieces), false) = (&pieces, finished.emit.is_empty()) {
                let rest = pieces.send(Piece::Text(finished.emit)).await;
                rest.map_err(|_| LineError::ClientGone)?;
            }
            if let Some(redacted) = finished.judgement.redacted {
                text.text = redacted;
            }
            case.output = Some(finished.judgement.decision);
            Product::Text(text)
        }
        (product, _) => {
            let mut decision = case.decision();
            decision.action = Action::Allow;
            decision.findings.clear();
            // No visual classifier is part of this release, and the record says so.
            decision.checks = vec![CheckRun { check: "image_content".into(), outcome: "not_classified".into() }];
            case.output = Some(decision);
            product
        }
    };
    case.stages.metrics.stage("policy_output", start);
    let decided = case.output.as_ref().map_or(Action::Allow, |decision| decision.action);
    if decided == Action::Block {
        return Ok(None);
    }
    let hold = matches!(decided.max(asked), Action::Review | Action::Rewrite);
    Ok(Some(Cleared { product, warnings, hold }))
}
