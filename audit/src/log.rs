//! The log: appends, proofs, checkpoints.

use std::{
    path::Path,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, mpsc},
    thread,
    time::Duration,
};

use tokio::sync::oneshot;
use types::{Receipt, Sha256};

use crate::{
    Checkpoint, Clock, Disk, EntryReader, Files, LogError, LogKey, LogStore, Proof, Record,
    Registry, SystemClock, SystemFiles, Verifier,
    clock::Monotone,
    committer::{Command, Committer},
    epoch,
    keeper::Keeper,
    merkle::Tree,
    note, opening, promise,
    publisher::{Placed, Publisher},
    rotation,
    segments::Segments,
    sequencer::Prepared,
    tiles::Tiles,
};

/// How a log is kept.
#[derive(Debug)]
pub struct LogOptions {
    /// The log's name in checkpoints: a URL without scheme.
    pub origin: String,
    /// Length of a segment file.
    pub segment_bytes: u64,
    /// A checkpoint is at most this old.
    pub checkpoint_every: Duration,
    /// Where time comes from.
    pub clock: Box<dyn Clock>,
    /// Where segments are written; `None` is the log's own folder.
    pub disk: Option<Box<dyn Disk>>,
    /// How checkpoints, tiles and what else stands beside the segments are written.
    pub files: Arc<dyn Files>,
}

impl LogOptions {
    /// The usual settings.
    #[must_use]
    pub fn new(origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            segment_bytes: 16 << 20,
            checkpoint_every: Duration::from_secs(10),
            clock: Box::new(SystemClock),
            disk: None,
            files: Arc::new(SystemFiles),
        }
    }
}

/// What readers see; changed by the committer only.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) tree: Tree,
    pub(crate) checkpoint: Checkpoint,
    /// Nothing is acknowledged until the log is opened again.
    pub(crate) stopped: Option<String>,
    /// Nothing is acknowledged until there is room.
    pub(crate) full: Option<String>,
}

/// An open log. Cheap to clone; the last clone closes it.
///
/// # Contract
/// - [`Self::append`] returns a receipt only when the record is durable. Any number may wait at
///   once; they are written together.
/// - After a failed write or sync nothing is acknowledged any more: what the disk has kept is
///   unknown. Open the log again to find out. Where only room for a new segment is missing, nothing
///   is in doubt: records are refused until there is room.
/// - A checkpoint follows every record within [`LogOptions::checkpoint_every`]. Without new records
///   there is no new checkpoint: the last one says all there is to say.
#[derive(Debug, Clone)]
pub struct Log {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    key: LogKey,
    verifier: Verifier,
    view: Arc<RwLock<View>>,
    registry: Registry,
    reader: Arc<dyn EntryReader>,
    commands: mpsc::Sender<Command>,
    committer: Option<thread::JoinHandle<()>>,
}

impl Log {
    /// Opens the log in `folder`, made if it does not exist.
    ///
    /// Every entry is read and compared with the last checkpoint. A torn last batch is dropped:
    /// nobody was told of it. Tiles and the index are mended where they are not what follows from
    /// the entries.
    ///
    /// # Errors
    /// [`LogError::Damaged`], [`LogError::Behind`], [`LogError::NoCheckpoint`] or
    /// [`LogError::RolledBack`] when acknowledged records or the checkpoint are missing or changed,
    /// [`LogError::InUse`] when another process has the folder.
    pub fn open(folder: &Path, key: LogKey, mut options: LogOptions) -> Result<Self, LogError> {
        options.origin = epoch::origin(folder, &options.origin)?;
        let store = Segments::open(folder, options.disk.take(), options.segment_bytes)?;
        let store = store.with_files(Arc::clone(&options.files));
        Self::open_on(Box::new(store), folder, key, options)
    }

