//! Legal holds: what must be kept for a reason, and what that covers.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use types::{RequestId, VaultId};

use super::{Entry, Subject, VaultError};

/// The tenant of records that the operator writes; its holds cover every tenant.
pub const INSTALLATION: &str = "installation";

/// What a hold covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scope {
    /// Everything.
    All,
    /// A tenant's originals.
    Tenant(String),
    /// A person's originals.
    Subject(Subject),
    /// The originals of a request.
    Request(RequestId),
    /// One original.
    Entry(VaultId),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Tenant(name) => write!(f, "tenant:{name}"),
            Self::Subject(subject) => write!(f, "subject:{subject}"),
            Self::Request(id) => write!(f, "request:{id}"),
            Self::Entry(id) => write!(f, "entry:{id}"),
        }
    }
}

impl FromStr for Scope {
    type Err = VaultError;

    fn from_str(text: &str) -> Result<Self, VaultError> {
        let wrong = || VaultError::Scope(text.to_owned());
        match text.split_once(':') {
            None if text == "all" => Ok(Self::All),
            Some(("tenant", name)) if !name.is_empty() => Ok(Self::Tenant(name.to_owned())),
            Some(("subject", name)) => name.parse().map(Self::Subject).map_err(|_| wrong()),
            Some(("request", id)) => id.parse().map(Self::Request).map_err(|_| wrong()),
            Some(("entry", id)) => id.parse().map(Self::Entry).map_err(|_| wrong()),
            _ => Err(wrong()),
        }
    }
}

impl TryFrom<String> for Scope {
    type Error = VaultError;

    fn try_from(text: String) -> Result<Self, VaultError> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

/// A hold in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Index of its `hold_added` record: its name.
    pub index: u64,
    /// The tenant whose auditor set it, or [`INSTALLATION`].
    pub tenant: String,
    /// What it covers.
    pub scope: Scope,
    /// Why, as a short code.
    pub reason: String,
}

impl Hold {
    /// Whether the original must be kept.
    #[must_use]
    pub fn covers(&self, entry: &Entry) -> bool {
        self.reaches(&entry.tenant)
            && match &self.scope {
                Scope::All => true,
                Scope::Tenant(name) => *name == entry.tenant,
                Scope::Subject(subject) => *subject == entry.subject,
                Scope::Request(id) => *id == entry.request_id,
                Scope::Entry(id) => *id == entry.id,
            }
    }

    /// Whether all that is kept of a person, and their key, must be kept.
    #[must_use]
    pub fn covers_all_of(&self, tenant: &str, subject: Subject) -> bool {
        self.reaches(tenant)
            && match &self.scope {
                Scope::All => true,
                Scope::Tenant(name) => name == tenant,
                Scope::Subject(held) => *held == subject,
                Scope::Request(_) | Scope::Entry(_) => false,
            }
    }

    /// Whether the person's key may be needed for what must be kept, whatever their tenant is.
    #[must_use]
    pub fn may_need_key_of(&self, subject: Subject) -> bool {
        match &self.scope {
            Scope::All | Scope::Tenant(_) => true,
            Scope::Subject(held) => *held == subject,
            Scope::Request(_) | Scope::Entry(_) => false,
        }
    }

    /// A tenant's hold does not reach into another tenant.
    fn reaches(&self, tenant: &str) -> bool {
        self.tenant == INSTALLATION || self.tenant == tenant
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::entries::tests::entry;

    #[test]
    fn a_hold_covers_what_its_scope_says_within_its_tenant() {
        let (one, other) = (entry(), entry());
        let check = |tenant: &str, scope: String, covered: bool| {
            let scope: Scope = scope.parse().unwrap();
            assert_eq!(scope.to_string().parse::<Scope>().unwrap(), scope);
            let hold = Hold { index: 1, tenant: tenant.into(), scope, reason: "suit".into() };
            assert_eq!(hold.covers(&one), covered, "{hold:?}");
        };
        check(INSTALLATION, "all".into(), true);
        check("radio", "all".into(), false);
        check("press", "tenant:press".into(), true);
        check("radio", "tenant:press".into(), false);
        check("press", format!("subject:{}", one.subject), true);
        check("press", format!("request:{}", one.request_id), true);
        check("press", format!("request:{}", other.request_id), false);
        check("press", format!("entry:{}", one.id), true);
        check("press", format!("entry:{}", other.id), false);
    }

    #[test]
    fn other_texts_are_no_scopes() {
        for text in ["", "everything", "tenant:", "subject:ada", "request:1", "entry:x", "all:"] {
            assert!(text.parse::<Scope>().is_err(), "{text}");
        }
    }
}
