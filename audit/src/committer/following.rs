//! What other processes have appended and published, where several share one store.

use std::sync::PoisonError;

use super::{Committer, checkpoints::Checkpoints};
use crate::{
    Checkpoint, LogError, Record, merkle, opening,
    publisher::{Reply, Work},
};

/// So many followed records are indexed together.
const FOLLOWED_AT_ONCE: usize = 256;

impl Committer {
    /// Takes the right to append, and takes in what others have appended since.
    pub(super) fn begin(&mut self) -> Result<u64, LogError> {
        let next = self.store.begin()?;
        let followed = if next == self.sequencer.size() { Ok(()) } else { self.follow_entries() };
        if let Err(error) = followed {
            // An empty batch gives up the right to append.
            drop(self.store.commit(next, &[]));
            return Err(self.stop_unless_unreachable(error));
        }
        Ok(next)
    }

    /// Takes in whatever others have written since, and tells those who asked for it.
    ///
    /// A store that cannot be reached is asked again later; one whose contents do not fit what is
    /// known here ends this process's part in the log.
    pub(super) fn follow_for(&mut self, asked: Vec<Reply<()>>, checkpoints: &mut Checkpoints) {
        let followed = match self.stopped() {
            Some(reason) => Err(LogError::Stopped(reason)),
            None if self.store.follows().is_none() => Ok(()),
            None => self
                .follow_entries()
                .and_then(|()| self.follow_checkpoint(checkpoints))
                .map_err(|error| self.stop_unless_unreachable(error)),
        };
        for reply in asked {
            match &followed {
                Ok(()) => self.send(Work::Taken(reply)),
                Err(error) => drop(reply.send(Err(error.clone()))),
            }
        }
    }

    pub(super) fn stop_unless_unreachable(&self, error: LogError) -> LogError {
        if !matches!(error, LogError::Unreachable(_)) {
            self.stop(&error.to_string());
        }
        error
    }

    /// Takes in what others have appended; the index is told of many at once.
    pub(super) fn follow_entries(&mut self) -> Result<(), LogError> {
        let known = self.sequencer.size();
        let (sequencer, work) = (&mut self.sequencer, &self.work);
        let mut records = Vec::new();
        let tell = |end: u64, records: &mut Vec<_>| {
            let first = end - records.len() as u64;
            let records = std::mem::take(records);
            drop(work.send(Work::Durable { first, records, replies: Vec::new() }));
        };
        let read = self.store.read(known, &mut |index, entry| {
            let record = Record::parse(&entry)
                .map_err(|error| LogError::Damaged { index, reason: error.to_string() })?;
            sequencer.note(index, &record);
            records.push((merkle::leaf_hash(&entry), record));
            if records.len() == FOLLOWED_AT_ONCE {
                tell(index + 1, &mut records);
            }
            Ok(())
        });
        // Also after an error, what was numbered is taken in.
        if !records.is_empty() {
            tell(self.sequencer.size(), &mut records);
        }
        let next = read?;
        if next < known {
            return Err(LogError::Behind { found: next, promised: known });
        }
        Ok(())
    }

    /// Takes over a checkpoint that another process has published.
    pub(super) fn follow_checkpoint(
        &mut self,
        checkpoints: &mut Checkpoints,
    ) -> Result<(), LogError> {
        let Some(note) = self.store.checkpoint()? else { return Ok(()) };
        let checkpoint = {
            let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
            if view.checkpoint.note == note {
                return Ok(());
            }
            let checkpoint = Checkpoint::open(&note, &self.verifier)?;
            // One that covers more than was taken in is for the next time.
            if checkpoint.size < view.checkpoint.size || checkpoint.size > view.tree.size() {
                return Ok(());
            }
            opening::confirm(&view.tree, &checkpoint, None)?;
            view.checkpoint = checkpoint.clone();
            checkpoint
        };
        self.cover(checkpoints, &checkpoint);
        Ok(())
    }
}
