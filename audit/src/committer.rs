//! The one thread that writes: group commit, receipts, checkpoints.

use std::{
    collections::HashMap,
    sync::{PoisonError, mpsc},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;
use types::Receipt;

use crate::{
    Checkpoint, LogError, LogKey, Record,
    follower::{Follower, Numbered},
    merkle, note,
    store::LogStore,
};

/// At most this many records are written together.
const BATCH_RECORDS_MAX: usize = 256;

/// What others ask of the committer.
pub(crate) enum Command {
    Append(Box<Record>, Reply<Receipt>),
    Checkpoint(Reply<Checkpoint>),
}

type Reply<T> = oneshot::Sender<Result<T, LogError>>;

/// The thread's state.
pub(crate) struct Committer {
    pub(crate) store: Box<dyn LogStore>,
    pub(crate) key: LogKey,
    pub(crate) origin: String,
    pub(crate) checkpoint_every: Duration,
    pub(crate) follower: Follower,
}

/// A record on its way, with whoever waits for it.
struct Pending {
    numbered: Numbered,
    reply: Reply<Receipt>,
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

    /// Makes a batch durable, and only then lets anybody know.
    fn commit(&mut self, appends: Appends) {
        if let Some(reason) = self.follower.stopped() {
            for (_, reply) in appends {
                drop(reply.send(Err(LogError::Stopped(reason.clone()))));
            }
            return;
        }
        let first = match self.begin() {
            Ok(first) => first,
            Err(error) => {
                for (_, reply) in appends {
                    drop(reply.send(Err(error.clone())));
                }
                return;
            }
        };
        let pending = self.prepare(appends);
        if let Err(error) = self.write(first, &pending) {
            // Whether the store has kept the batch is unknown, so nothing more may be promised.
            let reason = error.to_string();
            self.follower.stop(&reason);
            for waiting in pending {
                drop(waiting.reply.send(Err(LogError::Stopped(reason.clone()))));
            }
            return;
        }
        self.publish(first, pending);
    }

    /// Takes the right to append, and takes in what others have appended since.
    fn begin(&mut self) -> Result<u64, LogError> {
        let next = self.store.begin()?;
        let follower = &mut self.follower;
        if follower.size() < next {
            self.store.read(follower.size(), &mut |index, entry| follower.follow(index, &entry))?;
        }
        Ok(next)
    }

    fn prepare(&mut self, appends: Appends) -> Vec<Pending> {
        let mut pending = Vec::with_capacity(appends.len());
        let mut used = HashMap::new();
        for (record, reply) in appends {
            match self.follower.number(*record, &mut used) {
                Ok(numbered) => pending.push(Pending { numbered, reply }),
                Err(error) => drop(reply.send(Err(error))),
            }
        }
        pending
    }

    /// Also an empty batch is written: it ends the right to append.
    fn write(&mut self, first: u64, pending: &[Pending]) -> Result<(), LogError> {
        let entries: Vec<_> =
            pending.iter().map(|waiting| waiting.numbered.entry.clone()).collect();
        self.store.commit(first, &entries)
    }

    fn publish(&mut self, first: u64, pending: Vec<Pending>) {
        let numbered: Vec<_> = pending.iter().map(|waiting| &waiting.numbered).collect();
        self.follower.publish(first, &numbered);
        for (index, waiting) in (first..).zip(pending) {
            let receipt = note::receipt(&self.key, &self.origin, index, waiting.numbered.leaf);
            drop(waiting.reply.send(Ok(receipt)));
        }
    }

    /// Signs the tree as it is. The index is synced first: a crash after that costs nothing.
    fn checkpoint(&mut self) -> Result<Checkpoint, LogError> {
        if let Some(reason) = self.follower.stopped() {
            return Err(LogError::Stopped(reason));
        }
        self.follower.registry.sync()?;
        let checkpoint = {
            let view = self.follower.view.read().unwrap_or_else(PoisonError::into_inner);
            let size = view.tree.size();
            let root = view.tree.root(size).unwrap_or_else(merkle::empty_root);
            let checkpoint = Checkpoint::sign(&self.key, &self.origin, size, root);
            // Readers go on: only this thread changes the tree.
            self.store.publish(&checkpoint, &view.tree)?;
            checkpoint
        };
        let mut view = self.follower.view.write().unwrap_or_else(PoisonError::into_inner);
        view.checkpoint = checkpoint.clone();
        Ok(checkpoint)
    }
}

type Appends = Vec<(Box<Record>, Reply<Receipt>)>;
type Checkpoints = Vec<Reply<Checkpoint>>;

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
