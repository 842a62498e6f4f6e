//! Making, checking, rotating and ending keys.
//!
//! What was read of a key counts for 20 seconds, so a request costs the same with a hundred keys and
//! with a hundred thousand. This process sees at once what it changes itself; what another gateway
//! changes it sees when those seconds are over.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use types::Principal;

use crate::{
    Access, AccessError, Ending, Key, NewKey, Pass, Scopes, Standing, Via,
    cache::Seen,
    key::Previous,
    standing::{Credential, Life},
    token::{Token, fresh_id, fresh_secret, hashed},
};

const PREFIX: &str = "key/";
/// When a key was last used is kept apart: a busy key must not be rewritten.
const USED_PREFIX: &str = "key-used/";
/// How long what was read counts.
pub(crate) const FRESH_S: i64 = 20;
/// The use of a key is noted again after so long.
const USED_EVERY_S: i64 = 600;

/// A key as it was read lately.
#[derive(Debug)]
pub(crate) struct KnownKey {
    key: Key,
    read_at: i64,
    noted_at: AtomicI64,
    life: Arc<Life>,
}

impl Access {
    /// Makes a key for all that its role may, and gives its text, which is not stored.
    ///
    /// # Errors
    /// [`AccessError::State`] when the key cannot be stored.
    pub async fn create(&self, principal: Principal) -> Result<(Key, String), AccessError> {
        let scopes = Scopes::default();
        self.create_key(NewKey { principal, scopes, expires_at: None }).await
    }

    /// Makes a key and gives its text, which is not stored.
    ///
    /// # Errors
    /// [`AccessError::Invalid`] when it would have expired already; [`AccessError::State`] when it
    /// cannot be stored.
    pub async fn create_key(&self, new: NewKey) -> Result<(Key, String), AccessError> {
        let now = self.now();
        if new.expires_at.is_some_and(|until| until <= now) {
            let text = "this key would have expired already: give a time that is to come";
            return Err(AccessError::Invalid(text.to_owned()));
        }
        let (id, secret) = (fresh_id(), fresh_secret());
        let key = Key {
            id: id.clone(),
            principal: new.principal,
            secret_sha256: hashed(&secret),
            revoked: false,
            scopes: new.scopes,
            created_at: Some(now),
            expires_at: new.expires_at,
            last_used_at: None,
            previous: None,
        };
        if !self.state().compare_and_swap(&name(&id), None, Some(&bytes(&key))).await? {
            return Err(AccessError::UnknownKey); // 48 bits collided: ask again
        }
        Ok((key, text(&id, &secret)))
    }

    /// Who presents this key.
    ///
    /// # Errors
    /// [`AccessError::UnknownKey`] for anything but a valid key.
    pub async fn authenticate(&self, token: &str) -> Result<Pass, AccessError> {
        let Token { id, secret } = Token::parse(token).ok_or(AccessError::UnknownKey)?;
        let now = self.now();
        let known = self.known_key(id, now).await?;
        let ended = known.life.ending().or_else(|| known.key.ending(now));
        if ended.is_some() || !known.key.proves(secret, now) {
            return Err(AccessError::UnknownKey);
        }
        self.note_use(&known, now);
        Ok(Pass {
            principal: known.key.principal.clone(),
            scopes: known.key.scopes.clone(),
            via: Via::Key(known.key.id.clone()),
            standing: Standing {
                life: Arc::clone(&known.life),
                credential: Credential::Key(known.key.id.clone()),
                access: self.clone(),
                until: known.key.expires_at,
            },
        })
    }

    /// Every key, also ended ones.
    ///
    /// # Errors
    /// [`AccessError::State`] when they cannot be read.
    pub async fn list(&self) -> Result<Vec<Key>, AccessError> {
        let rows = self.state().scan(PREFIX.as_bytes()).await?;
        let mut keys: Vec<Key> =
            rows.iter().filter_map(|(_, value)| serde_json::from_slice(value).ok()).collect();
        for (name, value) in self.state().scan(USED_PREFIX.as_bytes()).await? {
            let id = name.get(USED_PREFIX.len()..).unwrap_or_default();
            let at = keys.binary_search_by(|key| key.id.as_bytes().cmp(id)).ok();
            if let Some(key) = at.and_then(|at| keys.get_mut(at)) {
                key.last_used_at = seconds(&value);
            }
        }
        Ok(keys)
    }

    /// Ends a key at once.
    ///
    /// # Errors
    /// [`AccessError::UnknownKey`] when there is none of this id.
    pub async fn revoke(&self, id: &str) -> Result<Key, AccessError> {
        let revoked = self.change(id, |key| key.revoked = true).await?;
        if let Some(known) = self.known_keys().remove(id) {
            known.life.end(Ending::Revoked);
        }
        Ok(revoked)
    }

