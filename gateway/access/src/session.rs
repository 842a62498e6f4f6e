//! Sessions of the console: 256 random bits in a cookie, their hash in the state store.
//!
//! A session ends after 30 minutes without use, after 12 hours, when the person signs out, and when
//! the person is disabled or gets another password. Signing in always makes a new one.

use std::{
    fmt,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use serde::{Deserialize, Serialize};

use crate::{
    Access, AccessError, Ending, Pass, Person, Scopes, Standing, Via,
    csrf::Csrf,
    keys::FRESH_S,
    link, oidc,
    person::person_id,
    standing::{Credential, Life},
    token::{fresh_secret, place},
};

const PREFIX: &str = "session/";
/// A session that is not used for so long ends.
pub const IDLE_SECONDS: i64 = 30 * 60;
/// A session ends after so long in any case.
pub const ABSOLUTE_SECONDS: i64 = 12 * 60 * 60;
/// The last use is written down again after so long.
const SEEN_EVERY_S: i64 = 60;
/// Longer texts are no secrets of ours.
const SECRET_CHARS_MAX: usize = 128;

/// How somebody has shown who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// By password.
    Password,
    /// By a link that is good once.
    Link,
    /// By a provider of identities.
    Oidc,
}

impl Method {
    /// The name in records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Link => "link",
            Self::Oidc => "oidc",
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stored {
    person: String,
    generation: u64,
    created_at: i64,
    seen_at: i64,
    method: Method,
}

/// A session as it was read lately.
#[derive(Debug)]
pub(crate) struct KnownSession {
    person: Person,
    stored: Stored,
    read_at: i64,
    seen_at: AtomicI64,
    life: Arc<Life>,
}

/// Somebody who has just signed in.
#[derive(Clone)]
pub struct SignedIn {
    /// Who.
    pub person: Person,
    /// How.
    pub method: Method,
    /// What goes into the cookie, and nowhere else.
    pub secret: String,
    /// What forms of this session carry.
    pub csrf: Csrf,
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedIn").field("method", &self.method).finish_non_exhaustive()
    }
}

impl Access {
    /// Signs somebody in by name and password.
    ///
    /// # Errors
    /// [`AccessError::WrongPassword`], [`AccessError::Throttled`] after too many of them, or when state
    /// fails.
    pub async fn sign_in(
        &self,
        name: &str,
        password: &str,
        address: IpAddr,
    ) -> Result<SignedIn, AccessError> {
        let (id, now) = (person_id(name), self.now());
        self.throttle().admit(&id, address, now).map_err(AccessError::Throttled)?;
        let person = self.read_person(&id).await?.map(|(person, _)| person);
        let right = self.is_password(person.as_ref(), password).await?;
        match person.filter(|person| right && !person.disabled) {
            Some(person) => self.begin(person, Method::Password).await,
            None => {
                self.throttle().failed(&id, address, now);
                Err(AccessError::WrongPassword)
            }
        }
    }

    /// Signs somebody in by a link that is good once.
    ///
    /// # Errors
    /// [`AccessError::WrongLink`], or when state fails.
    pub async fn sign_in_by_link(&self, secret: &str) -> Result<SignedIn, AccessError> {
        let person = self.use_link(secret).await?;
        self.begin(person, Method::Link).await
    }

    pub(crate) async fn begin(
        &self,
        person: Person,
        method: Method,
    ) -> Result<SignedIn, AccessError> {
        self.sweep_now_and_then();
        let (secret, now) = (fresh_secret(), self.now());
        let stored = Stored {
            person: person.id.clone(),
            generation: person.generation,
            created_at: now,
            seen_at: now,
            method,
        };
        let name = place(PREFIX, &secret);
        self.state().compare_and_swap(&name, None, Some(&bytes(&stored))).await?;
        let csrf = Csrf::of(&secret);
        Ok(SignedIn { person, method, secret, csrf })
    }

