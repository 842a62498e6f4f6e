//! Reading tokens by hand: for comparing a model with another program, and for measuring.

use std::{fmt, sync::Arc};

use super::{
    TextModel,
    network::{Ledger, Memory, Network, Reading, Wanted},
};
use crate::GeneratorError;

/// A sequence that is read by hand.
pub struct Session {
    network: Arc<Network>,
    memory: Memory,
}

impl TextModel {
    /// A sequence without tokens; reads the weights if nobody has yet. It is not scheduled with
    /// other runs and is no way to write texts.
    ///
    /// # Errors
    /// [`GeneratorError`] when the weights cannot be read.
    pub fn session(&self) -> Result<Session, GeneratorError> {
        let network = self.0.loaded(None)?.network;
        Ok(Session { network, memory: Memory::new(&Ledger::new(&self.0.opened.config)) })
    }
}

impl Session {
    /// Reads tokens after those read before: the logits after each of them, one for each token of
    /// the vocabulary.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a token is not of the vocabulary.
    pub fn read(&mut self, ids: &[u32]) -> Result<Vec<Vec<f32>>, GeneratorError> {
        self.forward(ids, Wanted::All)
    }

    /// The same, with the logits after the last token alone, as writing needs them.
    ///
    /// # Errors
    /// As [`Self::read`]; also when `ids` is empty.
    pub fn read_to_last(&mut self, ids: &[u32]) -> Result<Vec<f32>, GeneratorError> {
        let empty = || GeneratorError::Failed("no token was read".to_owned());
        self.forward(ids, Wanted::Last)?.pop().ok_or_else(empty)
    }

    fn forward(&mut self, ids: &[u32], wanted: Wanted) -> Result<Vec<Vec<f32>>, GeneratorError> {
        self.network.forward(&mut [Reading { ids, memory: &mut self.memory, wanted }])
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("tokens", &self.memory.tokens()).finish_non_exhaustive()
    }
}
