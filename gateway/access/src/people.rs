//! Making, changing and disabling people.

use types::Role;
use zeroize::Zeroizing;

use crate::{
    Access, AccessError, Ending, Key, NewPerson, Person,
    password::{Phc, acceptable},
    person::person_id,
};

const PREFIX: &str = "person/";

/// Who was disabled, and the keys that ended with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disabled {
    /// The person.
    pub person: Person,
    /// Keys that were revoked.
    pub keys: Vec<Key>,
}

impl Access {
    /// Makes a person, who has no password yet.
    ///
    /// # Errors
    /// [`AccessError::Exists`], [`AccessError::Invalid`], or when the person cannot be stored.
    pub async fn create_person(&self, new: NewPerson) -> Result<Person, AccessError> {
        let person = Person::new(new, self.now())?;
        self.keep_new(&person).await?;
        Ok(person)
    }

    pub(crate) async fn keep_new(&self, person: &Person) -> Result<(), AccessError> {
        let (name, value) = (place(&person.id), bytes(person));
        if self.state().compare_and_swap(&name, None, Some(&value)).await? {
            Ok(())
        } else {
            Err(AccessError::Exists(person.name.clone()))
        }
    }

    /// Everybody, by name.
    ///
    /// # Errors
    /// [`AccessError::State`] when they cannot be read.
    pub async fn people(&self) -> Result<Vec<Person>, AccessError> {
        let rows = self.state().scan(PREFIX.as_bytes()).await?;
        let people = rows.iter().filter_map(|(_, value)| serde_json::from_slice(value).ok());
        let mut people: Vec<Person> = people.collect();
        people.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(people)
    }

    /// Whoever has this name.
    ///
    /// # Errors
    /// [`AccessError::Nobody`], or when it cannot be read.
    pub async fn person(&self, name: &str) -> Result<Person, AccessError> {
        let found = self.read_person(&person_id(name)).await?;
        found.map(|(person, _)| person).ok_or_else(|| AccessError::Nobody(name.to_owned()))
    }

    /// Whoever has this id.
    ///
    /// # Errors
    /// [`AccessError::Nobody`], or when it cannot be read.
    pub async fn person_by_id(&self, id: &str) -> Result<Person, AccessError> {
        let found = self.read_person(id).await?;
        found.map(|(person, _)| person).ok_or_else(|| AccessError::Nobody(id.to_owned()))
    }

    /// Keeps somebody out: sessions, links and keys of the person end at once here, and within a minute
    /// in other gateways. What the person has approved stays approved.
    ///
    /// # Errors
    /// [`AccessError::Nobody`], or when it cannot be stored.
    pub async fn disable(&self, name: &str) -> Result<Disabled, AccessError> {
        let person = self
            .change_person(name, |person| {
                person.disabled = true;
                person.generation += 1;
            })
            .await?;
        self.end_sessions_of(&person.id, Ending::Revoked);
        let principal = person.principal();
        let mut keys = Vec::new();
        for key in self.list().await? {
            let theirs = key.principal.subject == principal.subject
                && key.principal.tenant == principal.tenant;
            if theirs && !key.revoked {
                keys.push(self.revoke(&key.id).await?);
            }
        }
        Ok(Disabled { person, keys })
    }

    /// Lets somebody in again; keys that were revoked stay so.
    ///
    /// # Errors
    /// [`AccessError::Nobody`], or when it cannot be stored.
    pub async fn enable(&self, name: &str) -> Result<Person, AccessError> {
        self.change_person(name, |person| person.disabled = false).await
    }

    /// Gives somebody another desk or role; sessions of before end.
    ///
    /// # Errors
    /// [`AccessError::Nobody`], [`AccessError::Invalid`], or when it cannot be stored.
    pub async fn reassign(
        &self,
        name: &str,
        desk: Option<String>,
        role: Option<Role>,
    ) -> Result<Person, AccessError> {
        let before = self.person(name).await?;
        let (desk, role) = (desk.unwrap_or(before.desk), role.unwrap_or(before.role));
        // The same checks as for somebody new.
        let new = NewPerson { name: before.name, tenant: before.tenant, desk, role };
        let checked = Person::new(new, 0)?;
        let person = self
            .change_person(name, |person| {
                person.desk.clone_from(&checked.desk);
                person.role = checked.role;
                person.generation += 1;
            })
            .await?;
        self.end_sessions_of(&person.id, Ending::SignedOut);
        Ok(person)
    }

    /// Sets a password; every session of before ends. With `must_change` it is good only for changing
    /// it.
    ///
    /// # Errors
    /// [`AccessError::Invalid`], [`AccessError::Nobody`], or when it cannot be stored.
    pub async fn set_password(
        &self,
        name: &str,
        password: &str,
        must_change: bool,
    ) -> Result<Person, AccessError> {
        let password = acceptable(name, password)?;
        self.person(name).await?;
        let hash = self.hashing(move || Phc::of(&password)).await??;
        let person = self
            .change_person(name, |person| {
                person.password = Some(hash.clone());
                person.must_change = must_change;
                person.generation += 1;
            })
            .await?;
        self.end_sessions_of(&person.id, Ending::SignedOut);
        Ok(person)
    }

    /// Whether the password is right; takes as long where there is none.
    pub(crate) async fn is_password(
        &self,
        person: Option<&Person>,
        password: &str,
    ) -> Result<bool, AccessError> {
        let hash = person.and_then(|person| person.password.clone());
        let password = Zeroizing::new(password.to_owned());
        let known = hash.is_some();
        let checked = self.hashing(move || match hash {
            Some(hash) => hash.is(&password),
            // So that the time does not say who is known.
            None => Phc::of(&password).is_err(),
        });
        Ok(checked.await? && known)
    }

    /// Whether a key has ended because its person may no longer come in.
    pub(crate) async fn ending_by_person(
        &self,
        principal: &types::Principal,
    ) -> Result<Option<Ending>, AccessError> {
        let found = self.read_person(&person_id(&principal.subject)).await?;
        let out = found.is_some_and(|(person, _)| {
            person.disabled && person.tenant == principal.tenant && person.name == principal.subject
        });
        Ok(out.then_some(Ending::Revoked))
    }

    pub(crate) async fn change_person(
        &self,
        name: &str,
        change: impl Fn(&mut Person),
    ) -> Result<Person, AccessError> {
        let id = person_id(name);
        loop {
            let found = self.read_person(&id).await?;
            let (mut person, stored) = found.ok_or_else(|| AccessError::Nobody(name.to_owned()))?;
            change(&mut person);
            let new = bytes(&person);
            if self.state().compare_and_swap(&place(&id), Some(&stored), Some(&new)).await? {
                return Ok(person);
            }
        }
    }

    pub(crate) async fn read_person(
        &self,
        id: &str,
    ) -> Result<Option<(Person, Vec<u8>)>, AccessError> {
        // A longer id cannot be a stored person's.
        if id.len() > 32 {
            return Ok(None);
        }
        let stored = self.state().get(&place(id)).await?;
        Ok(stored.and_then(|stored| Some((serde_json::from_slice(&stored).ok()?, stored))))
    }
}

fn place(id: &str) -> Vec<u8> {
    format!("{PREFIX}{id}").into_bytes()
}

/// Serialising strings, booleans and numbers cannot fail; an empty value would read as nobody.
fn bytes(person: &Person) -> Vec<u8> {
    serde_json::to_vec(person).unwrap_or_default()
}