    /// Who comes with this session.
    ///
    /// # Errors
    /// [`AccessError::NoSession`] for anything but a living one.
    pub async fn session(&self, secret: &str) -> Result<Pass, AccessError> {
        if secret.len() > SECRET_CHARS_MAX {
            return Err(AccessError::NoSession);
        }
        let now = self.now();
        let known = self.known_session(secret, now).await?;
        let seen_at = known.seen_at.load(Ordering::Relaxed);
        let ending = known.life.ending().or_else(|| over(known.stored.created_at, seen_at, now));
        if ending.is_some() {
            return Err(AccessError::NoSession);
        }
        self.note_seen(secret, &known, now).await?;
        let credential = Credential::Session(secret.to_owned());
        let life = Arc::clone(&known.life);
        let until = Some(known.stored.created_at + ABSOLUTE_SECONDS);
        Ok(Pass {
            principal: known.person.principal(),
            scopes: Scopes::default(),
            via: Via::Session {
                csrf: Csrf::of(secret),
                method: known.stored.method,
                must_change: known.person.must_change,
            },
            standing: Standing { life, credential, access: self.clone(), until },
        })
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When state fails; a session that is not there is no error.
    pub async fn sign_out(&self, secret: &str) -> Result<(), AccessError> {
        let name = place(PREFIX, secret);
        while let Some(stored) = self.state().get(&name).await? {
            if self.state().compare_and_swap(&name, Some(&stored), None).await? {
                break;
            }
        }
        if let Some(known) = self.known_sessions().remove(&cached_as(secret)) {
            known.life.end(Ending::SignedOut);
        }
        Ok(())
    }

    /// Removes sessions and links that are over.
    ///
    /// # Errors
    /// When state fails.
    pub async fn sweep(&self) -> Result<usize, AccessError> {
        let now = self.now();
        let mut swept = 0;
        let sessions = self.state().scan(PREFIX.as_bytes()).await?.into_iter().filter(|row| {
            let stored = serde_json::from_slice::<Stored>(&row.1);
            stored.map_or(true, |stored| over(stored.created_at, stored.seen_at, now).is_some())
        });
        let links = self.state().scan(link::PREFIX.as_bytes()).await?.into_iter().filter(|row| {
            serde_json::from_slice::<link::Link>(&row.1).map_or(true, |link| link.until <= now)
        });
        let pending = self.state().scan(oidc::PREFIX.as_bytes()).await?;
        let pending = pending.into_iter().filter(|row| oidc::is_over(&row.1, now));
        for (name, value) in sessions.chain(links).chain(pending).collect::<Vec<_>>() {
            swept += usize::from(self.state().compare_and_swap(&name, Some(&value), None).await?);
        }
        Ok(swept)
    }

    pub(crate) fn end_sessions_of(&self, person: &str, ending: Ending) {
        let removed = self.known_sessions().remove_all(|known| known.stored.person == person);
        removed.iter().for_each(|known| known.life.end(ending));
    }

    /// Whether a session has ended, by the state store itself.
    pub(crate) async fn ending_of_session(
        &self,
        secret: &str,
    ) -> Result<Option<Ending>, AccessError> {
        match self.read_session(secret).await {
            Ok((person, stored)) => {
                // Something is under way, so it is in use.
                let over = over(stored.created_at, self.now(), self.now());
                let changed = person.disabled || person.generation != stored.generation;
                Ok(over.or(changed.then_some(Ending::Revoked)))
            }
            Err(AccessError::NoSession) => Ok(Some(Ending::SignedOut)),
            Err(error) => Err(error),
        }
    }

    async fn known_session(
        &self,
        secret: &str,
        now: i64,
    ) -> Result<Arc<KnownSession>, AccessError> {
        let cached = cached_as(secret);
        let (before, seen) = self.known_sessions().get(&cached);
        if let Some(known) = &before
            && (0..FRESH_S).contains(&(now - known.read_at))
        {
            return Ok(Arc::clone(known));
        }
        let life = before.as_ref().map_or_else(Arc::default, |known| Arc::clone(&known.life));
        let (person, stored) = self.read_session(secret).await?;
        if person.disabled || person.generation != stored.generation {
            life.end(Ending::Revoked);
        }
        let seen_at = AtomicI64::new(stored.seen_at);
        let known = Arc::new(KnownSession { person, stored, read_at: now, seen_at, life });
        self.known_sessions().put(&cached, Arc::clone(&known), seen);
        Ok(known)
    }

    async fn read_session(&self, secret: &str) -> Result<(Person, Stored), AccessError> {
        let stored = self.state().get(&place(PREFIX, secret)).await?;
        let stored: Option<Stored> = stored.and_then(|stored| serde_json::from_slice(&stored).ok());
        let stored = stored.ok_or(AccessError::NoSession)?;
        let person = self.read_person(&stored.person).await?.map(|(person, _)| person);
        Ok((person.ok_or(AccessError::NoSession)?, stored))
    }

    async fn note_seen(
        &self,
        secret: &str,
        known: &KnownSession,
        now: i64,
    ) -> Result<(), AccessError> {
        if now - known.seen_at.load(Ordering::Relaxed) < SEEN_EVERY_S {
            return Ok(());
        }
        let name = place(PREFIX, secret);
        let Some(before) = self.state().get(&name).await? else {
            return Err(AccessError::NoSession);
        };
        let stored = Stored { seen_at: now, ..known.stored.clone() };
        // Another request of the session may have written it at the same moment, which is as good.
        self.state().compare_and_swap(&name, Some(&before), Some(&bytes(&stored))).await?;
        known.seen_at.store(now, Ordering::Relaxed);
        Ok(())
    }
}

/// Why a session is over at `now`, if so.
fn over(created_at: i64, seen_at: i64, now: i64) -> Option<Ending> {
    let over = now - created_at >= ABSOLUTE_SECONDS || now - seen_at >= IDLE_SECONDS;
    over.then_some(Ending::Expired)
}

/// Memory holds no secret longer than it must.
fn cached_as(secret: &str) -> String {
    String::from_utf8(place("", secret)).unwrap_or_default()
}

/// Serialising strings and numbers cannot fail; an empty value would read as no session.
fn bytes(stored: &Stored) -> Vec<u8> {
    serde_json::to_vec(stored).unwrap_or_default()
}
