//! When checkpoints are due, and how one comes about: seal, sign, publish, note.

use std::{
    sync::{PoisonError, mpsc},
    time::{Duration, Instant},
};

use super::{Command, Committer};
use crate::{
    Checkpoint, LogError,
    keeper::Job,
    merkle::{self, Tree},
    publisher::{Reply, Work},
    standing::Standing,
};

/// With so many records since the last one a checkpoint is due at once: their leaves are in memory
/// until then.
const UNCOVERED_MAX: u64 = 1 << 16;
/// A checkpoint that failed is tried again after this time.
const RETRY: Duration = Duration::from_secs(1);
/// How often somebody else's checkpoint is looked for, when another process publishes them.
const LOOK: Duration = Duration::from_millis(200);

/// What is under way.
pub(super) struct Checkpoints {
    every: Duration,
    /// How many entries the last one covers.
    covered: u64,
    uncovered_since: Option<Instant>,
    sealing: bool,
    not_before: Option<Instant>,
    waiting: Vec<(u64, Reply<Checkpoint>)>,
    /// Where the log stood when the seal under way was asked for.
    standing: Option<Standing>,
}

impl Checkpoints {
    pub(super) const fn new(every: Duration, covered: u64) -> Self {
        Self {
            every,
            covered,
            uncovered_since: None,
            sealing: false,
            not_before: None,
            waiting: Vec::new(),
            standing: None,
        }
    }

    /// How long nothing has to be done, if nothing is asked.
    pub(super) fn patience(&self, now: Instant) -> Duration {
        if self.sealing || (self.uncovered_since.is_none() && self.waiting.is_empty()) {
            return Duration::from_secs(3600);
        }
        let due = self.uncovered_since.map(|since| since + self.every);
        let due = due.filter(|_| self.waiting.is_empty()).unwrap_or(now);
        due.max(self.not_before.unwrap_or(due)).saturating_duration_since(now)
    }

    fn is_due(&self, size: u64, now: Instant) -> bool {
        let ready = !self.sealing && self.not_before.is_none_or(|earliest| now >= earliest);
        let aged = self.uncovered_since.is_some_and(|since| now >= since + self.every);
        ready
            && (aged || !self.waiting.is_empty() || size - self.covered.min(size) >= UNCOVERED_MAX)
    }

    fn answer(&mut self, checkpoint: &Checkpoint) {
        let waiting = std::mem::take(&mut self.waiting);
        let (covered, rest): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(size, _)| *size <= checkpoint.size);
        self.waiting = rest;
        covered.into_iter().for_each(|(_, reply)| drop(reply.send(Ok(checkpoint.clone()))));
    }

    fn refuse(&mut self, error: &LogError) {
        self.not_before = Some(Instant::now() + RETRY);
        self.waiting.drain(..).for_each(|(_, reply)| drop(reply.send(Err(error.clone()))));
    }
}

impl Committer {
    pub(super) fn keep_checkpoints(
        &mut self,
        checkpoints: &mut Checkpoints,
        asked: Vec<Reply<Checkpoint>>,
        sealed: Option<Result<Box<Tree>, LogError>>,
    ) {
        let size = self.sequencer.size();
        if size > checkpoints.covered {
            checkpoints.uncovered_since.get_or_insert_with(Instant::now);
        }
        if !asked.is_empty() {
            // Whoever asks does not wait for the next try.
            checkpoints.not_before = None;
        }
        checkpoints.waiting.extend(asked.into_iter().map(|reply| (size, reply)));
        if let Some(sealed) = sealed {
            self.finish(checkpoints, sealed);
        }
        if checkpoints.is_due(size, Instant::now()) {
            self.seal(checkpoints);
        }
    }

    fn seal(&mut self, checkpoints: &mut Checkpoints) {
        if let Some(reason) = self.stopped() {
            return checkpoints.refuse(&LogError::Stopped(reason));
        }
        // A checkpoint that covers less than the last one would be refused.
        if self.store.follows().is_some()
            && let Err(error) = self.follow_entries()
        {
            let error = self.stop_unless_unreachable(error);
            return checkpoints.refuse(&error);
        }
        checkpoints.sealing = true;
        checkpoints.uncovered_since = None;
        checkpoints.standing = Some(Standing {
            origin: self.verifier.origin().to_owned(),
            size: self.sequencer.size(),
            root: merkle::empty_root(),
            time: self.sequencer.time(),
            tenants: self.sequencer.tenants().iter().map(|(k, v)| (k.clone(), *v)).collect(),
            edge: Vec::new(),
        });
        self.send(Work::Seal);
    }

