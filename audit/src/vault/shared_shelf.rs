//! Ciphertexts in a place that several gateways reach: one object for each, and one that says whose
//! it is, so that an id is found without asking for everybody.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use types::VaultId;

use super::{Subject, VaultError, reach::Reach, shelf::Shelf};
use crate::{ObjectError, Place};

const ORIGINALS: &str = "vault/originals";
const OWNERS: &str = "vault/owners";
/// So many are removed at once.
const AT_ONCE: usize = 16;

/// The shelf of all gateways.
#[derive(Debug)]
pub(super) struct SharedShelf {
    reach: Reach,
}

impl SharedShelf {
    pub(super) const fn on(reach: Reach) -> Self {
        Self { reach }
    }
}

impl Shelf for SharedShelf {
    fn write(&self, subject: Subject, id: VaultId, bytes: Vec<u8>) -> Result<(), VaultError> {
        let owner = (owner(id), subject.to_string().into_bytes());
        let new = vec![owner, (original(subject, id), bytes)];
        let created = self.reach.ask(|place| async move { place.create_all(new).await })?;
        if created.iter().all(|new| *new) {
            return Ok(());
        }
        Err(VaultError::Elsewhere(format!("something is kept under {id} already")))
    }

    fn read(&self, subject: Subject, id: VaultId) -> Result<Option<Vec<u8>>, VaultError> {
        let found =
            self.reach.ask(|place| async move { place.read(&original(subject, id)).await })?;
        Ok(found.map(|found| found.bytes))
    }

    fn beginning(
        &self,
        subject: Subject,
        id: VaultId,
        bytes: u64,
    ) -> Result<Option<Vec<u8>>, VaultError> {
        self.reach.ask(|place| async move { place.beginning(&original(subject, id), bytes).await })
    }

    fn owner(&self, id: VaultId) -> Result<Option<Subject>, VaultError> {
        self.reach.ask(|place| async move { owner_in(&place, id).await })
    }

    fn subjects(&self) -> Result<Vec<Subject>, VaultError> {
        let below = self.reach.ask(|place| async move { place.below(ORIGINALS).await })?;
        Ok(below.folders.iter().filter_map(|name| name.parse().ok()).collect())
    }

    fn ids(&self, subject: Subject) -> Result<Vec<VaultId>, VaultError> {
        self.reach.ask(|place| async move { ids_in(&place, subject).await })
    }

    fn remove(&self, ids: &[VaultId]) -> Result<u64, VaultError> {
        let ids = ids.to_vec();
        self.reach.ask(|place| async move {
            let each = stream::iter(ids).map(|id| {
                let place = &place;
                async move {
                    let Some(subject) = owner_in(place, id).await? else { return Ok(0) };
                    remove_in(place, subject, id).await
                }
            });
            let removed = each.buffer_unordered(AT_ONCE);
            removed.try_fold(0, |sum, one: u64| async move { Ok(sum + one) }).await
        })
    }

    fn remove_all(&self, subject: Subject) -> Result<(), VaultError> {
        self.reach.ask(|place| async move {
            let ids = ids_in(&place, subject).await?;
            let each = stream::iter(ids).map(|id| remove_in(&place, subject, id));
            each.buffer_unordered(AT_ONCE).try_for_each(|_| async { Ok(()) }).await
        })
    }

    /// Objects are stored whole or not at all.
    fn remove_unfinished(&self) -> Result<(), VaultError> {
        Ok(())
    }
}

async fn owner_in(place: &Place, id: VaultId) -> Result<Option<Subject>, ObjectError> {
    let found = place.read(&owner(id)).await?;
    let text = found.and_then(|found| String::from_utf8(found.bytes).ok());
    Ok(text.and_then(|text| text.parse().ok()))
}

async fn ids_in(place: &Place, subject: Subject) -> Result<Vec<VaultId>, ObjectError> {
    let below = place.below(&format!("{ORIGINALS}/{subject}")).await?;
    let mut ids: Vec<VaultId> = below.objects.iter().filter_map(|name| name.parse().ok()).collect();
    ids.sort_unstable();
    Ok(ids)
}

/// How many were there: none or one. The ciphertext goes first: whose it was says nothing alone.
async fn remove_in(place: &Place, subject: Subject, id: VaultId) -> Result<u64, ObjectError> {
    let was = place.beginning(&original(subject, id), 1).await?;
    place.remove(&original(subject, id)).await?;
    place.remove(&owner(id)).await?;
    Ok(u64::from(was.is_some()))
}

fn original(subject: Subject, id: VaultId) -> String {
    format!("{ORIGINALS}/{subject}/{id}")
}

fn owner(id: VaultId) -> String {
    format!("{OWNERS}/{id}")
}