    /// Gives a key a new secret; the one before stays good for `overlap_s` seconds.
    ///
    /// # Errors
    /// [`AccessError::UnknownKey`] when there is none of this id, or it has ended.
    pub async fn rotate(&self, id: &str, overlap_s: u32) -> Result<(Key, String), AccessError> {
        let now = self.now();
        let secret = fresh_secret();
        let fresh = hashed(&secret);
        if self.read_key(id).await?.0.ending(now).is_some() {
            return Err(AccessError::UnknownKey);
        }
        let rotated = self
            .change(id, |key| {
                let until = now.saturating_add(i64::from(overlap_s));
                let old = std::mem::replace(&mut key.secret_sha256, fresh);
                key.previous = (overlap_s > 0).then_some(Previous { secret_sha256: old, until });
            })
            .await?;
        self.known_keys().remove(id);
        Ok((rotated, text(id, &secret)))
    }

    /// Whether a key has ended, by the state store itself.
    pub(crate) async fn ending_of_key(&self, id: &str) -> Result<Option<Ending>, AccessError> {
        match self.read_key(id).await {
            Ok((key, _)) => match key.ending(self.now()) {
                None => self.ending_by_person(&key.principal).await,
                ending => Ok(ending),
            },
            Err(AccessError::UnknownKey) => Ok(Some(Ending::Revoked)),
            Err(error) => Err(error),
        }
    }

    /// What is known of a key, read again when it is too old.
    async fn known_key(&self, id: &str, now: i64) -> Result<Arc<KnownKey>, AccessError> {
        let (before, seen) = self.known_keys().get(id);
        match before {
            Some(known) if (0..FRESH_S).contains(&(now - known.read_at)) => Ok(known),
            before => self.read_again(id, now, before, seen).await,
        }
    }

    async fn read_again(
        &self,
        id: &str,
        now: i64,
        before: Option<Arc<KnownKey>>,
        seen: Seen,
    ) -> Result<Arc<KnownKey>, AccessError> {
        let (key, _) = self.read_key(id).await?;
        // Who came in with the key before hears of its end through the same life.
        let life = before.as_ref().map_or_else(Arc::default, |known| Arc::clone(&known.life));
        let ending = match key.ending(now) {
            None => self.ending_by_person(&key.principal).await?,
            ending => ending,
        };
        if let Some(ending) = ending {
            life.end(ending);
        }
        let noted = before.map_or(0, |known| known.noted_at.load(Ordering::Relaxed));
        let known = Arc::new(KnownKey { key, read_at: now, noted_at: AtomicI64::new(noted), life });
        self.known_keys().put(id, Arc::clone(&known), seen);
        Ok(known)
    }

    /// Notes beside the request that a key is in use; whoever comes while a few are being noted is
    /// noted at the next use.
    fn note_use(&self, known: &Arc<KnownKey>, now: i64) {
        let noted = known.noted_at.load(Ordering::Relaxed);
        if now - noted < USED_EVERY_S {
            return;
        }
        let (Ok(turn), Ok(runtime)) = (self.noting(), tokio::runtime::Handle::try_current()) else {
            return;
        };
        known.noted_at.store(now, Ordering::Relaxed);
        let (access, known) = (self.clone(), Arc::clone(known));
        runtime.spawn(async move {
            if let Err(error) = access.write_use(&known.key.id, now).await {
                tracing::warn!(%error, "the use of a key was not noted");
            }
            drop(turn);
        });
    }

    async fn write_use(&self, id: &str, now: i64) -> Result<(), AccessError> {
        let name = format!("{USED_PREFIX}{id}").into_bytes();
        let stored = self.state().get(&name).await?;
        let last = stored.as_deref().and_then(seconds);
        if last.is_none_or(|last| now - last >= USED_EVERY_S) {
            let value = now.to_string().into_bytes();
            // Another gateway may have noted it at the same moment, which is as good.
            self.state().compare_and_swap(&name, stored.as_deref(), Some(&value)).await?;
        }
        Ok(())
    }

    async fn change(&self, id: &str, change: impl Fn(&mut Key)) -> Result<Key, AccessError> {
        loop {
            let (mut key, stored) = self.read_key(id).await?;
            change(&mut key);
            let new = bytes(&key);
            if self.state().compare_and_swap(&name(id), Some(&stored), Some(&new)).await? {
                return Ok(key);
            }
        }
    }

    async fn read_key(&self, id: &str) -> Result<(Key, Vec<u8>), AccessError> {
        // A longer id cannot be a stored key's name.
        if id.len() > 32 {
            return Err(AccessError::UnknownKey);
        }
        let stored = self.state().get(&name(id)).await?.ok_or(AccessError::UnknownKey)?;
        let key = serde_json::from_slice(&stored).map_err(|_| AccessError::UnknownKey)?;
        Ok((key, stored))
    }
}

fn name(id: &str) -> Vec<u8> {
    format!("{PREFIX}{id}").into_bytes()
}

fn text(id: &str, secret: &str) -> String {
    format!("imp_{id}_{secret}")
}

fn seconds(value: &[u8]) -> Option<i64> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// Serialising strings, booleans and digests cannot fail; an empty value would read as unknown.
fn bytes(key: &Key) -> Vec<u8> {
    serde_json::to_vec(key).unwrap_or_default()
}
