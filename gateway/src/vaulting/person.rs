//! Whom a name means: a caller's name within a tenant, or a pseudonym from the log.

use std::collections::BTreeSet;

use access::AccessError;
use audit::{Subject, VaultError};
use types::{Principal, Role};

use super::VaultingError;
use crate::{recording, wiring::Stages};

/// The tenant of commands on the machine itself.
const LOCAL: &str = "local";

/// A person as vault and log know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The organisation.
    pub tenant: String,
    /// Their pseudonym.
    pub subject: Subject,
}

/// The person of a name. Without `tenant`, every tenant is tried.
///
/// # Errors
/// [`VaultingError::Nobody`], or [`VaultingError::Ambiguous`] when several tenants know the name.
pub async fn find(
    stages: &Stages,
    name: &str,
    tenant: Option<&str>,
) -> Result<Person, VaultingError> {
    let nobody = || VaultingError::Nobody(name.to_owned());
    let found: Vec<Person> = candidates(stages, name, tenant).await?;
    if let Ok(subject) = name.parse::<Subject>() {
        return by_pseudonym(stages, subject, tenant)?.ok_or_else(nobody);
    }
    let mut known = Vec::new();
    for person in found {
        if stages.vault.knows(person.subject)? {
            known.push(person);
        }
    }
    let mut known = known.into_iter();
    let person = known.next().ok_or_else(nobody)?;
    let rest: Vec<String> = known.map(|other| other.tenant).collect();
    if rest.is_empty() {
        return Ok(person);
    }
    let tenants = [vec![person.tenant], rest].concat().join(", ");
    Err(VaultingError::Ambiguous { name: name.to_owned(), tenants })
}

/// The same, also for callers of whom the vault keeps nothing: the log may.
///
/// # Errors
/// Those of [`find`].
pub async fn find_caller(
    stages: &Stages,
    name: &str,
    tenant: Option<&str>,
) -> Result<Person, VaultingError> {
    let nobody = match find(stages, name, tenant).await {
        Err(error @ VaultingError::Nobody(_)) => error,
        found => return found,
    };
    let accounts = accounts(stages, name).await?;
    let mut callers = accounts.into_iter().filter(|caller| caller.subject == name);
    let caller = callers.find(|caller| tenant.is_none_or(|tenant| tenant == caller.tenant));
    let caller = caller.ok_or(nobody)?;
    let subject = recording::subject(&stages.pseudonym_key, &caller)?;
    Ok(Person { tenant: caller.tenant, subject })
}

/// Originals say which tenant their person belongs to.
fn by_pseudonym(
    stages: &Stages,
    subject: Subject,
    tenant: Option<&str>,
) -> Result<Option<Person>, VaultError> {
    if !stages.vault.knows(subject)? {
        return Ok(None);
    }
    let kept = stages.vault.entries_of(subject)?;
    let known = kept.first().map(|entry| entry.tenant.clone());
    let tenant = match (known, tenant) {
        (Some(known), Some(asked)) if known != asked => return Ok(None),
        (Some(known), _) => known,
        // A key without originals says nothing of its tenant: it is the operator's matter.
        (None, Some(_)) => return Ok(None),
        (None, None) => audit::vault::INSTALLATION.to_owned(),
    };
    Ok(Some(Person { tenant, subject }))
}

async fn candidates(
    stages: &Stages,
    name: &str,
    tenant: Option<&str>,
) -> Result<Vec<Person>, VaultingError> {
    let mut tenants = BTreeSet::new();
    match tenant {
        Some(tenant) => drop(tenants.insert(tenant.to_owned())),
        None => {
            tenants.extend(accounts(stages, name).await?.into_iter().map(|caller| caller.tenant));
            tenants.insert(LOCAL.to_owned());
        }
    }
    let person = |tenant: String| {
        let principal = Principal {
            tenant: tenant.clone(),
            desk: String::new(),
            role: Role::Public,
            subject: name.to_owned(),
        };
        let subject = recording::subject(&stages.pseudonym_key, &principal)?;
        Ok(Person { tenant, subject })
    };
    tenants.into_iter().map(person).collect()
}

/// Who has or had a key, or signs in.
async fn accounts(stages: &Stages, name: &str) -> Result<Vec<Principal>, VaultingError> {
    let accounts = stages.accounts.list().await.map_err(|error| match error {
        AccessError::State(error) => VaultingError::State(error),
        _ => VaultingError::Nobody(name.to_owned()),
    });
    let people = stages.accounts.people().await.map_err(|error| match error {
        AccessError::State(error) => VaultingError::State(error),
        _ => VaultingError::Nobody(name.to_owned()),
    });
    let keys = accounts?.into_iter().map(|account| account.principal);
    Ok(keys.chain(people?.iter().map(access::Person::principal)).collect())
}
