//! The one thread that writes: group commit, receipts, checkpoints.

use std::{
    collections::HashMap,
    fs,
    io::{self, Write as _},
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock, mpsc},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;
use types::{Receipt, Sha256};

use crate::{
    Checkpoint, Disk, LogError, LogKey, Record, Registry, Verifier,
    clock::Monotone,
    disk,
    log::View,
    merkle::{self, Tree},
    note,
    segment::{self, End},
};

/// At most this many records are written together.
const BATCH_RECORDS_MAX: usize = 256;

/// What others ask of the committer.
pub(crate) enum Command {
    Append(Box<Record>, oneshot::Sender<Result<Receipt, LogError>>),
    Checkpoint(oneshot::Sender<Result<Checkpoint, LogError>>),
}

/// Where things lie on disk.
pub(crate) struct Files {
    pub(crate) folder: PathBuf,
    pub(crate) end: End,
}

/// The thread's state.
pub(crate) struct Committer {
    pub(crate) disk: Box<dyn Disk>,
    pub(crate) key: LogKey,
    pub(crate) origin: String,
    pub(crate) segment_bytes: u64,
    pub(crate) checkpoint_every: Duration,
    pub(crate) files: Files,
    pub(crate) clock: Monotone,
    pub(crate) tenants: HashMap<String, u64>,
    pub(crate) registry: Registry,
    pub(crate) view: Arc<RwLock<View>>,
}

/// A record on its way, with whoever waits for it.
struct Pending {
    record: Record,
    entry: Vec<u8>,
    leaf: Sha256,
    reply: oneshot::Sender<Result<Receipt, LogError>>,
}

impl Committer {
    pub(crate) fn run(mut self, commands: &mpsc::Receiver<Command>) {
        let mut uncovered_since: Option<Instant> = None;
        loop {
            let patience = uncovered_since.map_or(self.checkpoint_every, |since| {
                self.checkpoint_every.saturating_sub(since.elapsed())
            });
            let (appends, checkpoints) = match commands.recv_timeout(patience) {
                Ok(first) => gather(first, commands),
                Err(mpsc::RecvTimeoutError::Timeout) => (Vec::new(), Vec::new()),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            };
            if !appends.is_empty() {
                self.commit(appends);
                uncovered_since.get_or_insert_with(Instant::now);
            }
            let due = uncovered_since.is_some_and(|since| since.elapsed() >= self.checkpoint_every);
            if due || !checkpoints.is_empty() {
                let signed = self.checkpoint();
                uncovered_since = uncovered_since.filter(|_| signed.is_err());
                for reply in checkpoints {
                    drop(reply.send(signed.clone()));
                }
            }
        }
        drop(self.checkpoint());
    }

    /// Writes a batch, makes it durable, and only then lets anybody know.
    fn commit(&mut self, appends: Appends) {
        let stopped = self.view.read().unwrap_or_else(PoisonError::into_inner).stopped.clone();
        if let Some(reason) = stopped {
            for (_, reply) in appends {
                drop(reply.send(Err(LogError::Stopped(reason.clone()))));
            }
            return;
        }
        let pending = self.prepare(appends);
        if pending.is_empty() {
            return;
        }
        if let Err(error) = self.write(&pending) {
            // Whether the disk has kept the batch is unknown, so nothing more may be promised.
            let reason = error.to_string();
            self.view.write().unwrap_or_else(PoisonError::into_inner).stopped =
                Some(reason.clone());
            for waiting in pending {
                drop(waiting.reply.send(Err(LogError::Stopped(reason.clone()))));
            }
            return;
        }
        self.publish(pending);
    }

    fn prepare(&mut self, appends: Appends) -> Vec<Pending> {
        let mut pending = Vec::with_capacity(appends.len());
        for (mut record, reply) in appends {
            let seq = self.tenants.get(&record.tenant).copied().unwrap_or(0);
            record.tenant_seq = seq;
            (record.time, record.clock_adjusted) = self.clock.stamp();
            match record.canonical() {
                Ok(entry) => {
                    self.tenants.insert(record.tenant.clone(), seq + 1);
                    let leaf = merkle::leaf_hash(&entry);
                    pending.push(Pending { record: *record, entry, leaf, reply });
                }
                Err(error) => drop(reply.send(Err(error))),
            }
        }
        pending
    }

    fn write(&mut self, pending: &[Pending]) -> io::Result<()> {
        let end = &mut self.files.end;
        let entries: Vec<Vec<u8>> = pending.iter().map(|waiting| waiting.entry.clone()).collect();
        let batch = segment::encode(end.next, &entries);
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
        end.next += pending.len() as u64;
        end.name = Some(name);
        Ok(())
    }

    fn publish(&mut self, pending: Vec<Pending>) {
        let first = self.files.end.next - pending.len() as u64;
        let leaves: Vec<Sha256> = pending.iter().map(|waiting| waiting.leaf).collect();
        let records: Vec<_> =
            pending.iter().map(|waiting| (waiting.leaf, &waiting.record)).collect();
        if let Err(error) = self.registry.apply(first, &records) {
            // The index can be rebuilt; the record is safe. Readers must not trust it until then.
            self.view.write().unwrap_or_else(PoisonError::into_inner).stopped =
                Some(error.to_string());
        }
        {
            let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
            leaves.iter().for_each(|leaf| view.tree.push(*leaf));
        }
        self.files.remember(&leaves);
        for (index, waiting) in (first..).zip(pending) {
            let receipt = note::receipt(&self.key, &self.origin, index, waiting.leaf);
            drop(waiting.reply.send(Ok(receipt)));
        }
    }

