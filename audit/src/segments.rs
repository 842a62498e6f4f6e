//! The embedded store: segment files in a folder, for one process.

mod marks;

use std::{
    fs,
    io::{self},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use self::marks::{Marks, SegmentReader};
use crate::{
    Checkpoint, Disk, Files, LogError, SystemFiles,
    disk::{self, Folder, sync_folder},
    merkle::Tree,
    note,
    segment::{self, End},
    store::{EachEntry, EachLeaf, EntryReader, LogStore},
};

/// Segment files, and beside them the last checkpoint.
#[derive(Debug)]
pub struct Segments {
    folder: PathBuf,
    disk: Box<dyn Disk>,
    files: Arc<dyn Files>,
    segment_bytes: u64,
    end: End,
    marks: Arc<RwLock<Marks>>,
    /// Bytes of the batch on its way, kept for the next one.
    batch: Vec<u8>,
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
        Ok(Self {
            folder: folder.to_path_buf(),
            disk,
            files: Arc::new(SystemFiles),
            segment_bytes,
            end: End::default(),
            marks: Arc::default(),
            batch: Vec::new(),
            _lock: lock,
        })
    }

    /// Writes checkpoints by other means, for example such as fail.
    #[must_use]
    pub fn with_files(self, files: Arc<dyn Files>) -> Self {
        Self { files, ..self }
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

    /// A segment with room for so many bytes; its name.
    fn make_room(&mut self, bytes: u64) -> Result<String, LogError> {
        let end = &mut self.end;
        match &end.name {
            Some(name) if end.offset + bytes <= end.bytes => Ok(name.clone()),
            _ => {
                let name = segment::name(end.next);
                let length = self.segment_bytes.max(bytes);
                // Nothing was written yet, so nothing is in doubt: the caller may go on.
                let made = self.disk.create(&name, length);
                // The file may exist now, so nothing more goes into the one before it: the next
                // batch, however short, makes this file again.
                end.name = None;
                made.map_err(|error| LogError::Full {
                    path: self.folder.join("segments").join(&name),
                    reason: error.to_string(),
                })?;
                (end.offset, end.bytes) = (0, length);
                end.name = Some(name.clone());
                Ok(name)
            }
        }
    }

    fn write(&mut self, name: &str) -> io::Result<()> {
        self.disk.write(name, self.end.offset, &self.batch)?;
        self.disk.sync(name)
    }

    fn marks(&self) -> std::sync::RwLockWriteGuard<'_, Marks> {
        self.marks.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogStore for Segments {
    fn read(&mut self, from: u64, each: EachEntry<'_>) -> Result<u64, LogError> {
        self.check(&mut |index, _, entry| {
            if index >= from { each(index, entry.to_vec()) } else { Ok(()) }
        })
    }

    fn check(&mut self, each: EachLeaf<'_>) -> Result<u64, LogError> {
        let mut marks = Marks::default();
        self.end = segment::check(&self.folder.join("segments"), |segment| {
            for (first, offset) in &segment.batches {
                marks.add(segment.first, *first, *offset as u64);
            }
            marks.written(segment.first, segment.end as u64);
            segment.entries().try_for_each(|(index, leaf, entry)| each(index, leaf, entry))
        })?;
        *self.marks() = marks;
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
        self.batch.clear();
        segment::encode(&mut self.batch, first, entries);
        let bytes = self.batch.len() as u64;
        let name = self.make_room(bytes)?;
        let written = self.write(&name);
        written
            .map_err(|error| LogError::file(self.folder.join("segments").join(&name), &error))?;
        let segment = name.split('.').next().and_then(|first| first.parse().ok());
        let (segment, offset) = (segment.unwrap_or(first), self.end.offset);
        self.end.offset += bytes;
        self.end.next += entries.len() as u64;
        let mut marks = self.marks();
        marks.add(segment, first, offset);
        marks.written(segment, offset + bytes);
        Ok(())
    }

    fn checkpoint(&mut self) -> Result<Option<String>, LogError> {
        let path = self.folder.join("checkpoint");
        match fs::read(&path) {
            Ok(note) => Ok(Some(String::from_utf8_lossy(&note).into_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(LogError::file(&path, &error)),
        }
    }

    fn begins_with_checkpoint(&self) -> bool {
        true
    }

    fn integrates(&mut self) -> Result<bool, LogError> {
        Ok(true)
    }

    fn publish(&mut self, checkpoint: &Checkpoint, _tree: &Tree) -> Result<(), LogError> {
        if let Some(published) = self.checkpoint()? {
            note::advances(&published, checkpoint)?;
        }
        let path = self.folder.join("checkpoint");
        disk::replace_by(self.files.as_ref(), &path, checkpoint.note.as_bytes())
            .map_err(|error| LogError::file(&path, &error))
    }

    fn reader(&self) -> Arc<dyn EntryReader> {
        let marks = Arc::clone(&self.marks);
        Arc::new(SegmentReader::new(self.folder.join("segments"), marks))
    }
}

/// One process at a time: two writers would overwrite each other.
pub(crate) fn lock(folder: &Path) -> Result<fs::File, LogError> {
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
