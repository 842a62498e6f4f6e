//! What other processes have appended and published, where several share one store.

use std::sync::PoisonError;

use crate::{Checkpoint, LogError, Verifier, committer::Committer, log};

impl Committer {
    /// Takes in whatever others have written since.
    ///
    /// A store that cannot be reached is asked again later; one whose contents do not fit what is
    /// known here ends this process's part in the log.
    pub(crate) fn follow(&mut self) -> Result<(), LogError> {
        if let Some(reason) = self.follower.stopped() {
            return Err(LogError::Stopped(reason));
        }
        let followed = self.follow_entries().and_then(|()| self.follow_checkpoint());
        if let Err(error) = &followed
            && !matches!(error, LogError::Unreachable(_))
        {
            self.follower.stop(&error.to_string());
        }
        followed
    }

    fn follow_entries(&mut self) -> Result<(), LogError> {
        let follower = &mut self.follower;
        let known = follower.size();
        let next = self.store.read(known, &mut |index, entry| follower.follow(index, &entry))?;
        if next < known {
            return Err(LogError::Behind { found: next, promised: known });
        }
        Ok(())
    }

    fn follow_checkpoint(&mut self) -> Result<(), LogError> {
        let Some(note) = self.store.checkpoint()? else { return Ok(()) };
        let mut view = self.follower.view.write().unwrap_or_else(PoisonError::into_inner);
        if view.checkpoint.note == note {
            return Ok(());
        }
        let verifier = Verifier::new(self.origin.clone(), self.key.verifying_key());
        let checkpoint = Checkpoint::open(&note, &verifier)?;
        // One that covers more than was read is for the next time.
        if checkpoint.size >= view.checkpoint.size && checkpoint.size <= view.tree.size() {
            log::confirm(&view.tree, &checkpoint, None)?;
            view.checkpoint = checkpoint;
        }
        Ok(())
    }
}
