//! What is said and written in sounds and videos: policy reads it as it reads a text.

use policy::Hook;
use types::{Action, CheckRun, Decision};

use super::scope_of;
use crate::{case::Case, pipeline::LineError, product::Product};

/// The name of the check in records.
const CHECK: &str = "transcript";

/// Adds what policy says of the words in a product to a decision. A word cannot be taken out of a
/// recording that is finished, so what would be redacted waits for a person.
///
/// # Errors
/// [`LineError::Policy`] when policy could not decide.
pub(super) async fn judged(
    case: &Case,
    mut decision: Decision,
    product: &Product,
) -> Result<Decision, LineError> {
    let words = match product {
        Product::Speech(speech) => speech.output.transcript.clone(),
        Product::Film(film) => film.output.transcript.clone(),
        _ => return Ok(decision),
    };
    let ran = |outcome: &str| CheckRun { check: CHECK.to_owned(), outcome: outcome.to_owned() };
    if words.trim().is_empty() {
        decision.checks.push(ran("not_available"));
        return Ok(decision);
    }
    let scope = scope_of(case, Hook::Output, &words);
    let engine = case.stages.policy().clone();
    let judging = tokio::task::spawn_blocking(move || engine.judge(&scope, &words).decision);
    let judged = judging.await.map_err(|error| LineError::Policy(error.to_string()))?;
    decision.checks.push(ran("ran"));
    decision.checks.extend(judged.checks);
    decision.findings.extend(judged.findings);
    decision.action = decision.action.max(match judged.action {
        Action::Redact => Action::Review,
        action => action,
    });
    Ok(decision)
}
