//! Who asks.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::TypeError;

/// An authenticated caller.
///
/// `subject` names a key or account; it stays inside the gateway and reaches the log only as a
/// keyed pseudonym.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The organisation whose log entries are numbered together.
    pub tenant: String,
    /// The desk within the tenant; policy rules may be scoped to it.
    pub desk: String,
    /// What the caller may do.
    pub role: Role,
    /// The account or key.
    pub subject: String,
}

/// What a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Asks for content.
    Journalist,
    /// Asks, and reviews what others asked for.
    Editor,
    /// Reviews and owns policy.
    Standards,
    /// Reads log entries and exports evidence.
    Auditor,
    /// Runs the installation: keys, models, configuration.
    Ops,
    /// Anonymous: verification and detection only.
    Public,
}

impl Role {
    /// Every role with its name.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Journalist, "journalist"),
        (Self::Editor, "editor"),
        (Self::Standards, "standards"),
        (Self::Auditor, "auditor"),
        (Self::Ops, "ops"),
        (Self::Public, "public"),
    ];

    /// Whether the role may ask for content.
    #[must_use]
    pub const fn may_generate(self) -> bool {
        matches!(self, Self::Journalist | Self::Editor | Self::Standards | Self::Ops)
    }

    /// Whether the role may decide about held assets.
    #[must_use]
    pub const fn may_review(self) -> bool {
        matches!(self, Self::Editor | Self::Standards)
    }

    /// Whether the role may read entries of the log.
    #[must_use]
    pub const fn may_audit(self) -> bool {
        matches!(self, Self::Auditor | Self::Standards)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(role, _)| role == self).map_or("", |(_, name)| name);
        f.write_str(name)
    }
}

impl FromStr for Role {
    type Err = TypeError;

    fn from_str(text: &str) -> Result<Self, TypeError> {
        let known = Self::ALL.iter().find(|(_, name)| *name == text);
        known.map(|(role, _)| *role).ok_or_else(|| TypeError::Role(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_and_its_name_are_one() {
        for (role, name) in Role::ALL {
            assert_eq!(name.parse(), Ok(role));
            assert_eq!(role.to_string(), name);
            assert_eq!(serde_json::to_value(role).unwrap(), name);
        }
    }

    #[test]
    fn an_auditor_reads_but_neither_asks_nor_reviews() {
        let auditor = Role::Auditor;
        assert!(auditor.may_audit() && !auditor.may_generate() && !auditor.may_review());
    }
}
