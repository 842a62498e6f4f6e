//! What one request may, uses, and waits for.

use access::{Act, Ending, Turn, Unit, limit::Counted};
use generators::{GeneratorError, Output};
use types::Modality;

use crate::{case::Case, pipeline::LineError};

/// Whether the caller's key and budgets reach so far; takes what is known beforehand.
///
/// # Errors
/// [`LineError::Denied`] and [`LineError::OverLimit`].
pub(crate) async fn permit(case: &Case) -> Result<(), LineError> {
    let Some(pass) = &case.caller else { return Ok(()) };
    pass.may(Act::Generate(case.modality())).map_err(LineError::Denied)?;
    let (limits, who) = (&case.stages.admitting.limits, Counted::from(&**pass));
    let permitted = match case.modality() {
        Modality::Image => limits.take(&who, Unit::Images, 1).await,
        Modality::Text => limits.open(&who, Unit::Tokens).await,
        Modality::Audio | Modality::Video => limits.open(&who, Unit::Seconds).await,
    };
    permitted.map_err(LineError::from)
}

/// A turn of the model among tenants; the caller may leave meanwhile.
///
/// # Errors
/// [`GeneratorError::Busy`] when too many of the tenant wait already.
pub(crate) async fn turn(case: &Case) -> Result<Option<Turn>, LineError> {
    let (Some(_), Some(card)) = (&case.caller, case.card()) else { return Ok(None) };
    let turns = case.stages.admitting.turns_of(card);
    let taken = turns.take(&case.principal.tenant).await;
    taken.map(Some).map_err(|full| GeneratorError::Busy { waiting: full.waiting }.into())
}

/// Returns when the caller's key or session ends; never for who has none.
pub(crate) async fn ended(case: &Case) -> Ending {
    match &case.caller {
        Some(pass) => pass.standing.ended().await,
        None => std::future::pending().await,
    }
}

/// Counts what a model has made, whatever becomes of it.
pub(crate) async fn charge_output(case: &Case, output: &Output) {
    match output {
        Output::Text(text) => {
            let usage = text.usage;
            charge(case, Unit::Tokens, count(usage.prompt_tokens + usage.completion_tokens)).await;
        }
        Output::Speech(speech) => {
            let seconds = speech.samples.len() as f64 / f64::from(speech.rate.max(1));
            charge(case, Unit::Seconds, whole(seconds)).await;
        }
        Output::Video(video) => charge(case, Unit::Seconds, whole(video.seconds)).await,
        _ => {}
    }
}

/// Counts tokens of a text that was stopped before its end.
pub(crate) async fn charge_tokens(case: &Case, tokens: u32) {
    charge(case, Unit::Tokens, tokens.into()).await;
}

async fn charge(case: &Case, unit: Unit, amount: u64) {
    let Some(pass) = case.caller.as_ref().filter(|_| amount > 0) else { return };
    let charged = case.stages.admitting.limits.charge(&Counted::from(&**pass), unit, amount).await;
    if let Err(error) = charged {
        // What was made is made; the next request finds the state store broken and is refused.
        tracing::warn!(%error, "what was used could not be counted");
    }
}

fn count(tokens: usize) -> u64 {
    u64::try_from(tokens).unwrap_or(u64::MAX)
}

/// Seconds, begun ones counted whole.
fn whole(seconds: f64) -> u64 {
    // A cast of floats saturates.
    seconds.ceil() as u64
}
