//! How far the log was followed on a vault that several gateways share, noted beside the vault.
//!
//! Each gateway knows how far it has read the log. If what they share is put back from a backup, that is
//! too far: the erasures since are to be repeated. The note comes from the backup, too, and tells.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{VaultError, reach::Reach};

const NOTE: &str = "vault/followed";
/// The note may be behind by as many records as are read quickly again.
const BEHIND_MAX: u64 = 4096;

/// The note, and whether it was read since the program began.
#[derive(Debug)]
pub(super) struct Progress {
    reach: Reach,
    begun: AtomicBool,
}

impl Progress {
    pub(super) const fn on(reach: Reach) -> Self {
        Self { reach, begun: AtomicBool::new(false) }
    }

    /// From which record on to follow, for a gateway that knows all before `own`.
    pub(super) fn begin(&self, own: u64) -> Result<u64, VaultError> {
        if self.begun.load(Ordering::SeqCst) {
            return Ok(own);
        }
        let note = self.reach.ask(|place| async move { place.read(NOTE).await })?;
        self.begun.store(true, Ordering::SeqCst);
        Ok(own.min(note.map_or(0, |note| number(&note.bytes))))
    }

    /// Notes that everything before `followed` was done, at once if an erasure was among it.
    pub(super) fn reached(&self, followed: u64, erased: bool) -> Result<(), VaultError> {
        self.reach.ask(|place| async move {
            let seen = place.read(NOTE).await?;
            let known = seen.as_ref().map_or(0, |note| number(&note.bytes));
            if followed > known && (erased || followed - known >= BEHIND_MAX) {
                // Where another gateway was quicker, its note is as good.
                let note = followed.to_string().into_bytes();
                place.swap(NOTE, seen.as_ref(), note).await?;
            }
            Ok(())
        })
    }
}

/// What cannot be read is a note of nothing: then everything is followed again.
fn number(bytes: &[u8]) -> u64 {
    std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok()).unwrap_or_default()
}
