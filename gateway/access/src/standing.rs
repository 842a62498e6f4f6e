//! Whether what somebody came in with still counts, for whatever takes longer than a moment.

use std::{fmt, sync::Arc, time::Duration};

use tokio::sync::watch;

use crate::Access;

/// How often what takes long asks the state store again: another gateway may have ended a key.
pub(crate) const RECHECK: Duration = Duration::from_secs(15);
/// So many failed questions in a row end it.
const UNCONFIRMED_MAX: u32 = 3;

/// Why a key or session counts no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// The key was revoked, or its person was disabled.
    Revoked,
    /// Its time is over.
    Expired,
    /// The person has signed out.
    SignedOut,
    /// The state store does not say: whoever cannot be confirmed does not go on.
    Unconfirmed,
}

impl Ending {
    /// A short code for records and answers.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Revoked => "key_revoked",
            Self::Expired => "key_expired",
            Self::SignedOut => "signed_out",
            Self::Unconfirmed => "key_unconfirmed",
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Revoked => "The key was revoked while this was under way; nothing more is sent.",
            Self::Expired => "The key has expired while this was under way; nothing more is sent.",
            Self::SignedOut => "The session has ended while this was under way.",
            Self::Unconfirmed => "Whether the key still counts cannot be found out: ask again.",
        })
    }
}

/// The life of a key or session in this process, shared by all who came in with it.
#[derive(Debug)]
pub(crate) struct Life(watch::Sender<Option<Ending>>);

impl Default for Life {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Life {
    /// Tells everybody; the first reason stays.
    pub(crate) fn end(&self, ending: Ending) {
        self.0.send_if_modified(|told| {
            let first = told.is_none();
            told.get_or_insert(ending);
            first
        });
    }

    pub(crate) fn ending(&self) -> Option<Ending> {
        *self.0.borrow()
    }
}

/// What somebody came in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Credential {
    /// A key, by its id.
    Key(String),
    /// A session, by its secret.
    Session(String),
}

/// A handle to ask, or to wait for, the end of a key or session.
#[derive(Clone)]
pub struct Standing {
    pub(crate) life: Arc<Life>,
    pub(crate) credential: Credential,
    pub(crate) access: Access,
    /// When it ends by itself, in seconds since 1970.
    pub(crate) until: Option<i64>,
}

impl Standing {
    /// Whether it has ended, as far as this process knows; costs nothing.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        let over = self.until.is_some_and(|until| until <= self.access.now());
        self.life.ending().or_else(|| over.then_some(Ending::Expired))
    }

    /// Returns when it has ended: at once if this process ends it, within 15 seconds if another does,
    /// within a minute if the state store does not answer.
    pub async fn ended(&self) -> Ending {
        let mut told = self.life.0.subscribe();
        let mut unconfirmed = 0;
        loop {
            if let Some(ending) = self.ending() {
                return ending;
            }
            tokio::select! {
                // The sender lives as long as this handle does.
                _ = told.changed() => continue,
                () = tokio::time::sleep(self.pause()) => {}
            }
            match self.access.ending_of(&self.credential).await {
                Ok(None) => unconfirmed = 0,
                Ok(Some(ending)) => self.life.end(ending),
                Err(error) => {
                    tracing::warn!(%error, "a key under way could not be confirmed");
                    unconfirmed += 1;
                    if unconfirmed >= UNCONFIRMED_MAX {
                        return Ending::Unconfirmed;
                    }
                }
            }
        }
    }

    fn pause(&self) -> Duration {
        let left = self.until.map(|until| until.saturating_sub(self.access.now()));
        let left = left.and_then(|left| u64::try_from(left).ok()).map(Duration::from_secs);
        left.map_or(RECHECK, |left| left.clamp(Duration::from_millis(100), RECHECK))
    }
}

impl fmt::Debug for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Standing({:?})", self.life.ending())
    }
}
