//! The key file: wrapped data keys in fixed slots that are overwritten in place.
//!
//! A key that was removed must not be readable anywhere in the file, so nothing is appended or
//! copied: a slot is written once, and erasing a key writes zeros over exactly those bytes and syncs
//! them before anybody is told. A crash may leave any beginning of a write behind:
//!
//! - of a new key: its last byte is still zero, nobody was told of it, so the slot is freed;
//! - of an erasure: once the state byte is written the key counts as erased, and opening the file
//!   completes the erasure; before that the slot is still what it was;
//! - of freeing a slot: its first byte is zero and it holds no key, so it is freed.
//!
//! Anything else is damage, and opening refuses. Slots of 128 bytes never straddle a sector.

mod slot;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    fmt, fs, io,
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

pub use slot::Ground;
pub(super) use slot::{Live, SLOT_BYTES, Slot, Tombstone};

use super::{Subject, VaultError};
use crate::disk::sync_folder;

/// The file grows by this many slots, 4 KiB.
const GROWTH_SLOTS: usize = 32;

/// The few operations that slots need of a file, so that tests can break each of them.
pub(super) trait SlotFile: fmt::Debug + Send + Sync {
    /// Writes at an offset; may leave any beginning of `bytes` when it fails.
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Returns when earlier writes are durable.
    fn sync(&mut self) -> io::Result<()>;
}

impl SlotFile for fs::File {
    fn write(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

/// The slots of an open key file.
#[derive(Debug)]
pub(super) struct Slots {
    path: PathBuf,
    file: Box<dyn SlotFile>,
    live: HashMap<Subject, (usize, Live)>,
    erased: HashMap<Subject, (usize, Tombstone)>,
    free: Vec<usize>,
    count: usize,
    stopped: Option<String>,
}

impl Slots {
    /// Opens or makes the file; erasures that a crash has interrupted are completed.
    pub(super) fn open(path: &Path) -> Result<Self, VaultError> {
        let failed = |error: io::Error| VaultError::file(path, &error);
        let mut options = fs::OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(path).map_err(failed)?;
        path.parent().map_or(Ok(()), sync_folder).map_err(failed)?;
        let image = fs::read(path).map_err(failed)?;
        Self::read(path, Box::new(file), &image)
    }

    /// The slots in `image`, which is what `file` holds.
    pub(super) fn read(
        path: &Path,
        file: Box<dyn SlotFile>,
        image: &[u8],
    ) -> Result<Self, VaultError> {
        let mut slots = Self {
            path: path.to_path_buf(),
            file,
            live: HashMap::new(),
            erased: HashMap::new(),
            free: Vec::new(),
            count: image.len().div_ceil(SLOT_BYTES),
            stopped: None,
        };
        for (index, bytes) in image.chunks(SLOT_BYTES).enumerate() {
            // A file that was growing when the power went ends within a slot of zeros.
            let mut whole = [0; SLOT_BYTES];
            whole.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
            match Slot::decode(&whole).ok_or(VaultError::Damaged { slot: index })? {
                Slot::Free => slots.free.push(index),
                Slot::Live(subject, live) => drop(slots.live.insert(subject, (index, live))),
                Slot::Erased(subject, tombstone) => {
                    slots.erased.insert(subject, (index, tombstone));
                }
                Slot::TornFree => {
                    slots.write(index, &[0; SLOT_BYTES])?;
                    slots.free.push(index);
                }
                Slot::TornErasure(subject, tombstone) => {
                    slots.write(index, &tombstone.encode(subject))?;
                    slots.erased.insert(subject, (index, tombstone));
                }
            }
        }
        // The lowest slot is taken first.
        slots.free.reverse();
        Ok(slots)
    }

    /// A person's wrapped key.
    pub(super) fn live(&self, subject: Subject) -> Option<&Live> {
        self.live.get(&subject).map(|(_, live)| live)
    }

    /// Everybody who has a key.
    pub(super) fn subjects(&self) -> impl Iterator<Item = (Subject, &Live)> {
        self.live.iter().map(|(subject, (_, live))| (*subject, live))
    }

    /// Erasures that are not on record yet.
    pub(super) fn erased(&self) -> impl Iterator<Item = (Subject, Tombstone)> {
        self.erased.iter().map(|(subject, (_, tombstone))| (*subject, *tombstone))
    }

    /// Why nothing is written any more, if so.
    pub(super) fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Keeps a person's first key; durable on return.
    pub(super) fn add(&mut self, subject: Subject, live: Live) -> Result<(), VaultError> {
        self.check()?;
        if self.erased.contains_key(&subject) {
            return Err(VaultError::Erasing);
        }
        if self.free.is_empty() {
            self.grow()?;
        }
        let Some(index) = self.free.pop() else { return Err(VaultError::Erasing) };
        self.write(index, &live.encode(subject))?;
        self.live.insert(subject, (index, live));
        Ok(())
    }

    /// Overwrites a person's key; durable on return. Whether there was one.
    pub(super) fn erase(&mut self, subject: Subject, ground: Ground) -> Result<bool, VaultError> {
        self.check()?;
        let Some((index, live)) = self.live.get(&subject) else { return Ok(false) };
        let (index, tombstone) = (*index, Tombstone { ground, log_size: live.log_size });
        self.write(index, &tombstone.encode(subject))?;
        self.live.remove(&subject);
        self.erased.insert(subject, (index, tombstone));
        Ok(true)
    }

    /// Frees the slot of an erased person: the erasure is on record.
    pub(super) fn free(&mut self, subject: Subject) -> Result<(), VaultError> {
        self.check()?;
        let Some((index, _)) = self.erased.get(&subject) else { return Ok(()) };
        let index = *index;
        self.write(index, &[0; SLOT_BYTES])?;
        self.erased.remove(&subject);
        self.free.push(index);
        Ok(())
    }

    fn grow(&mut self) -> Result<(), VaultError> {
        let first = self.count;
        let zeros = [0; SLOT_BYTES * GROWTH_SLOTS];
        let grown = self.file.write((first * SLOT_BYTES) as u64, &zeros);
        let grown = grown.and_then(|()| self.file.sync());
        self.note(grown)?;
        self.count += GROWTH_SLOTS;
        self.free.extend((first..self.count).rev());
        Ok(())
    }

    fn write(&mut self, index: usize, bytes: &[u8; SLOT_BYTES]) -> Result<(), VaultError> {
        let written = self.file.write((index * SLOT_BYTES) as u64, bytes);
        let written = written.and_then(|()| self.file.sync());
        self.note(written)
    }

    /// What a failed write has left is unknown, so nothing more is written to the file.
    fn note(&mut self, written: io::Result<()>) -> Result<(), VaultError> {
        written.map_err(|error| {
            let reason = format!("{}: {error}", self.path.display());
            self.stopped = Some(reason.clone());
            VaultError::Stopped(reason)
        })
    }

    fn check(&self) -> Result<(), VaultError> {
        self.stopped.as_ref().map_or(Ok(()), |reason| Err(VaultError::Stopped(reason.clone())))
    }
}
