//! Somebody who signs in to the console.

use serde::{Deserialize, Serialize};
use types::{Principal, Role, Sha256};

use crate::{AccessError, password::Phc};

/// Longest name of a person, a tenant or a desk, in characters.
const NAME_CHARS_MAX: usize = 128;

/// Somebody who signs in to the console.
///
/// The name is the subject of the person's keys, too: who asks by key and decides in the console is
/// one and the same, and disabling the person ends both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Made from the name; safe in paths.
    pub id: String,
    /// What the person signs in with; unique in the installation.
    pub name: String,
    /// The organisation.
    pub tenant: String,
    /// The desk.
    pub desk: String,
    /// What the person may do.
    pub role: Role,
    /// The password, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<Phc>,
    /// Whether the person may no longer come in.
    #[serde(default)]
    pub disabled: bool,
    /// Whether the password must be changed before anything else.
    #[serde(default)]
    pub must_change: bool,
    /// When the person was made, in seconds since 1970.
    pub created_at: i64,
    /// Who vouches for the person, if not we.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// Sessions and links of an earlier generation count no more.
    #[serde(default)]
    pub(crate) generation: u64,
}

/// A person as another provider of identities knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// Whom the provider means.
    pub subject: String,
}

/// Whom to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// What the person signs in with.
    pub name: String,
    /// The organisation.
    pub tenant: String,
    /// The desk.
    pub desk: String,
    /// What the person may do.
    pub role: Role,
}

impl Person {
    /// Who asks, when this person does.
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal {
            tenant: self.tenant.clone(),
            desk: self.desk.clone(),
            role: self.role,
            subject: self.name.clone(),
        }
    }

    /// Whether the person can sign in by a password.
    #[must_use]
    pub const fn has_password(&self) -> bool {
        self.password.is_some()
    }

    pub(crate) fn new(new: NewPerson, now: i64) -> Result<Self, AccessError> {
        let NewPerson { name, tenant, desk, role } = new;
        let (name, tenant, desk) = (plain(&name)?, plain(&tenant)?, plain(&desk)?);
        if role == Role::Public {
            let text = "the role public is for strangers, who do not sign in";
            return Err(AccessError::Invalid(text.to_owned()));
        }
        Ok(Self {
            id: person_id(&name),
            name,
            tenant,
            desk,
            role,
            password: None,
            disabled: false,
            must_change: false,
            created_at: now,
            identity: None,
            generation: 0,
        })
    }
}

/// The id of whoever has this name.
#[must_use]
pub fn person_id(name: &str) -> String {
    let digest = Sha256::of(format!("person\n{}", name.trim()).as_bytes()).to_string();
    digest.chars().take(32).collect()
}

fn plain(text: &str) -> Result<String, AccessError> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > NAME_CHARS_MAX || text.chars().any(char::is_control) {
        let text =
            format!("names of people, tenants and desks have 1 to {NAME_CHARS_MAX} characters");
        return Err(AccessError::Invalid(text));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(name: &str, role: Role) -> Result<Person, AccessError> {
        let (name, tenant, desk) = (name.to_owned(), "press".to_owned(), "city".to_owned());
        Person::new(NewPerson { name, tenant, desk, role }, 7)
    }

    #[test]
    fn names_are_trimmed_and_checked() {
        let ada = made(" Ada Lovelace ", Role::Editor).unwrap();
        assert_eq!((ada.name.as_str(), &ada.id), ("Ada Lovelace", &person_id("Ada Lovelace")));
        assert_eq!(ada.principal().subject, "Ada Lovelace");
        assert!(made("李娜", Role::Editor).is_ok());
        for wrong in ["", "  ", "a\nb", &"x".repeat(129)] {
            assert!(made(wrong, Role::Editor).is_err(), "{wrong:?}");
        }
        assert!(made("ada", Role::Public).is_err());
    }
}
