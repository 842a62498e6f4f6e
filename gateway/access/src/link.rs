//! Links that sign somebody in once.

use serde::{Deserialize, Serialize};

use crate::{
    Access, AccessError, Person,
    token::{fresh_secret, place},
};

pub(crate) const PREFIX: &str = "link/";
/// How long a link is good.
pub const LINK_SECONDS: i64 = 900;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Link {
    person: String,
    generation: u64,
    pub(crate) until: i64,
}

impl Access {
    /// A secret of 256 bits that signs a person in once, within 15 minutes.
    ///
    /// # Errors
    /// [`AccessError::Nobody`], [`AccessError::Invalid`] for whoever is disabled, or when it cannot be
    /// stored.
    pub async fn login_link(&self, name: &str) -> Result<String, AccessError> {
        let person = self.person(name).await?;
        if person.disabled {
            return Err(AccessError::Invalid(format!("`{name}` is disabled: enable them first")));
        }
        let secret = fresh_secret();
        let until = self.now() + LINK_SECONDS;
        let link = Link { person: person.id, generation: person.generation, until };
        let value = serde_json::to_vec(&link).unwrap_or_default();
        self.state().compare_and_swap(&place(PREFIX, &secret), None, Some(&value)).await?;
        Ok(secret)
    }

    /// Uses a link up: whoever comes second does not come in.
    pub(crate) async fn use_link(&self, secret: &str) -> Result<Person, AccessError> {
        let name = place(PREFIX, secret);
        let stored = self.state().get(&name).await?.ok_or(AccessError::WrongLink)?;
        if !self.state().compare_and_swap(&name, Some(&stored), None).await? {
            return Err(AccessError::WrongLink);
        }
        let link: Link = serde_json::from_slice(&stored).map_err(|_| AccessError::WrongLink)?;
        let person = self.read_person(&link.person).await?.map(|(person, _)| person);
        let person = person.ok_or(AccessError::WrongLink)?;
        let good = self.now() < link.until && person.generation == link.generation;
        if good && !person.disabled { Ok(person) } else { Err(AccessError::WrongLink) }
    }
}