    /// Signs the tree as it is. The index is synced first: a crash after that costs nothing.
    fn checkpoint(&mut self) -> Result<Checkpoint, LogError> {
        let (size, root, stopped) = {
            let view = self.view.read().unwrap_or_else(PoisonError::into_inner);
            (view.tree.size(), view.tree.root(view.tree.size()), view.stopped.clone())
        };
        if let Some(reason) = stopped {
            return Err(LogError::Stopped(reason));
        }
        let root = root.unwrap_or_else(merkle::empty_root);
        self.registry.sync()?;
        let checkpoint = Checkpoint::sign(&self.key, &self.origin, size, root);
        self.files.store(&checkpoint)?;
        self.view.write().unwrap_or_else(PoisonError::into_inner).checkpoint = checkpoint.clone();
        Ok(checkpoint)
    }
}

type Appends = Vec<(Box<Record>, oneshot::Sender<Result<Receipt, LogError>>)>;
type Checkpoints = Vec<oneshot::Sender<Result<Checkpoint, LogError>>>;

/// While one batch is being synced the next one gathers: the slower the disk, the larger the batch.
fn gather(first: Command, commands: &mpsc::Receiver<Command>) -> (Appends, Checkpoints) {
    let (mut appends, mut checkpoints) = (Vec::new(), Vec::new());
    let mut next = Some(first);
    while let Some(command) = next {
        match command {
            Command::Append(record, reply) => appends.push((record, reply)),
            Command::Checkpoint(reply) => checkpoints.push(reply),
        }
        next = if appends.len() < BATCH_RECORDS_MAX { commands.try_recv().ok() } else { None };
    }
    (appends, checkpoints)
}

impl Files {
    /// Compares what was read with what was promised.
    pub(crate) fn compare(
        &self,
        tree: &Tree,
        verifier: &Verifier,
        key: &LogKey,
    ) -> Result<Checkpoint, LogError> {
        let path = self.folder.join("checkpoint");
        if !path.exists() {
            let root = merkle::empty_root();
            return Ok(Checkpoint::sign(key, verifier.origin(), 0, root));
        }
        let note = fs::read_to_string(&path).map_err(|error| LogError::file(&path, &error))?;
        let checkpoint = Checkpoint::open(&note, verifier)?;
        self.confirm(tree, &checkpoint)?;
        Ok(checkpoint)
    }

    /// Whether the tree extends what the checkpoint signed.
    pub(crate) fn confirm(&self, tree: &Tree, checkpoint: &Checkpoint) -> Result<(), LogError> {
        match tree.root(checkpoint.size) {
            None => Err(LogError::Behind { found: tree.size(), promised: checkpoint.size }),
            Some(root) if root == checkpoint.root => Ok(()),
            Some(_) => {
                let index = self.first_difference(tree).unwrap_or(0);
                Err(LogError::Damaged {
                    index,
                    reason: "it differs from what the checkpoint signed".to_owned(),
                })
            }
        }
    }

    /// Overwrites a torn batch with zeros, so that nothing of it can be read as a batch later.
    pub(crate) fn drop_torn_tail(&self, disk: &mut dyn Disk) -> Result<(), LogError> {
        let (Some(name), true) = (&self.end.name, self.end.torn) else { return Ok(()) };
        let rest = usize::try_from(self.end.bytes - self.end.offset).unwrap_or(usize::MAX);
        let cleared =
            disk.write(name, self.end.offset, &vec![0; rest]).and_then(|()| disk.sync(name));
        cleared.map_err(|error| LogError::file(self.folder.join(name), &error))
    }

    /// Makes the leaf hashes beside the segments those of the tree.
    pub(crate) fn align_leaves(&self, tree: &Tree) -> Result<(), LogError> {
        let path = self.folder.join("leaves");
        let length = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        if length == tree.size() * 32 {
            return Ok(());
        }
        let leaves = (0..tree.size()).filter_map(|index| tree.node(0, index));
        let bytes: Vec<u8> = leaves.flat_map(|leaf| *leaf.as_bytes()).collect();
        disk::replace(&path, &bytes).map_err(|error| LogError::file(&path, &error))
    }

    /// Leaf hashes beside the segments name the entry when one was rewritten.
    fn remember(&self, leaves: &[Sha256]) {
        let bytes: Vec<u8> = leaves.iter().flat_map(|leaf| *leaf.as_bytes()).collect();
        let opened =
            fs::OpenOptions::new().append(true).create(true).open(self.folder.join("leaves"));
        // Only a convenience for whoever looks for damage: losing it loses no record.
        drop(opened.and_then(|mut file| file.write_all(&bytes)));
    }

    fn first_difference(&self, tree: &Tree) -> Option<u64> {
        let known = fs::read(self.folder.join("leaves")).ok()?;
        let (known, _) = known.as_chunks::<32>();
        let differs = |(index, leaf): &(u64, &[u8; 32])| {
            tree.node(0, *index).is_none_or(|found| found.as_bytes() != *leaf)
        };
        (0..).zip(known).find(differs).map(|(index, _)| index)
    }

    fn store(&self, checkpoint: &Checkpoint) -> Result<(), LogError> {
        let path = self.folder.join("checkpoint");
        disk::replace(&path, checkpoint.note.as_bytes())
            .map_err(|error| LogError::file(&path, &error))
    }
}
