//! `POST /v1/moderations`: what policy would decide, without generating.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use policy::CategoryScore;
use serde_json::{Value, json};
use types::{Action, Category, Decision, Modality, Principal, RequestId};

use super::{
    error::ApiError,
    extract::{Caller, JsonBody},
    openai::{ModerationInput, ModerationRequest},
    strict,
};
use crate::{
    pipeline::{Line, LineError},
    screening,
};

/// Judges texts by the policy in force for the caller's tenant, desk and role.
///
/// Categories that no rule in force covers are null: silence would read as innocence.
#[utoipa::path(post, path = "/v1/moderations", request_body = ModerationRequest, responses(
    (status = 200, description = "One result for each input"),
    (status = 400, description = "Bad input", body = super::error::ErrorBody),
    (status = 503, description = "A checker has no opinion", body = super::error::ErrorBody),
), security(("key" = [])))]
pub(crate) async fn moderations(
    State(line): State<Line>,
    caller: Caller,
    JsonBody(body): JsonBody<ModerationRequest>,
) -> Result<Json<Value>, ApiError> {
    strict::strict(&body.rest)?;
    let inputs = inputs(&body.input)?;
    let mut results = Vec::new();
    for text in &inputs {
        results.push(judged(&line, &caller.0, text).await?);
    }
    let model = body.model.unwrap_or_else(|| line.stages().policy().version().id.clone());
    Ok(Json(
        json!({"id": format!("modr-{}", RequestId::new()), "model": model, "results": results}),
    ))
}

fn inputs(input: &ModerationInput) -> Result<Vec<String>, ApiError> {
    let texts = match input {
        ModerationInput::One(text) => vec![text.clone()],
        ModerationInput::Many(texts) => texts.clone(),
        ModerationInput::Parts(parts) => {
            let unserved = || {
                ApiError::invalid(
                    "input",
                    "Pictures cannot be judged by this policy: send their text only.",
                )
            };
            let texts: Option<Vec<&str>> = parts.iter().map(|part| part.text.as_deref()).collect();
            vec![texts.ok_or_else(unserved)?.join("\n")]
        }
    };
    if texts.is_empty() || texts.iter().all(|text| text.trim().is_empty()) {
        return Err(ApiError::invalid("input", "The input is empty: give at least one text."));
    }
    Ok(texts)
}

/// What policy would decide about a text of this person, with the checkers that are asked about
/// prompts.
///
/// # Errors
/// [`LineError::Policy`] when a checker has no opinion: silence would read as innocence.
pub(crate) async fn judged(
    line: &Line,
    principal: &Principal,
    text: &str,
) -> Result<Value, LineError> {
    let stages = line.stages();
    let engine = stages.policy();
    let scope = screening::scope(principal, Modality::Text, policy::Hook::Input, text);
    let mut decision = engine.judge(&scope, text).decision;
    screening::second_opinions(&stages, text, &mut decision).await?;
    Ok(report(&decision, &engine.scores(text), |category| engine.covers(category)))
}

/// A moderation result: OpenAI's members, then ours beside them.
pub fn report(
    decision: &Decision,
    classified: &[CategoryScore],
    covers: impl Fn(Category) -> bool,
) -> Value {
    let found = scores(decision);
    let score = |category: Category| {
        let classified = classified.iter().filter(|score| score.category == category);
        let scores = classified.map(|score| score.score).chain(found.get(&category).copied());
        scores.fold(0.0_f32, f32::max)
    };
    let every = || Category::OPENAI.into_iter().chain(Category::OWN);
    let flagged = decision.action > Action::Allow;
    let member = |value: &dyn Fn(Category) -> Value| -> BTreeMap<String, Value> {
        every()
            .map(|category| {
                (name(category), if covers(category) { value(category) } else { Value::Null })
            })
            .collect()
    };
    json!({
        "flagged": flagged,
        "categories": member(&|category| json!(found.contains_key(&category))),
        "category_scores": member(&|category| json!(score(category))),
        "category_applied_input_types": member(&|_| json!(["text"])),
        "action": decision.action,
        "spans": spans(decision),
        "rules": decision.findings.iter().map(|finding| &finding.rule).collect::<Vec<_>>(),
        "messages": decision.findings.iter().map(|finding| &finding.message).collect::<Vec<_>>(),
        "checks": decision.checks,
        "policy": decision.policy,
    })
}

fn scores(decision: &Decision) -> BTreeMap<Category, f32> {
    let mut scores = BTreeMap::new();
    for finding in decision.findings.iter().filter(|finding| !finding.shadow) {
        let score = scores.entry(finding.category).or_insert(0.0_f32);
        *score = score.max(finding.score);
    }
    scores
}

fn spans(decision: &Decision) -> Vec<Value> {
    let findings = decision.findings.iter();
    let spans = findings.flat_map(|finding| finding.spans.iter().map(move |span| (finding, span)));
    spans
        .map(|(finding, span)| json!({"type": finding.kind, "start": span.start, "end": span.end, "score": finding.score, "category": finding.category}))
        .collect()
}

fn name(category: Category) -> String {
    json!(category).as_str().unwrap_or_default().to_owned()
}
