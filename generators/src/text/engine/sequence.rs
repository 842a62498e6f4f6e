//! One run among others.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::prefix::Prefixes;
use crate::{
    GeneratorError, TextOutput,
    text::{
        generation::{Plan, Writing},
        network::{BLOCK, Ledger, Memory},
        opened::Opened,
    },
};

/// What a run is told back.
pub(super) type Outcome = Result<TextOutput, GeneratorError>;

/// A run that waits for its turn.
pub(super) struct Request {
    pub(super) plan: Plan,
    pub(super) tenant: Option<String>,
    /// Each token's text.
    pub(super) pieces: mpsc::Sender<String>,
    pub(super) outcome: oneshot::Sender<Outcome>,
}

/// A run that has its turn.
pub(super) struct Sequence<'a> {
    writing: Writing<'a>,
    /// The prompt and the tokens drawn after it.
    ids: Vec<u32>,
    prompt: usize,
    pub(super) memory: Memory,
    tenant: Option<String>,
    pieces: mpsc::Sender<String>,
    outcome: oneshot::Sender<Outcome>,
    /// Whether the prompt's blocks were offered to others.
    kept: bool,
}

impl<'a> Sequence<'a> {
    pub(super) fn new(
        opened: &'a Opened,
        ledger: &Arc<Ledger>,
        prefixes: &mut Prefixes,
        request: Request,
    ) -> Self {
        let Request { plan, tenant, pieces, outcome } = request;
        let long = plan.long;
        let (writing, ids) = Writing::new(opened, plan);
        // Texts that turn by other factors share nothing with the rest.
        let shared = if long { Vec::new() } else { prefixes.find(tenant.as_deref(), &ids) };
        let mut memory = Memory::sharing(ledger, shared);
        memory.long = long;
        let prompt = ids.len();
        Self { writing, ids, prompt, memory, tenant, pieces, outcome, kept: long }
    }

    /// Whether somebody wants the result.
    pub(super) fn wanted(&self) -> bool {
        !self.pieces.is_closed()
    }

    /// Whether the one who wants it has taken what was written so far.
    pub(super) fn can_write(&self) -> bool {
        self.pieces.capacity() > 0
    }

    /// Tokens that are yet to be read.
    pub(super) fn unread(&self) -> &[u32] {
        self.ids.get(self.memory.tokens()..).unwrap_or_default()
    }

    /// Forgets what was read, to make room for others; it is read again later.
    pub(super) fn forget(&mut self, ledger: &Arc<Ledger>) {
        let long = self.memory.long;
        self.memory = Memory::new(ledger);
        self.memory.long = long;
    }

    /// Offers the prompt's blocks to others, once.
    pub(super) fn offer(&mut self, prefixes: &mut Prefixes) {
        if !self.kept && self.memory.tokens() >= self.prompt {
            self.kept = true;
            let blocks = self.prompt / BLOCK;
            let full = self.memory.full_blocks();
            let full = full.get(..blocks).unwrap_or(full);
            prefixes.keep(self.tenant.as_deref(), &self.ids, full);
        }
    }

    /// Draws a token from the logits after the last one; gives the outcome when the text has ended.
    pub(super) fn draw(&mut self, logits: &[f32]) -> Option<Outcome> {
        let drawn = match self.writing.draw(logits) {
            Ok(drawn) => drawn,
            Err(error) => return Some(Err(error)),
        };
        self.ids.push(drawn.id);
        // There was room for it before the step; only the receiver may have gone since.
        if self.pieces.try_send(drawn.fresh).is_err() {
            return Some(Err(GeneratorError::Cancelled));
        }
        drawn.finish.map(|reason| Ok(self.writing.output(reason)))
    }

    /// Tells how it ended and frees everything.
    pub(super) fn end(self, outcome: Outcome) {
        let Self { memory, pieces, outcome: told, .. } = self;
        // Whoever hears of the end must find the memory free.
        drop(memory);
        drop(pieces);
        // Nobody may be left to tell.
        let _ = told.send(outcome);
    }
}
