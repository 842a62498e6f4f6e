//! Which role may do what: one table.

use std::fmt;

use types::{Modality, Role};

use crate::{Scope, Scopes};

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Ask for content of a kind.
    Generate(Modality),
    /// Judge a text without generating.
    Moderate,
    /// Have a file checked.
    Verify,
    /// Read assets, jobs and live sessions of the own tenant, and what is kept about oneself.
    Read,
    /// Say what one prefers.
    Prefer,
    /// Decide about held assets.
    Review,
    /// Publish, correct, withdraw.
    Publish,
    /// Read entries of the log, export, erase, hold.
    Audit,
    /// Ask for an original in the vault, or let another read it.
    Reveal,
    /// Keys, people, configuration.
    Admin,
}

/// One line of the table.
type Row = (Act, &'static [Role], Option<Scope>);

const ASKS: &[Role] = &[Role::Journalist, Role::Editor, Role::Standards, Role::Ops];
const REVIEWS: &[Role] = &[Role::Editor, Role::Standards];
const AUDITS: &[Role] = &[Role::Auditor, Role::Standards];
const KNOWN: &[Role] = &[Role::Journalist, Role::Editor, Role::Standards, Role::Auditor, Role::Ops];
const ALL: &[Role] =
    &[Role::Journalist, Role::Editor, Role::Standards, Role::Auditor, Role::Ops, Role::Public];

impl Act {
    /// Every act, who may do it, and the scope that a limited key needs for it.
    pub const TABLE: [Row; 13] = [
        (Self::Generate(Modality::Text), ASKS, Some(Scope::GenerateText)),
        (Self::Generate(Modality::Image), ASKS, Some(Scope::GenerateImage)),
        (Self::Generate(Modality::Audio), ASKS, Some(Scope::GenerateAudio)),
        (Self::Generate(Modality::Video), ASKS, Some(Scope::GenerateVideo)),
        (Self::Prefer, ASKS, None),
        (Self::Read, KNOWN, None),
        (Self::Moderate, ALL, Some(Scope::Moderate)),
        (Self::Verify, ALL, Some(Scope::Verify)),
        (Self::Review, REVIEWS, Some(Scope::Review)),
        (Self::Publish, REVIEWS, Some(Scope::Publish)),
        (Self::Audit, AUDITS, Some(Scope::Audit)),
        (Self::Reveal, &[Role::Editor, Role::Standards, Role::Auditor], Some(Scope::Audit)),
        (Self::Admin, &[Role::Ops], Some(Scope::Admin)),
    ];

    fn row(self) -> Option<&'static Row> {
        const TABLE: &[Row] = &Act::TABLE;
        TABLE.iter().find(|(act, ..)| *act == self)
    }

    /// Whether a role may do this; what is not in the table nobody may.
    #[must_use]
    pub fn may(self, role: Role) -> bool {
        self.row().is_some_and(|(_, roles, _)| roles.contains(&role))
    }

    /// The scope that a limited key needs.
    #[must_use]
    pub fn scope(self) -> Option<Scope> {
        self.row().and_then(|(.., scope)| *scope)
    }

    /// Whether somebody may do this.
    ///
    /// # Errors
    /// [`Denied`] saying whether it is the role or the key that does not reach so far.
    pub fn check(self, role: Role, scopes: &Scopes) -> Result<(), Denied> {
        if !self.may(role) {
            return Err(Denied::Role(role, self));
        }
        match self.scope().filter(|scope| !scopes.cover(Some(*scope))) {
            Some(scope) => Err(Denied::Scope(scope)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Generate(modality) => write!(f, "generate {modality}"),
            Self::Moderate => f.write_str("moderate"),
            Self::Verify => f.write_str("verify"),
            Self::Read => f.write_str("read"),
            Self::Prefer => f.write_str("prefer"),
            Self::Review => f.write_str("review"),
            Self::Publish => f.write_str("publish"),
            Self::Audit => f.write_str("audit"),
            Self::Reveal => f.write_str("reveal"),
            Self::Admin => f.write_str("administer"),
        }
    }
}

/// A valid caller who may not do this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Denied {
    /// The role may not.
    #[error("The role {0} may not {1}.")]
    Role(Role, Act),
    /// The role may, but the key is limited to other work.
    #[error("This key lacks the scope `{0}`: ask for a key that has it.")]
    Scope(Scope),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_the_same_as_the_roles() {
        for (role, name) in Role::ALL {
            for modality in [Modality::Text, Modality::Image, Modality::Audio, Modality::Video] {
                assert_eq!(Act::Generate(modality).may(role), role.may_generate(), "{name}");
            }
            assert_eq!(Act::Review.may(role), role.may_review(), "{name}");
            assert_eq!(Act::Audit.may(role), role.may_audit(), "{name}");
            assert_eq!(Act::Reveal.may(role), role.may_audit() || role.may_review(), "{name}");
            assert_eq!(Act::Admin.may(role), role == Role::Ops, "{name}");
        }
    }

    #[test]
    fn a_scope_narrows_a_role_and_never_widens_it() {
        let scopes = Scopes::new([Scope::GenerateText, Scope::Admin]);
        let (text, image) = (Act::Generate(Modality::Text), Act::Generate(Modality::Image));
        assert_eq!(text.check(Role::Journalist, &scopes), Ok(()));
        assert_eq!(
            image.check(Role::Journalist, &scopes),
            Err(Denied::Scope(Scope::GenerateImage))
        );
        assert!(matches!(
            Act::Admin.check(Role::Journalist, &scopes),
            Err(Denied::Role(Role::Journalist, Act::Admin))
        ));
        assert_eq!(Act::Read.check(Role::Journalist, &scopes), Ok(()));
    }
}
