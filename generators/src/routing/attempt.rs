//! One model's run, from the side of whoever chooses among several.

use std::{future::Future, pin::Pin};

use tokio::time::Instant;

use super::member::{Member, Turn};
use crate::{Event, EventReceiver, EventSender, GeneratorError, Job, ModelCard, Output};

/// Events that may wait between a model and the caller.
const EVENTS_WAITING_MAX: usize = 4;

type Running<'a> = Pin<Box<dyn Future<Output = Result<Output, GeneratorError>> + Send + 'a>>;

/// A run that is under way. Dropping it stops the model.
pub(super) struct Attempt<'a> {
    pub(super) member: &'a Member,
    pub(super) turn: Turn<'a>,
    pub(super) started: Instant,
    /// It was begun because another one was slow.
    pub(super) is_hedge: bool,
    /// Which model does it, where the member is several.
    pub(super) card: ModelCard,
    running: Running<'a>,
    receiver: EventReceiver,
    is_drained: bool,
    output: Option<Result<Output, GeneratorError>>,
}

/// What a run has come to.
pub(super) enum Next {
    /// It tells something.
    Told(Event),
    /// It has ended, and everything was told.
    Ended(Result<Output, GeneratorError>),
}

impl<'a> Attempt<'a> {
    pub(super) fn begin(member: &'a Member, job: Job, is_hedge: bool) -> Self {
        let (sender, receiver) = EventSender::channel(EVENTS_WAITING_MAX);
        Self {
            member,
            turn: member.begin(),
            started: Instant::now(),
            is_hedge,
            card: member.generator.card().clone(),
            running: member.generator.generate(job, sender),
            receiver,
            is_drained: false,
            output: None,
        }
    }

    /// Runs on to the next event, or to the end. May be dropped and called again.
    pub(super) async fn next(&mut self) -> Next {
        loop {
            if self.is_drained
                && let Some(output) = self.output.take()
            {
                return Next::Ended(output);
            }
            tokio::select! {
                biased;
                event = self.receiver.recv(), if !self.is_drained => match event {
                    Some(Event::Runs { card }) => self.card = *card,
                    Some(event) => return Next::Told(event),
                    None => self.is_drained = true,
                },
                output = &mut self.running, if self.output.is_none() => self.output = Some(output),
            }
        }
    }
}

/// What comes first of one run or two, with its place.
pub(super) async fn first(racing: &mut [Attempt<'_>]) -> (usize, Next) {
    match racing {
        [one] => (0, one.next().await),
        [one, other, ..] => tokio::select! {
            next = one.next() => (0, next),
            next = other.next() => (1, next),
        },
        [] => std::future::pending().await,
    }
}
