//! What follows from the log for the vault: which holds are in force, and who was erased.
//!
//! The log is the truth. At every start the records since the last one are read, so a vault that
//! was restored from an older backup loses again what was erased since, before anything is served.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};

use super::{Hold, VaultError};
use crate::{Event, Record, disk};

/// How far the log has been followed, and the holds up to there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ledger {
    /// Records followed.
    pub(super) followed: u64,
    pub(super) holds: Vec<Hold>,
}

impl Ledger {
    /// Reads the ledger; one that is missing or unreadable starts again from the log's first record.
    pub(super) fn read(path: &Path) -> Result<Self, VaultError> {
        match fs::read(path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(VaultError::file(path, &error)),
        }
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), VaultError> {
        // Numbers, codes and names cannot fail to serialise; an unreadable ledger starts again.
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        disk::replace(path, &bytes).map_err(|error| VaultError::file(path, &error))
    }

    /// Takes note of a hold; doing so again changes nothing.
    pub(super) fn apply(&mut self, index: u64, record: &Record) {
        let Some(vault) = &record.vault else { return };
        match (record.event, &vault.scope, vault.about) {
            (Event::HoldAdded, Some(scope), _) if !self.names(index) => {
                let reason = record.detail.clone().unwrap_or_default();
                let (tenant, scope) = (record.tenant.clone(), scope.clone());
                self.holds.push(Hold { index, tenant, scope, reason });
            }
            (Event::HoldReleased, _, Some(about)) => {
                self.holds.retain(|hold| hold.index != about);
            }
            _ => {}
        }
    }
    fn names(&self, index: u64) -> bool {
        self.holds.iter().any(|hold| hold.index == index)
    }
}
