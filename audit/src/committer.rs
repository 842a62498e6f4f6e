//! The one thread that writes: group commit, receipts, checkpoints.

use std::{
    cmp::Ordering,
    collections::HashMap,
    sync::{PoisonError, mpsc},
    time::Duration,
};

use tokio::sync::oneshot;
use types::Receipt;

use crate::{
    Checkpoint, LogError, LogKey, Record,
    follower::{Follower, Numbered},
    merkle, note,
    schedule::Schedule,
    store::LogStore,
};

/// At most this many records are written together.
const BATCH_RECORDS_MAX: usize = 256;

/// What others ask of the committer.
pub(crate) enum Command {
    Append(Box<Record>, Reply<Receipt>),
    Checkpoint(Reply<Checkpoint>),
    /// Others may have appended or published; tells when that was taken in.
    Follow(Option<Reply<()>>),
    /// Nobody will ask for anything any more.
    Close,
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
        let mut schedule = Schedule::new(self.checkpoint_every);
        let mut asked: Vec<Reply<Checkpoint>> = Vec::new();
        let mut closing = false;
        while !closing {
            let patience = schedule.patience(self.store.follows(), !asked.is_empty());
            let mut work = match commands.recv_timeout(patience) {
                Ok(first) => gather(first, commands),
                Err(mpsc::RecvTimeoutError::Timeout) => Work { follow: true, ..Work::default() },
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            };
            closing = work.close;
            if !work.appends.is_empty() {
                self.commit(work.appends);
            }
            if work.follow && self.store.follows().is_some() {
                let followed = self.follow();
                work.followers.into_iter().for_each(|reply| drop(reply.send(followed.clone())));
            } else {
                work.followers.into_iter().for_each(|reply| drop(reply.send(Ok(()))));
            }
            asked.append(&mut work.checkpoints);
            let (size, covered) = self.follower.sizes();
            schedule.note(size, covered);
            if schedule.is_due(!asked.is_empty()) {
                self.integrate(&mut schedule, &mut asked);
            }
        }
        if matches!(self.store.integrates(), Ok(true)) {
            drop(self.checkpoint());
        }
    }

    /// Publishes a checkpoint if it is this process's turn.
    fn integrate(&mut self, schedule: &mut Schedule, asked: &mut Vec<Reply<Checkpoint>>) {
        let signed = match self.store.integrates() {
            Ok(true) => self.checkpoint(),
            // Whoever asked waits until the other process has published, or has lost its turn.
            Ok(false) => return schedule.again(!asked.is_empty()),
            Err(error) => Err(error),
        };
        match &signed {
            Ok(checkpoint) => {
                schedule.done();
                schedule.note(self.follower.size(), checkpoint.size);
            }
            Err(_) => schedule.again(false),
        }
        for reply in asked.drain(..) {
            drop(reply.send(signed.clone()));
        }
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
            if let LogError::NotKept(_) = error {
                // It is as if nobody had asked.
                for waiting in pending {
                    drop(waiting.reply.send(Err(error.clone())));
                }
                return;
            }
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
        let known = follower.size();
        let followed = match known.cmp(&next) {
            Ordering::Equal => Ok(next),
            Ordering::Less => {
                self.store.read(known, &mut |index, entry| follower.follow(index, &entry))
            }
            Ordering::Greater => Err(LogError::Behind { found: next, promised: known }),
        };
        if let Err(error) = &followed {
            // An empty batch gives up the right to append.
            drop(self.store.commit(next, &[]));
            if !matches!(error, LogError::Unreachable(_)) {
                self.follower.stop(&error.to_string());
            }
        }
        followed
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
        if self.store.follows().is_some() {
            // A checkpoint that covers less than the last one would be refused.
            self.follow()?;
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

/// What was asked for at once.
#[derive(Default)]
struct Work {
    appends: Appends,
    checkpoints: Vec<Reply<Checkpoint>>,
    followers: Vec<Reply<()>>,
    follow: bool,
    close: bool,
}

/// While one batch is being synced the next one gathers: the slower the disk, the larger the batch.
fn gather(first: Command, commands: &mpsc::Receiver<Command>) -> Work {
    let mut work = Work::default();
    let mut next = Some(first);
    while let Some(command) = next {
        match command {
            Command::Append(record, reply) => work.appends.push((record, reply)),
            Command::Checkpoint(reply) => work.checkpoints.push(reply),
            Command::Follow(reply) => {
                work.follow = true;
                work.followers.extend(reply);
            }
            Command::Close => work.close = true,
        }
        let more = work.appends.len() < BATCH_RECORDS_MAX && !work.close;
        next = if more { commands.try_recv().ok() } else { None };
    }
    work
}
