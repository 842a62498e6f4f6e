//! People for whom a provider vouches.

use super::wrong;
use crate::{Access, AccessError, Ending, Identity, Method, NewPerson, Person, SignedIn};

impl Access {
    /// Signs in whom the provider vouches for. Whoever is new is made; who has another desk or role
    /// since gets it. A name that somebody else has is not taken over.
    pub(super) async fn sign_in_vouched(
        &self,
        new: NewPerson,
        identity: Identity,
    ) -> Result<SignedIn, AccessError> {
        let mut wanted = Person::new(new, self.now())?;
        wanted.identity = Some(identity);
        let found = self.read_person(&wanted.id).await?.map(|(person, _)| person);
        let person = match found {
            None => {
                self.keep_new(&wanted).await?;
                wanted
            }
            Some(known) if known.identity != wanted.identity => {
                return Err(wrong("somebody else has this name here: ask whoever runs this"));
            }
            Some(known) if known.disabled => return Err(wrong("this person may not sign in")),
            Some(known) if known.principal() == wanted.principal() => known,
            Some(_) => {
                let changed = self
                    .change_person(&wanted.name, |person| {
                        person.tenant.clone_from(&wanted.tenant);
                        person.desk.clone_from(&wanted.desk);
                        person.role = wanted.role;
                        person.generation += 1;
                    })
                    .await?;
                self.end_sessions_of(&changed.id, Ending::SignedOut);
                changed
            }
        };
        self.begin(person, Method::Oidc).await
    }
}
