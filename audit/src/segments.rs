//! The embedded store: segment files in a folder, for one process.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use types::Sha256;

use crate::{
    Checkpoint, Disk, LogError,
    disk::{self, Folder, sync_folder},
    merkle::{self, Tree},
    segment::{self, End},
    store::{EachEntry, EntryReader, LogStore},
};

/// Segment files, and beside them the leaf hashes and the last checkpoint.
#[derive(Debug)]
pub struct Segments {
    folder: PathBuf,
    disk: Box<dyn Disk>,
    segment_bytes: u64,
    end: End,
    /// The first entry whose leaf hash is not the one noted beside the segments.
    differs: Option<u64>,
    _lock: fs::File,
}

impl Segments {
    /// Opens or makes the store in `folder`; `disk` is where segments are written, by default the
    /// folder `segments` in it.
    ///
    /// # Errors
    /// [`LogError::InUse`] when another process has it open.
    pub fn open(
        folder: &Path,
        disk: Option<Box<dyn Disk>>,
        segment_bytes: u64,
    ) -> Result<Self, LogError> {
        let segments = folder.join("segments");
        fs::create_dir_all(&segments).map_err(|error| LogError::file(&segments, &error))?;
        let lock = lock(folder)?;
        let disk = disk.unwrap_or_else(|| Box::new(Folder::new(segments)));
        let folder = folder.to_path_buf();
        Ok(Self { folder, disk, segment_bytes, end: End::default(), differs: None, _lock: lock })
    }

    /// Overwrites a torn batch with zeros, so that nothing of it can be read as a batch later.
    fn drop_torn_tail(&mut self) -> Result<(), LogError> {
        let (Some(name), true) = (&self.end.name, self.end.torn) else { return Ok(()) };
        let rest = usize::try_from(self.end.bytes - self.end.offset).unwrap_or(usize::MAX);
        let cleared = self.disk.write(name, self.end.offset, &vec![0; rest]);
        let cleared = cleared.and_then(|()| self.disk.sync(name));
        cleared.map_err(|error| LogError::file(self.folder.join(name), &error))?;
        self.end.torn = false;
        Ok(())
    }

    fn write(&mut self, entries: &[Vec<u8>]) -> io::Result<()> {
        let end = &mut self.end;
        let batch = segment::encode(end.next, entries);
        let bytes = batch.len() as u64;
        let name = match end.name.take() {
            Some(name) if end.offset + bytes <= end.bytes => name,
            _ => {
                let name = segment::name(end.next);
                let length = self.segment_bytes.max(bytes);
                self.disk.create(&name, length)?;
                (end.offset, end.bytes) = (0, length);
                name
            }
        };
        self.disk.write(&name, end.offset, &batch)?;
        self.disk.sync(&name)?;
        end.offset += bytes;
        end.next += entries.len() as u64;
        end.name = Some(name);
        Ok(())
    }

    /// Leaf hashes beside the segments name the entry when one was rewritten.
    fn remember(&self, entries: &[Vec<u8>]) {
        let leaves = entries.iter().map(|entry| merkle::leaf_hash(entry));
        let bytes: Vec<u8> = leaves.flat_map(|leaf| *leaf.as_bytes()).collect();
        let opened =
            fs::OpenOptions::new().append(true).create(true).open(self.folder.join("leaves"));
        // Only a convenience for whoever looks for damage: losing it loses no record.
        drop(opened.and_then(|mut file| file.write_all(&bytes)));
    }
}

impl LogStore for Segments {
    fn read(&mut self, from: u64, each: EachEntry<'_>) -> Result<u64, LogError> {
        let path = self.folder.join("leaves");
        let noted = fs::read(&path).unwrap_or_default();
        let mut leaves = Vec::new();
        let mut differs = None;
        self.end = segment::read(&self.folder.join("segments"), |index, entry| {
            let leaf = merkle::leaf_hash(&entry);
            if differs.is_none() && noted_leaf(&noted, index).is_some_and(|known| known != leaf) {
                differs = Some(index);
            }
            leaves.extend(leaf.as_bytes());
            if index >= from { each(index, entry) } else { Ok(()) }
        })?;
        self.differs = differs;
        if differs.is_none() && noted.len() != leaves.len() {
            disk::replace(&path, &leaves).map_err(|error| LogError::file(&path, &error))?;
        }
        Ok(self.end.next)
    }

    fn begin(&mut self) -> Result<u64, LogError> {
        self.drop_torn_tail()?;
        Ok(self.end.next)
    }

    fn commit(&mut self, first: u64, entries: &[Vec<u8>]) -> Result<(), LogError> {
        if first != self.end.next {
            let reason = format!("entry {first} was to follow entry {}", self.end.next);
            return Err(LogError::Damaged { index: first, reason });
        }
        if entries.is_empty() {
            return Ok(());
        }
        let written = self.write(entries);
        written.map_err(|error| LogError::file(self.folder.join("segments"), &error))?;
        self.remember(entries);
        Ok(())
    }

    fn checkpoint(&mut self) -> Result<Option<String>, LogError> {
        let path = self.folder.join("checkpoint");
        match fs::read_to_string(&path) {
            Ok(note) => Ok(Some(note)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(LogError::file(&path, &error)),
        }
    }

    fn integrates(&mut self) -> Result<bool, LogError> {
        Ok(true)
    }

    fn publish(&mut self, checkpoint: &Checkpoint, _tree: &Tree) -> Result<(), LogError> {
        let path = self.folder.join("checkpoint");
        disk::replace(&path, checkpoint.note.as_bytes())
            .map_err(|error| LogError::file(&path, &error))
    }

    fn doubts(&self) -> Option<u64> {
        self.differs
    }

    fn reader(&self) -> Arc<dyn EntryReader> {
        Arc::new(SegmentReader { folder: self.folder.join("segments") })
    }
}

#[derive(Debug)]
struct SegmentReader {
    folder: PathBuf,
}

impl EntryReader for SegmentReader {
    fn entries(&self, start: u64, end: u64) -> Result<Vec<Vec<u8>>, LogError> {
        segment::range(&self.folder, start, end)
    }
}

/// The first index whose leaf in `tree` is not the one noted in `folder`.
pub(crate) fn first_difference(folder: &Path, tree: &Tree) -> Option<u64> {
    let noted = fs::read(folder.join("leaves")).ok()?;
    (0..noted.len() as u64 / 32).find(|index| tree.node(0, *index) != noted_leaf(&noted, *index))
}

fn noted_leaf(noted: &[u8], index: u64) -> Option<Sha256> {
    let start = usize::try_from(index).ok()?.checked_mul(32)?;
    let bytes = noted.get(start..)?.first_chunk::<32>()?;
    Some(Sha256::from(*bytes))
}

/// One process at a time: two writers would overwrite each other.
fn lock(folder: &Path) -> Result<fs::File, LogError> {
    let path = folder.join("lock");
    let file = fs::File::create(&path).map_err(|error| LogError::file(&path, &error))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => return Err(LogError::InUse(folder.to_path_buf())),
        Err(fs::TryLockError::Error(error)) => return Err(LogError::file(&path, &error)),
    }
    sync_folder(folder).map_err(|error| LogError::file(folder, &error))?;
    Ok(file)
}
