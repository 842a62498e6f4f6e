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
    Checkpoint, Clock, Disk, EntryReader, LogError, LogKey, LogStore, Proof, Record, Registry,
    SystemClock, Verifier,
    clock::Monotone,
    committer::{Command, Committer},
    follower::Follower,
    merkle::{self, Tree},
    segments::Segments,
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
    verifier: Verifier,
    view: Arc<RwLock<View>>,
    registry: Registry,
    reader: Arc<dyn EntryReader>,
    commands: Option<mpsc::Sender<Command>>,
    committer: Option<thread::JoinHandle<()>>,
}

impl Log {
    /// Opens the log in `folder`, made if it does not exist.
    ///
    /// A torn last batch is dropped: nobody was told of it.
    ///
    /// # Errors
    /// [`LogError::Damaged`] or [`LogError::Behind`] when acknowledged records are missing or
    /// changed, [`LogError::InUse`] when another process has the folder.
    pub fn open(folder: &Path, key: LogKey, mut options: LogOptions) -> Result<Self, LogError> {
        let store = Segments::open(folder, options.disk.take(), options.segment_bytes)?;
        Self::open_on(Box::new(store), folder, key, options)
    }

    /// Opens the log over a store that is kept elsewhere; `folder` holds the index only.
    ///
    /// # Errors
    /// Those of [`Self::open`].
    pub fn open_on(
        mut store: Box<dyn LogStore>,
        folder: &Path,
        key: LogKey,
        options: LogOptions,
    ) -> Result<Self, LogError> {
        let verifier = Verifier::new(options.origin.clone(), key.verifying_key());
        let mut tree = Tree::default();
        let registry = Registry::open(&folder.join("index"))?;
        let empty = Checkpoint::sign(&key, &options.origin, 0, merkle::empty_root());
        let view = View { tree: Tree::default(), checkpoint: empty, stopped: None };
        let view = Arc::new(RwLock::new(view));
        let clock = Monotone::new(options.clock);
        let mut follower = Follower::new(registry.clone(), Arc::clone(&view), clock);
        let mut fold = registry.fold()?;
        let next = store.read(0, &mut |index, entry| {
            let record = Record::parse(&entry)
                .map_err(|error| LogError::Damaged { index, reason: error.to_string() })?;
            let leaf = merkle::leaf_hash(&entry);
            tree.push(leaf);
            follower.note(index, &record);
            fold.apply(index, leaf, &record)
        })?;
        fold.finish(next)?;
        let promised = store.checkpoint()?;
        let promised = promised.map(|note| Checkpoint::open(&note, &verifier)).transpose()?;
        if let Some(checkpoint) = &promised {
            confirm(&tree, checkpoint, store.doubts())?;
        }
        {
            let mut view = view.write().unwrap_or_else(PoisonError::into_inner);
            view.tree = tree;
            if let Some(checkpoint) = promised {
                view.checkpoint = checkpoint;
            }
        }
        let reader = store.reader();
        let (commands, receiver) = mpsc::channel();
        let committer = Committer {
            store,
            key,
            origin: options.origin,
            checkpoint_every: options.checkpoint_every,
            follower,
        };
        let committer =
            thread::Builder::new().name("log".to_owned()).spawn(move || committer.run(&receiver));
        let committer = committer.map_err(|error| LogError::file(folder, &error))?;
        let commands = Some(commands);
        let committer = Some(committer);
        let inner = Inner { verifier, view, registry, reader, commands, committer };
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
        self.inner.view.read().unwrap_or_else(PoisonError::into_inner)
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

/// Whether the tree extends what the checkpoint signed; `doubts` names an entry that is suspect.
pub(crate) fn confirm(
    tree: &Tree,
    checkpoint: &Checkpoint,
    doubts: Option<u64>,
) -> Result<(), LogError> {
    match tree.root(checkpoint.size) {
        None => Err(LogError::Behind { found: tree.size(), promised: checkpoint.size }),
        Some(root) if root == checkpoint.root => Ok(()),
        Some(_) => {
            let reason = "it differs from what the checkpoint signed".to_owned();
            Err(LogError::Damaged { index: doubts.unwrap_or(0), reason })
        }
    }
}

#[cfg(test)]
mod tests;
