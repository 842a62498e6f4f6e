//! Rules that somebody takes back for one request: who may is in the rule, why is on record.

use types::CheckRun;

use crate::{case::Case, pipeline::LineError};

/// The check under which the reason is on record. What a rule would have done is under `override.` and
/// its id.
const REASON: &str = "override.reason";

/// Whether the caller may take back what the request names.
///
/// # Errors
/// [`LineError::Override`] saying which rule is not theirs to take back.
pub(crate) fn check(case: &Case) -> Result<(), LineError> {
    let Some(asked) = &case.request.overriding else { return Ok(()) };
    let (engine, role) = (case.stages.policy(), case.principal.role);
    for rule in &asked.rules {
        let refused = match engine.may_override(rule) {
            None => "is none of the rules in force",
            Some([]) => "cannot be taken back by anybody",
            Some(roles) if !roles.contains(&role) => "is not for your role to take back",
            Some(_) => continue,
        };
        return Err(LineError::Override(format!("the rule `{rule}` {refused}")));
    }
    Ok(())
}

/// The reason, for the record.
pub(crate) fn reason(case: &Case) -> Option<CheckRun> {
    let asked = case.request.overriding.as_ref()?;
    Some(CheckRun { check: REASON.to_owned(), outcome: asked.reason.trim().to_owned() })
}