    /// Opens the log over a store that is kept elsewhere; `folder` holds tiles and the index.
    ///
    /// # Errors
    /// Those of [`Self::open`].
    pub fn open_on(
        mut store: Box<dyn LogStore>,
        folder: &Path,
        key: LogKey,
        options: LogOptions,
    ) -> Result<Self, LogError> {
        let LogOptions { origin, checkpoint_every, clock, files, .. } = options;
        let verifier = rotation::verifier(folder, &origin, key.verifying_key())?;
        let tiles = Arc::new(Tiles::new(folder));
        let clock = Monotone::new(clock);
        let mut found = opening::read(store.as_mut(), folder, &verifier, (&tiles, clock))?;
        let checkpoint = opening::compare(store.as_mut(), folder, &key, (&verifier, &found))?;
        promise::kept(folder, &verifier, &found.tree)?;
        let checkpoint = rotation::also_signed(checkpoint, &key, &verifier);
        opening::mend(&mut found, &tiles, files.as_ref())?;
        let registry = Registry::open(&folder.join("index"))?;
        let reader = store.reader();
        opening::catch_up(&registry, &found, reader.as_ref())?;
        let view = View { tree: found.tree, checkpoint, stopped: None, full: None };
        let view = Arc::new(RwLock::new(view));
        let (commands, receiver) = mpsc::channel();
        let (work, works) = mpsc::channel();
        let (jobs, to_keep) = mpsc::channel();
        let publisher =
            Publisher { registry: registry.clone(), view: Arc::clone(&view), jobs: jobs.clone() };
        let keeper = Keeper {
            folder: folder.to_path_buf(),
            key: key.clone(),
            registry: registry.clone(),
            tiles,
            files,
            commands: commands.clone(),
        };
        let news = commands.clone();
        store.watch(Box::new(move || news.send(Command::Follow(None)).is_ok()));
        let start = |name: &str, thread: Box<dyn FnOnce() + Send>| {
            let started = thread::Builder::new().name(name.to_owned()).spawn(thread);
            started.map_err(|error| LogError::file(folder, &error))
        };
        let threads = vec![
            start("log-publish", Box::new(move || publisher.run(&works)))?,
            start("log-keep", Box::new(move || keeper.run(&to_keep)))?,
        ];
        let committer = Committer {
            store,
            key: key.clone(),
            verifier: verifier.clone(),
            sequencer: found.sequencer,
            view: Arc::clone(&view),
            work,
            jobs,
            threads,
        };
        let run = move || committer.run(&receiver, checkpoint_every);
        let committer = Some(start("log", Box::new(run))?);
        let inner = Inner { key, verifier, view, registry, reader, commands, committer };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Appends a record; returns when it is durable.
    ///
    /// # Errors
    /// [`LogError::Stopped`] after any failed write; [`LogError::Full`] while there is no room;
    /// [`LogError::RecordTooLarge`].
    pub async fn append(&self, record: Record) -> Result<Receipt, LogError> {
        let placed = self.place(record).await?;
        // Signed here, because whoever waits has the time for it.
        let (key, origin) = (&self.inner.key, self.inner.verifier.origin());
        Ok(note::receipt(key, origin, placed.index, placed.leaf))
    }

    /// Appends a record of which nobody wants a receipt; returns its index when it is durable.
    ///
    /// # Errors
    /// Those of [`Self::append`].
    pub async fn append_silently(&self, record: Record) -> Result<u64, LogError> {
        self.place(record).await.map(|placed| placed.index)
    }

    async fn place(&self, record: Record) -> Result<Placed, LogError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Append(Box::new(Prepared::new(record)?), reply))?;
        answer.await.map_err(|_| LogError::Closed)?
    }

    /// Signs and stores a checkpoint over everything appended so far.
    ///
    /// # Errors
    /// [`LogError::Stopped`] after any failed write.
    pub async fn checkpoint_now(&self) -> Result<Checkpoint, LogError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Checkpoint(reply))?;
        answer.await.map_err(|_| LogError::Closed)?
    }

    /// Takes in what other processes have appended by now; returns when it can be found here.
    ///
    /// # Errors
    /// [`LogError::Unreachable`]; [`LogError::Stopped`] when it does not fit what is known here.
    pub async fn catch_up(&self) -> Result<(), LogError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Follow(Some(reply)))?;
        answer.await.map_err(|_| LogError::Closed)?
    }

    /// The last checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        self.view().checkpoint.clone()
    }

    /// Why nothing is acknowledged now, if so: for good after a failed write, or until there is room.
    #[must_use]
    pub fn stopped(&self) -> Option<String> {
        let view = self.view();
        view.stopped.clone().or_else(|| view.full.clone())
    }

    /// The log's name and public key.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.inner.verifier
    }

    /// What is found through the log.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.inner.registry
    }

    /// How many records there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.view().tree.size()
    }

    /// The leaf hash at an index.
    #[must_use]
    pub fn leaf(&self, index: u64) -> Option<Sha256> {
        self.view().tree.node(0, index)
    }

    /// The exact bytes of an entry.
    ///
    /// # Errors
    /// [`LogError::Unknown`] when there is none.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, LogError> {
        let entries = self.entries(index, index + 1)?;
        entries.into_iter().next().ok_or_else(|| LogError::Unknown(index.to_string()))
    }

    /// The exact bytes of the entries `start..end`, as far as they exist.
    ///
    /// # Errors
    /// [`LogError::File`] when a segment cannot be read.
    pub fn entries(&self, start: u64, end: u64) -> Result<Vec<Vec<u8>>, LogError> {
        let end = end.min(self.size());
        self.inner.reader.entries(start, end)
    }

    /// The proof that an entry is under the last checkpoint.
    ///
    /// # Errors
    /// [`LogError::Unknown`] when the checkpoint does not cover it yet.
    pub fn proof(&self, index: u64) -> Result<Proof, LogError> {
        let view = self.view();
        let path = view.tree.inclusion(index, view.checkpoint.size);
        let path = path.ok_or_else(|| LogError::Unknown(index.to_string()))?;
        Ok(Proof { index, path, checkpoint: view.checkpoint.note.clone() })
    }

    /// The proof that an entry is under an earlier checkpoint of this log.
    ///
    /// # Errors
    /// [`LogError::Unknown`] when that checkpoint does not cover it.
    pub fn proof_under(&self, index: u64, checkpoint: &Checkpoint) -> Result<Proof, LogError> {
        let path = self.view().tree.inclusion(index, checkpoint.size);
        let path = path.ok_or_else(|| LogError::Unknown(index.to_string()))?;
        Ok(Proof { index, path, checkpoint: checkpoint.note.clone() })
    }

    /// The proof that the tree of `size` entries extends that of `old`; `None` when there are fewer.
    #[must_use]
    pub fn consistency(&self, old: u64, size: u64) -> Option<Vec<Sha256>> {
        self.view().tree.consistency(old, size)
    }

    /// The root over the first `size` entries; `None` when there are fewer.
    #[must_use]
    pub fn root(&self, size: u64) -> Option<Sha256> {
        self.view().tree.root(size)
    }

    /// Hashes of a tile (C2SP tlog-tiles): `width` nodes of level `8 * level` from `256 * number`.
    #[must_use]
    pub fn tile(&self, level: u8, number: u64, width: u16) -> Option<Vec<u8>> {
        let view = self.view();
        let covered =
            view.checkpoint.size >> u32::from(level).checked_mul(8).filter(|shift| *shift < 64)?;
        let first = number.checked_mul(256)?;
        first.checked_add(width.into()).filter(|last| *last <= covered)?;
        let hashes = view.tree.tile(level, number, width)?;
        Some(hashes.iter().flat_map(|hash| *hash.as_bytes()).collect())
    }

    fn view(&self) -> RwLockReadGuard<'_, View> {
        self.inner.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, command: Command) -> Result<(), LogError> {
        self.inner.commands.send(command).map_err(|_| LogError::Closed)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The committer writes a last checkpoint before it ends.
        drop(self.commands.send(Command::Close));
        if let Some(committer) = self.committer.take() {
            drop(committer.join());
        }
    }
}

#[cfg(test)]
mod tests;
