//! Who may: API keys, people and their sessions, roles and scopes, limits, budgets and turns.
//!
//! [`Access`] is the door. It lets somebody in by a key ([`keys`]) or by a session ([`session`]) and
//! gives a [`Pass`]; the pass says what they may ([`permission`], [`scope`]), and its [`Standing`] ends
//! what takes long when the key or the person does. [`limit`] counts how much they may, [`turns`] shares
//! what is scarce among tenants. [`oidc`] lets a provider of identities vouch for people.
//!
//! Everything is kept in [`audit::StateStore`], so any number of gateways share it. What was read counts
//! for 20 seconds: what one gateway ends, the others see within that time, and at once in its own
//! process.

mod cache;
pub mod clock;
pub mod cookie;
pub mod csrf;
pub mod error;
pub mod key;
pub mod keys;
pub mod limit;
pub mod link;
pub mod oidc;
pub mod pass;
pub mod password;
pub mod people;
pub mod permission;
pub mod person;
pub mod scope;
pub mod session;
pub mod standing;
mod throttle;
mod token;
pub mod turns;

#[cfg(test)]
#[path = "../tests/memory/mod.rs"]
mod memory;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use audit::StateStore;
use cache::Cache;
pub use clock::Clock;
pub use cookie::Cookies;
pub use csrf::Csrf;
pub use error::AccessError;
pub use key::{Key, NewKey};
pub use limit::{Amount, Budget, Limits, OverLimit, Unit};
pub use pass::{Pass, Via};
pub use people::Disabled;
pub use permission::{Act, Denied};
pub use person::{Identity, NewPerson, Person, person_id};
pub use scope::{Scope, Scopes};
pub use session::{Method, SignedIn};
use standing::Credential;
pub use standing::{Ending, Standing};
use throttle::Throttle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};
pub use turns::{Turn, Turns};

/// Keys that are remembered for 20 seconds.
const KEYS_MAX: usize = 200_000;
/// Sessions that are remembered for 20 seconds.
const SESSIONS_MAX: usize = 10_000;
/// Passwords that are hashed at once: each takes 19 MiB.
const HASHING_MAX: usize = 2;
/// Uses of keys that are noted at once.
const NOTING_MAX: usize = 4;
/// What is over is swept at every so many sign-ins.
const SWEEP_EVERY: u32 = 64;

/// Keys, people and sessions of an installation; a clone is the same room.
#[derive(Clone)]
pub struct Access(Arc<Room>);

struct Room {
    state: Arc<dyn StateStore>,
    clock: Clock,
    keys: Cache<Arc<keys::KnownKey>>,
    sessions: Cache<Arc<session::KnownSession>>,
    throttle: Throttle,
    hashing: Arc<Semaphore>,
    noting: Arc<Semaphore>,
    sign_ins: AtomicU32,
}

impl Access {
    /// What is kept in `state`, by the machine's clock.
    #[must_use]
    pub fn new(state: Arc<dyn StateStore>) -> Self {
        Self::with_clock(state, Clock::default())
    }

    /// The same by another clock.
    #[must_use]
    pub fn with_clock(state: Arc<dyn StateStore>, clock: Clock) -> Self {
        Self(Arc::new(Room {
            state,
            clock,
            keys: Cache::new(KEYS_MAX),
            sessions: Cache::new(SESSIONS_MAX),
            throttle: Throttle::default(),
            hashing: Arc::new(Semaphore::new(HASHING_MAX)),
            noting: Arc::new(Semaphore::new(NOTING_MAX)),
            sign_ins: AtomicU32::new(0),
        }))
    }

    /// Seconds since 1970, by its clock.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.0.clock.now()
    }

    pub(crate) fn state(&self) -> &dyn StateStore {
        &*self.0.state
    }

    fn known_keys(&self) -> &Cache<Arc<keys::KnownKey>> {
        &self.0.keys
    }

    fn known_sessions(&self) -> &Cache<Arc<session::KnownSession>> {
        &self.0.sessions
    }

    fn throttle(&self) -> &Throttle {
        &self.0.throttle
    }

    fn noting(&self) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        Arc::clone(&self.0.noting).try_acquire_owned()
    }

    /// Does what takes tens of milliseconds beside the requests, few at once.
    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AccessError> {
        let stopped = || AccessError::Invalid("the program is ending".to_owned());
        let turn = Arc::clone(&self.0.hashing).acquire_owned().await.map_err(|_| stopped())?;
        let done = tokio::task::spawn_blocking(work).await.map_err(|_| stopped());
        drop(turn);
        done
    }

    fn sweep_now_and_then(&self) {
        let due = self.0.sign_ins.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == 0;
        let (true, Ok(runtime)) = (due, tokio::runtime::Handle::try_current()) else { return };
        let access = self.clone();
        runtime.spawn(async move {
            if let Err(error) = access.sweep().await {
                tracing::warn!(%error, "sessions that are over could not be removed");
            }
        });
    }

    async fn ending_of(&self, credential: &Credential) -> Result<Option<Ending>, AccessError> {
        match credential {
            Credential::Key(id) => self.ending_of_key(id).await,
            Credential::Session(secret) => self.ending_of_session(secret).await,
        }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("state", &self.0.state).finish_non_exhaustive()
    }
}
