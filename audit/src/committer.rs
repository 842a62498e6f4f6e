//! The one thread that writes: group commit and checkpoints.
//!
//! While one batch is being synced the next one gathers: the slower the disk, the larger the batch.
//! Records come prepared, and what follows from durable ones is left to [`crate::publisher`], so
//! that this thread does little else than write.

mod checkpoints;
mod following;

use std::{
    sync::{Arc, PoisonError, RwLock, mpsc},
    thread,
    time::{Duration, Instant},
};

use self::checkpoints::Checkpoints;
use crate::{
    Checkpoint, LogError, LogKey, Verifier,
    keeper::Job,
    log::View,
    merkle::Tree,
    publisher::{Placed, Reply, Work},
    sequencer::{Numbered, Prepared, Sequencer, Used},
    store::LogStore,
};

/// At most this many records are written together.
const BATCH_RECORDS_MAX: usize = 4096;
/// A batch is closed when it has this many bytes.
const BATCH_BYTES_MAX: usize = 1 << 20;

/// What others ask of the committer.
pub(crate) enum Command {
    Append(Box<Prepared>, Reply<Placed>),
    Checkpoint(Reply<Checkpoint>),
    /// The keeper has made this tree durable.
    Sealed(Result<Box<Tree>, LogError>),
    /// Others may have appended or published; tells when that was taken in.
    Follow(Option<Reply<()>>),
    /// Write a last checkpoint and end.
    Close,
}

/// The thread's state.
pub(crate) struct Committer {
    pub(crate) store: Box<dyn LogStore>,
    pub(crate) key: LogKey,
    pub(crate) verifier: Verifier,
    pub(crate) sequencer: Sequencer,
    pub(crate) view: Arc<RwLock<View>>,
    pub(crate) work: mpsc::Sender<Work>,
    pub(crate) jobs: mpsc::Sender<Job>,
    pub(crate) threads: Vec<thread::JoinHandle<()>>,
}

/// Records on their way.
type Appends = Vec<(Box<Prepared>, Reply<Placed>)>;

/// What was asked for while the last batch was written.
#[derive(Default)]
struct Gathered {
    appends: Appends,
    checkpoints: Vec<Reply<Checkpoint>>,
    sealed: Option<Result<Box<Tree>, LogError>>,
    follow: bool,
    followers: Vec<Reply<()>>,
    close: bool,
}

impl Gathered {
    fn take(&mut self, command: Command) {
        match command {
            Command::Append(record, reply) => self.appends.push((record, reply)),
            Command::Checkpoint(reply) => self.checkpoints.push(reply),
            Command::Sealed(sealed) => self.sealed = Some(sealed),
            Command::Follow(reply) => {
                self.follow = true;
                self.followers.extend(reply);
            }
            Command::Close => self.close = true,
        }
    }
}

impl Committer {
    pub(crate) fn run(mut self, commands: &mpsc::Receiver<Command>, checkpoint_every: Duration) {
        let mut checkpoints = Checkpoints::new(checkpoint_every, self.view_checkpoint().size);
        loop {
            let mut gathered = Gathered::default();
            let patience = checkpoints.patience(Instant::now());
            let patience = patience.min(self.store.follows().unwrap_or(patience));
            match commands.recv_timeout(patience) {
                Ok(first) => gather(first, commands, &mut gathered),
                Err(mpsc::RecvTimeoutError::Timeout) => gathered.follow = true,
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
            if !gathered.appends.is_empty() {
                self.commit(gathered.appends);
            }
            if gathered.follow {
                self.follow_for(gathered.followers, &mut checkpoints);
            }
            self.keep_checkpoints(&mut checkpoints, gathered.checkpoints, gathered.sealed);
            if gathered.close {
                self.close(&mut checkpoints, commands);
                break;
            }
        }
        let Self { work, jobs, threads, .. } = self;
        drop((work, jobs));
        threads.into_iter().for_each(|thread| drop(thread.join()));
    }

    /// Makes a batch durable, and only then lets anybody know.
    fn commit(&mut self, appends: Appends) {
        let begun = match self.stopped() {
            Some(reason) => Err(LogError::Stopped(reason)),
            None => self.begin(),
        };
        let first = match begun {
            Ok(first) => first,
            Err(error) => return refuse(appends.into_iter().map(|append| append.1), &error),
        };
        let mut used = Used::new();
        let (mut records, mut entries, mut replies) = (Vec::new(), Vec::new(), Vec::new());
        for (prepared, reply) in appends {
            match self.sequencer.number(*prepared, &mut used) {
                Ok((Numbered { record, leaf }, entry)) => {
                    records.push((leaf, record));
                    entries.push(entry);
                    replies.push(reply);
                }
                Err(error) => drop(reply.send(Err(error))),
            }
        }
        // Also an empty batch is written: it ends the right to append.
        match self.store.commit(first, &entries) {
            Ok(()) => {
                self.sequencer.keep(used, entries.len() as u64);
                self.note_full(None);
                self.send(Work::Durable { first, records, replies });
            }
            Err(error @ LogError::Full { .. }) => {
                self.note_full(Some(error.to_string()));
                refuse(replies, &error);
            }
            // It is as if nobody had asked.
            Err(error @ LogError::NotKept(_)) => refuse(replies, &error),
            Err(error) => {
                // Whether the store has kept the batch is unknown: nothing more may be promised.
                let reason = error.to_string();
                self.stop(&reason);
                refuse(replies, &LogError::Stopped(reason));
            }
        }
    }

    fn send(&self, work: Work) {
        if self.work.send(work).is_err() {
            self.stop("the publishing thread has ended");
        }
    }

    fn stopped(&self) -> Option<String> {
        self.view.read().unwrap_or_else(PoisonError::into_inner).stopped.clone()
    }

    fn stop(&self, reason: &str) {
        self.view.write().unwrap_or_else(PoisonError::into_inner).stopped = Some(reason.to_owned());
    }

    fn note_full(&self, full: Option<String>) {
        let known = self.view.read().unwrap_or_else(PoisonError::into_inner).full.is_some();
        if known || full.is_some() {
            self.view.write().unwrap_or_else(PoisonError::into_inner).full = full;
        }
    }

    fn view_checkpoint(&self) -> Checkpoint {
        self.view.read().unwrap_or_else(PoisonError::into_inner).checkpoint.clone()
    }
}

fn refuse(replies: impl IntoIterator<Item = Reply<Placed>>, error: &LogError) {
    replies.into_iter().for_each(|reply| drop(reply.send(Err(error.clone()))));
}

fn gather(first: Command, commands: &mpsc::Receiver<Command>, gathered: &mut Gathered) {
    let mut bytes = 0;
    let mut next = Some(first);
    while let Some(command) = next {
        if let Command::Append(prepared, _) = &command {
            bytes += prepared.bytes();
        }
        gathered.take(command);
        let room = gathered.appends.len() < BATCH_RECORDS_MAX && bytes < BATCH_BYTES_MAX;
        next = if room { commands.try_recv().ok() } else { None };
    }
}
