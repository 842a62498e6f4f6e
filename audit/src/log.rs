//! The log: appends, proofs, checkpoints.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, RwLock, RwLockReadGuard, mpsc},
    thread,
    time::Duration,
};

use tokio::sync::oneshot;
use types::{Receipt, Sha256};

use crate::{
    Checkpoint, Clock, Disk, LogError, LogKey, Proof, Record, Registry, SystemClock, Verifier,
    clock::Monotone,
    committer::{Command, Committer, Files},
    disk::{Folder, sync_folder},
    merkle::{self, Tree},
    promise, rotation, segment,
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
        }
    }
}

/// What readers see; changed by the committer only.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) tree: Tree,
    pub(crate) checkpoint: Checkpoint,
    pub(crate) stopped: Option<String>,
}

/// An open log. Cheap to clone; the last clone closes it.
///
/// # Contract
/// - [`Self::append`] returns a receipt only when the record is durable. Any number may wait at
///   once; they are written together.
/// - After a failed write or sync nothing is acknowledged any more: what the disk has kept is
///   unknown. Open the log again to find out.
/// - A checkpoint follows every record within [`LogOptions::checkpoint_every`].
#[derive(Debug, Clone)]
pub struct Log {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    verifier: Verifier,
    view: Arc<RwLock<View>>,
    registry: Registry,
    commands: Option<mpsc::Sender<Command>>,
    committer: Option<thread::JoinHandle<()>>,
    _lock: fs::File,
}

impl Log {
    /// Opens the log in `folder`, made if it does not exist.
    ///
    /// A torn last batch is dropped: nobody was told of it.
    ///
    /// # Errors
    /// [`LogError::Damaged`] or [`LogError::Behind`] when acknowledged records are missing or
    /// changed, [`LogError::InUse`] when another process has the folder.
    pub fn open(folder: &Path, key: LogKey, options: LogOptions) -> Result<Self, LogError> {
        let segments = folder.join("segments");
        fs::create_dir_all(&segments).map_err(|error| LogError::file(&segments, &error))?;
        let lock = lock(folder)?;
        let verifier = rotation::verifier(folder, &options.origin, key.verifying_key())?;
        let mut tree = Tree::default();
        let mut clock = Monotone::new(options.clock);
        let mut tenants = std::collections::HashMap::new();
        let registry = Registry::open(&folder.join("index"))?;
        let mut fold = registry.fold()?;
        let end = segment::read(&segments, |index, entry| {
            let record = Record::parse(&entry)
                .map_err(|error| LogError::Damaged { index, reason: error.to_string() })?;
            let leaf = merkle::leaf_hash(&entry);
            tree.push(leaf);
            clock.seen(&record.time);
            tenants.insert(record.tenant.clone(), record.tenant_seq + 1);
            fold.apply(index, leaf, &record)
        })?;
        fold.finish(end.next)?;
        let files = Files { folder: folder.to_path_buf(), end };
        let checkpoint = files.compare(&tree, &verifier, &key)?;
        promise::kept(folder, &verifier, &tree)?;
        let checkpoint = rotation::also_signed(checkpoint, &key, &verifier);
        files.align_leaves(&tree)?;
        let mut disk = options.disk.unwrap_or_else(|| Box::new(Folder::new(segments)));
        files.drop_torn_tail(disk.as_mut())?;
        let view = Arc::new(RwLock::new(View { tree, checkpoint, stopped: None }));
        let (commands, receiver) = mpsc::channel();
        let committer = Committer {
            disk,
            key,
            origin: options.origin,
            segment_bytes: options.segment_bytes,
            checkpoint_every: options.checkpoint_every,
            files,
            clock,
            tenants,
            registry: registry.clone(),
            view: Arc::clone(&view),
        };
        let committer =
            thread::Builder::new().name("log".to_owned()).spawn(move || committer.run(&receiver));
        let committer = committer.map_err(|error| LogError::file(folder, &error))?;
        let inner = Inner {
            folder: folder.to_path_buf(),
            verifier,
            view,
            registry,
            commands: Some(commands),
            committer: Some(committer),
            _lock: lock,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Appends a record; returns when it is durable.
    ///
    /// # Errors
    /// [`LogError::Stopped`] after any failed write; [`LogError::RecordTooLarge`].
    pub async fn append(&self, record: Record) -> Result<Receipt, LogError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Append(Box::new(record), reply))?;
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

    /// The last checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        self.view().checkpoint.clone()
    }

    /// Why nothing is acknowledged any more, if so.
    #[must_use]
    pub fn stopped(&self) -> Option<String> {
        self.view().stopped.clone()
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
        segment::range(&self.inner.folder.join("segments"), start, end)
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

    /// The proof that an entry is under a checkpoint of this log that is not the last one.
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

    /// Hashes of a tile (C2SP tlog-tiles): `width` nodes of level `8 * level` from `256 * number`.
    #[must_use]
    pub fn tile(&self, level: u8, number: u64, width: u16) -> Option<Vec<u8>> {
        let view = self.view();
        let covered =
            view.checkpoint.size >> u32::from(level).checked_mul(8).filter(|shift| *shift < 64)?;
        let first = number.checked_mul(256)?;
        let last = first.checked_add(width.into()).filter(|last| *last <= covered)?;
        let nodes = (first..last).map(|index| view.tree.node(usize::from(level) * 8, index));
        let nodes: Option<Vec<Sha256>> = nodes.collect();
        Some(nodes?.iter().flat_map(|node| *node.as_bytes()).collect())
    }

    fn view(&self) -> RwLockReadGuard<'_, View> {
        self.inner.view.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn send(&self, command: Command) -> Result<(), LogError> {
        let commands = self.inner.commands.as_ref().ok_or(LogError::Closed)?;
        commands.send(command).map_err(|_| LogError::Closed)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The committer writes a last checkpoint when nobody can send any more.
        self.commands = None;
        if let Some(committer) = self.committer.take() {
            drop(committer.join());
        }
    }
}

/// One process at a time: two committers would overwrite each other.
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

#[cfg(test)]
mod tests;
