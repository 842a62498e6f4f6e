//! The thread that runs a model: step after step, some tokens of every run.
//!
//! A step reads the last drawn token of each run that writes, and fills up with prompts to
//! [`TOKENS_A_STEP`], so that a long prompt never halts those that write. Runs take the memory
//! that they need block by block. When it is used up, first the shared beginnings go, then the
//! youngest run forgets what it has read and reads it again later; its text stays the same.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, TryRecvError},
    },
    thread,
};

use super::{
    prefix::Prefixes,
    queue::Queue,
    sequence::{Outcome, Request, Sequence},
};
use crate::{
    GeneratorError,
    text::{
        network::{BLOCK, Ledger, Network, Reading, Wanted},
        opened::Opened,
    },
};

/// Tokens that are read in one step.
pub(super) const TOKENS_A_STEP: usize = 256;
/// Runs that have their turn at once.
const RUNNING_MAX: usize = 64;

/// What is known of a scheduler from outside.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Runs that wait for their turn.
    pub(super) waiting: AtomicUsize,
    /// Runs that have their turn.
    pub(super) running: AtomicUsize,
}

pub(super) struct Scheduler<'a> {
    pub(super) opened: &'a Opened,
    pub(super) network: &'a Network,
    pub(super) ledger: &'a Arc<Ledger>,
    pub(super) counts: &'a Counts,
    /// Blocks that may be used.
    pub(super) blocks_max: usize,
    pub(super) prefixes: Prefixes,
    queue: Queue<Request>,
    /// Oldest first.
    running: Vec<Sequence<'a>>,
}

impl<'a> Scheduler<'a> {
    pub(super) fn new(
        (opened, network): (&'a Opened, &'a Network),
        ledger: &'a Arc<Ledger>,
        counts: &'a Counts,
        blocks_max: usize,
    ) -> Self {
        let prefixes = Prefixes::new(blocks_max / 4);
        let (queue, running) = (Queue::new(), Vec::new());
        Self { opened, network, ledger, counts, blocks_max, prefixes, queue, running }
    }

    /// Runs until nobody can ask any more and everything is done.
    pub(super) fn run(&mut self, requests: &Receiver<Request>) {
        loop {
            let open = self.receive(requests);
            self.drop_unwanted();
            self.admit();
            if self.step() {
                continue;
            }
            if !open && self.running.is_empty() && self.queue.len() == 0 {
                return;
            }
            // Whoever asks, takes a text or leaves wakes this thread, also if that was just now.
            thread::park();
        }
    }