    fn finish(&mut self, checkpoints: &mut Checkpoints, sealed: Result<Box<Tree>, LogError>) {
        checkpoints.sealing = false;
        let published = match &sealed {
            Ok(tree) => self.publish(tree),
            Err(error) => Err(error.clone()),
        };
        match (published, sealed) {
            (Ok(Some(checkpoint)), Ok(tree)) => {
                self.note(&checkpoint, &tree, checkpoints.standing.take());
                self.cover(checkpoints, &checkpoint);
            }
            // Its tiles are durable here, too, whoever publishes the checkpoint over them.
            (Ok(None) | Err(LogError::Superseded { .. }), Ok(tree)) => {
                self.release(&tree);
                self.adopt(checkpoints);
            }
            (Err(error), _) | (Ok(_), Err(error)) => {
                checkpoints.uncovered_since.get_or_insert_with(Instant::now);
                checkpoints.refuse(&error);
            }
        }
    }

    fn release(&self, sealed: &Tree) {
        self.view.write().unwrap_or_else(PoisonError::into_inner).tree.release(sealed);
    }

    pub(super) fn cover(&mut self, checkpoints: &mut Checkpoints, checkpoint: &Checkpoint) {
        checkpoints.covered = checkpoint.size;
        checkpoints.not_before = None;
        let more = self.sequencer.size() > checkpoint.size;
        checkpoints.uncovered_since =
            more.then(|| checkpoints.uncovered_since.unwrap_or_else(Instant::now));
        checkpoints.answer(checkpoint);
    }

    /// Signs the tree and publishes the checkpoint; `None` when that is another process's turn.
    fn publish(&mut self, tree: &Tree) -> Result<Option<Checkpoint>, LogError> {
        if let Some(reason) = self.stopped() {
            return Err(LogError::Stopped(reason));
        }
        if !self.store.integrates()? {
            return Ok(None);
        }
        let size = tree.size();
        let root = tree.root(size).ok_or_else(|| LogError::Damaged {
            index: 0,
            reason: "a tile was changed while the log was open".to_owned(),
        })?;
        let checkpoint = Checkpoint::sign(&self.key, self.verifier.origin(), size, root);
        self.store.publish(&checkpoint, tree)?;
        Ok(Some(checkpoint))
    }

    fn note(&self, checkpoint: &Checkpoint, tree: &Tree, standing: Option<Standing>) {
        if let Some(standing) = standing {
            let edge = tree.edge().to_vec();
            let standing = Standing { root: checkpoint.root, edge, ..standing };
            drop(self.jobs.send(Job::Note(Box::new(standing))));
        }
        let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
        view.checkpoint = checkpoint.clone();
        view.tree.release(tree);
    }

    /// Looks for the checkpoint of the process whose turn it is, now and again.
    fn adopt(&mut self, checkpoints: &mut Checkpoints) {
        if let Err(error) = self.follow_checkpoint(checkpoints) {
            return checkpoints.refuse(&error);
        }
        if self.sequencer.size() > checkpoints.covered {
            checkpoints.uncovered_since.get_or_insert_with(Instant::now);
        }
        checkpoints.not_before = Some(Instant::now() + LOOK);
    }

    /// A last checkpoint, if one is missing.
    pub(super) fn close(
        &mut self,
        checkpoints: &mut Checkpoints,
        commands: &mpsc::Receiver<Command>,
    ) {
        for _ in 0..2 {
            if !checkpoints.sealing && self.sequencer.size() > checkpoints.covered {
                self.seal(checkpoints);
            }
            while checkpoints.sealing {
                match commands.recv() {
                    Ok(Command::Sealed(sealed)) => self.finish(checkpoints, sealed),
                    Ok(_) => {}
                    Err(_) => return,
                }
            }
        }
    }
}
