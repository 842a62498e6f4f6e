//! Legal holds: what they cover is neither erased nor expires.

use audit::{
    Event, Record,
    vault::{INSTALLATION, Scope, VaultRecord},
};
use types::Receipt;

use super::{Actor, VaultingError, blocking, find, reason};
use crate::wiring::Stages;

/// The scope that a text means; a person may also be named, as `subject:NAME`.
///
/// # Errors
/// [`VaultError::Scope`](audit::VaultError::Scope), or those of [`find`].
pub async fn scope(
    stages: &Stages,
    text: &str,
    tenant: Option<&str>,
) -> Result<Scope, VaultingError> {
    match (text.parse(), text.strip_prefix("subject:")) {
        (Ok(scope), _) => Ok(scope),
        (Err(_), Some(name)) if !name.is_empty() => {
            Ok(Scope::Subject(find(stages, name, tenant).await?.subject))
        }
        (Err(error), _) => Err(error.into()),
    }
}

/// Keeps what the scope covers until [`release`]; the receipt's index names the hold.
///
/// # Errors
/// [`VaultingError::Reason`], or when vault or log fail.
pub async fn hold(
    stages: &Stages,
    scope: Scope,
    why: &str,
    actor: &Actor,
) -> Result<Receipt, VaultingError> {
    let mut record = Record::new(Event::HoldAdded, actor.tenant.clone(), actor.pseudonym.clone());
    record.detail = Some(reason(why)?);
    record.vault = Some(VaultRecord { scope: Some(scope), ..VaultRecord::default() });
    take(stages, record).await
}

/// Ends a hold.
///
/// # Errors
/// [`VaultingError::NoHold`], or when vault or log fail.
pub async fn release(stages: &Stages, index: u64, actor: &Actor) -> Result<Receipt, VaultingError> {
    let hold = super::holds(stages).await?.into_iter().find(|hold| hold.index == index);
    // A tenant ends its own holds only.
    let mine = |tenant: &str| actor.tenant == INSTALLATION || actor.tenant == tenant;
    let hold = hold.filter(|hold| mine(&hold.tenant)).ok_or(VaultingError::NoHold(index))?;
    let mut record = Record::new(Event::HoldReleased, hold.tenant, actor.pseudonym.clone());
    record.vault = Some(VaultRecord { about: Some(index), ..VaultRecord::default() });
    take(stages, record).await
}

/// The log first: from there the next start learns of the hold in any case.
async fn take(stages: &Stages, record: Record) -> Result<Receipt, VaultingError> {
    let receipt = stages.log.append(record.clone()).await?;
    let (vault, index) = (stages.vault.clone(), receipt.index);
    blocking(move || vault.held(index, &record)).await?;
    Ok(receipt)
}