    fn receive(&mut self, requests: &Receiver<Request>) -> bool {
        loop {
            match requests.try_recv() {
                Ok(request) => self.queue.push(request.tenant.clone().as_deref(), request),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn drop_unwanted(&mut self) {
        let before = self.queue.len();
        self.queue.remove(|request| request.pieces.is_closed());
        self.counts.waiting.fetch_sub(before - self.queue.len(), Ordering::AcqRel);
        let mut index = 0;
        while let Some(sequence) = self.running.get(index) {
            if sequence.wanted() {
                index += 1;
            } else {
                self.end(index, Err(GeneratorError::Cancelled));
            }
        }
    }

    fn end(&mut self, index: usize, outcome: Outcome) {
        self.running.remove(index).end(outcome);
        self.counts.running.store(self.running.len(), Ordering::Release);
    }

    /// Gives a turn to those who wait, as long as their prompts find room.
    fn admit(&mut self) {
        while self.running.len() < RUNNING_MAX {
            let Some(next) = self.queue.peek() else { return };
            let needed = next.plan.prompt_tokens() / BLOCK + 1;
            // Alone, a run finds room always: there is room for the whole context.
            if !self.running.is_empty() && !self.make_room(needed, None) {
                return;
            }
            let Some(request) = self.queue.pop() else { return };
            let sequence = Sequence::new(self.opened, self.ledger, &mut self.prefixes, request);
            self.running.push(sequence);
            self.counts.waiting.fetch_sub(1, Ordering::AcqRel);
            self.counts.running.store(self.running.len(), Ordering::Release);
        }
    }

    /// Whether `blocks` more may be used. Shared beginnings go first, then what runs younger than
    /// the one at `index` have read.
    fn make_room(&mut self, blocks: usize, index: Option<usize>) -> bool {
        let free = |ledger: &Ledger| ledger.used() + blocks <= self.blocks_max;
        while !free(self.ledger) {
            if self.prefixes.forget_one() {
                continue;
            }
            let first = index.map_or(usize::MAX, |index| index + 1);
            let younger = self.running.get_mut(first..).unwrap_or_default();
            let last = younger.iter_mut().rfind(|sequence| sequence.memory.tokens() > 0);
            match last {
                Some(youngest) => youngest.forget(self.ledger),
                None => return false,
            }
        }
        true
    }

    /// Reads and draws for every run that can go on; `false` when none can.
    fn step(&mut self) -> bool {
        let chosen = self.choose();
        if chosen.iter().all(|tokens| *tokens == 0) {
            return false;
        }
        let logits = self.read(&chosen);
        let mut logits = match logits {
            Ok(logits) => logits.into_iter(),
            Err(error) => {
                // The step says nothing of whose token it was.
                while !self.running.is_empty() {
                    self.end(0, Err(error.clone()));
                }
                return true;
            }
        };
        let mut ended = Vec::new();
        let runs = self.running.iter_mut().enumerate().zip(&chosen);
        for ((index, sequence), _) in runs.filter(|(_, tokens)| **tokens > 0) {
            sequence.offer(&mut self.prefixes);
            if !sequence.unread().is_empty() {
                continue;
            }
            let outcome = logits.next().map(|logits| sequence.draw(&logits));
            let missing = || Some(Err(GeneratorError::Failed("logits are missing".to_owned())));
            if let Some(outcome) = outcome.unwrap_or_else(missing) {
                ended.push((index, outcome));
            }
        }
        for (index, outcome) in ended.into_iter().rev() {
            self.end(index, outcome);
        }
        true
    }

    /// How many tokens each run reads in this step: first those that write, then prompts, the
    /// oldest first.
    fn choose(&mut self) -> Vec<usize> {
        let mut chosen = vec![0; self.running.len()];
        let mut left = TOKENS_A_STEP;
        for writes in [true, false] {
            for index in 0..chosen.len() {
                let Some(sequence) = self.running.get(index) else { continue };
                let unread = sequence.unread().len();
                if (unread == 1) != writes || !sequence.can_write() || left == 0 {
                    continue;
                }
                let tokens = unread.min(left);
                let (before, after) = (sequence.memory.blocks().len(), sequence.memory.tokens());
                let needed = (after + tokens).div_ceil(BLOCK).saturating_sub(before);
                if !self.make_room(needed, Some(index)) {
                    continue;
                }
                if let (Some(chosen), Some(sequence)) =
                    (chosen.get_mut(index), self.running.get_mut(index))
                {
                    sequence.memory.reserve(tokens);
                    *chosen = tokens;
                    left -= tokens;
                }
            }
        }
        // Whoever had to forget after being chosen reads from its beginning, another time.
        for (chosen, sequence) in chosen.iter_mut().zip(&self.running) {
            if *chosen > 0 && sequence.memory.blocks().is_empty() {
                *chosen = 0;
            }
        }
        chosen
    }

    fn read(&mut self, chosen: &[usize]) -> Result<Vec<Vec<f32>>, GeneratorError> {
        let mut some: Vec<Vec<u32>> = Vec::new();
        for (sequence, tokens) in self.running.iter().zip(chosen) {
            some.push(sequence.unread().get(..*tokens).unwrap_or_default().to_vec());
        }
        let runs = self.running.iter_mut().zip(&some).filter(|(_, ids)| !ids.is_empty());
        let mut readings: Vec<Reading<'_>> = runs
            .map(|(sequence, ids)| {
                let last = ids.len() == sequence.unread().len();
                let wanted = if last { Wanted::Last } else { Wanted::Nothing };
                Reading { ids, memory: &mut sequence.memory, wanted }
            })
            .collect();
        self.network.forward(&mut readings)
    }
}
