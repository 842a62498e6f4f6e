//! Keys in a place that several gateways reach: one object of 128 bytes for each person.
//!
//! An object holds what a slot of the key file does: a key, what is left of one that was erased, or
//! zeros once the erasure is on record. Each change replaces what was seen, so of two gateways that
//! change one person's object at once one succeeds and the other looks again.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::{
    Subject, VaultError,
    keys::Keys,
    reach::Reach,
    slots::{Ground, Live, SLOT_BYTES, Slot, Tombstone},
};
use crate::place::Seen;

/// Where the objects lie.
const FOLDER: &str = "vault/keys";
/// So many are read at once.
const AT_ONCE: usize = 16;
/// An erasure that is not on record after this was cut off: recording takes far less.
const UNDER_WAY_MAX: Duration = Duration::from_secs(60);
/// Whoever loses so often against others gives up.
const TRIES: usize = 32;

/// The keys, and those of them that were read already.
#[derive(Debug)]
pub(super) struct SharedKeys {
    reach: Reach,
    known: Mutex<HashMap<Subject, Live>>,
}

/// A person's object.
struct Found {
    seen: Option<Seen>,
    slot: Slot,
}

impl SharedKeys {
    pub(super) fn on(reach: Reach) -> Self {
        Self { reach, known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Subject, Live>> {
        // What is remembered is whole at any time.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, subject: Subject) -> Result<Found, VaultError> {
        let seen = self.reach.ask(|place| async move { place.read(&name(subject)).await })?;
        let slot = seen.as_ref().map_or(Ok(Slot::Free), |seen| decode(subject, &seen.bytes))?;
        Ok(Found { seen, slot })
    }

    /// Puts other bytes in the place of what was seen; `false` when somebody was quicker.
    fn replace(
        &self,
        subject: Subject,
        seen: Option<Seen>,
        bytes: [u8; SLOT_BYTES],
    ) -> Result<bool, VaultError> {
        let bytes = bytes.to_vec();
        self.reach.ask(|place| async move {
            match seen {
                Some(seen) => place.swap_wiping(&name(subject), &seen, bytes).await,
                None => place.swap(&name(subject), None, bytes).await,
            }
        })
    }

    fn everybody(&self) -> Result<Vec<(Subject, Seen)>, VaultError> {
        self.reach.ask(|place| async move {
            let subjects = place.below(FOLDER).await?.objects.into_iter();
            let subjects = subjects.filter_map(|name| name.parse::<Subject>().ok());
            let read = |subject| {
                let place = &place;
                async move {
                    let seen = place.read(&name(subject)).await?;
                    Ok(seen.map(|seen| (subject, seen)))
                }
            };
            let read = stream::iter(subjects).map(read).buffer_unordered(AT_ONCE);
            read.try_filter_map(|found| async move { Ok(found) }).try_collect().await
        })
    }
}

impl Keys for SharedKeys {
    fn find(&self, subject: Subject) -> Result<Option<Live>, VaultError> {
        if let Some(live) = self.known().get(&subject) {
            return Ok(Some(*live));
        }
        let Slot::Live(_, live) = self.read(subject)?.slot else { return Ok(None) };
        self.known().insert(subject, live);
        Ok(Some(live))
    }

    fn stands(&self, subject: Subject, live: &Live) -> Result<bool, VaultError> {
        let found = self.read(subject)?.slot;
        let stands =
            matches!(found, Slot::Live(_, now) if now.encode(subject) == live.encode(subject));
        if !stands {
            self.forget(subject);
        }
        Ok(stands)
    }

    fn forget(&self, subject: Subject) {
        self.known().remove(&subject);
    }

    fn all(&self) -> Result<Vec<(Subject, Live)>, VaultError> {
        let mut all = Vec::new();
        for (subject, seen) in self.everybody()? {
            if let Slot::Live(_, live) = decode(subject, &seen.bytes)? {
                all.push((subject, live));
            }
        }
        Ok(all)
    }

    fn erased(&self) -> Result<Vec<(Subject, Tombstone)>, VaultError> {
        let mut erased = Vec::new();
        for (subject, seen) in self.everybody()? {
            if let Slot::Erased(_, tombstone) = decode(subject, &seen.bytes)?
                && seen.age() > UNDER_WAY_MAX
            {
                erased.push((subject, tombstone));
            }
        }
        Ok(erased)
    }

    fn add(&mut self, subject: Subject, live: Live) -> Result<(), VaultError> {
        for _ in 0..TRIES {
            let Found { seen, slot } = self.read(subject)?;
            match slot {
                Slot::Erased(..) => return Err(VaultError::Erasing),
                Slot::Live(_, theirs) => {
                    self.known().insert(subject, theirs);
                    return Ok(());
                }
                _ if self.replace(subject, seen, live.encode(subject))? => {
                    self.known().insert(subject, live);
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(contended(subject))
    }

    fn erase(&mut self, subject: Subject, ground: Ground) -> Result<bool, VaultError> {
        self.forget(subject);
        for _ in 0..TRIES {
            let Found { seen, slot } = self.read(subject)?;
            let Slot::Live(_, live) = slot else { return Ok(false) };
            let tombstone = Tombstone { ground, log_size: live.log_size };
            if self.replace(subject, seen, tombstone.encode(subject))? {
                return Ok(true);
            }
        }
        Err(contended(subject))
    }

    fn free(&mut self, subject: Subject) -> Result<(), VaultError> {
        for _ in 0..TRIES {
            let Found { seen, slot } = self.read(subject)?;
            if !matches!(slot, Slot::Erased(..)) || self.replace(subject, seen, [0; SLOT_BYTES])? {
                return Ok(());
            }
        }
        Err(contended(subject))
    }

    /// A write that failed is looked at again by the next: nothing is remembered that may be wrong.
    fn stopped(&self) -> Option<String> {
        None
    }
}

fn name(subject: Subject) -> String {
    format!("{FOLDER}/{subject}")
}

/// An object is replaced as a whole, so nothing in it is ever torn.
fn decode(subject: Subject, bytes: &[u8]) -> Result<Slot, VaultError> {
    let slot = bytes.try_into().ok().and_then(Slot::decode);
    let whole = slot.filter(|slot| match slot {
        Slot::Free => true,
        Slot::Live(whose, _) | Slot::Erased(whose, _) => *whose == subject,
        Slot::TornFree | Slot::TornErasure(..) => false,
    });
    let damaged = || VaultError::Elsewhere(format!("the key of {subject} is damaged"));
    whole.ok_or_else(damaged)
}

fn contended(subject: Subject) -> VaultError {
    VaultError::Elsewhere(format!("others change the key of {subject} all the time"))
}
