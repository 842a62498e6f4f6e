//! The choice among runs: who begins, who stands in, whose pieces are handed on.

use std::{collections::VecDeque, sync::atomic::Ordering};

use tokio::time::Instant;

use super::{
    Route,
    attempt::{Attempt, Next, first},
    hook::SharedHook,
};
use crate::{
    Event, EventSender, GeneratorError, Job, ModelCard, Output,
    seats::reached,
    server::{Fault, UpstreamError},
};

/// One request on its way through a route.
pub(super) struct Run<'a> {
    route: &'a Route,
    job: Job,
    hook: Option<SharedHook>,
    events: &'a EventSender,
    /// Who has not been asked yet, in order.
    left: VecDeque<usize>,
    /// Who is at it: one, or two where the first is slow.
    racing: Vec<Attempt<'a>>,
    /// When a second one is asked.
    hedge_at: Option<Instant>,
    /// A piece was handed on.
    begun: bool,
    last: Option<GeneratorError>,
}

impl<'a> Run<'a> {
    pub(super) fn new(route: &'a Route, mut job: Job, events: &'a EventSender) -> Self {
        let hook = job.sampler_hook.take().map(SharedHook::new);
        let left = route.turns.next(&route.members).into();
        let (racing, hedge_at, begun, last) = (Vec::new(), None, false, None);
        Self { route, job, hook, events, left, racing, hedge_at, begun, last }
    }

    /// Runs until somebody has answered, or nobody is left.
    pub(super) async fn into_end(mut self) -> Result<Output, GeneratorError> {
        loop {
            self.events.wanted()?;
            if self.racing.is_empty() && !self.ask_next() {
                let none = || UpstreamError::from(Fault::Resting).into();
                return Err(self.last.unwrap_or_else(none));
            }
            let hedge_at = self.hedge_at.filter(|_| !self.begun && self.racing.len() == 1);
            let (place, next) = tokio::select! {
                biased;
                () = self.events.closed() => return Err(GeneratorError::Cancelled),
                next = first(&mut self.racing) => next,
                () = reached(hedge_at) => {
                    self.hedge_at = None;
                    self.hedge();
                    continue;
                }
            };
            match next {
                Next::Told(event) => self.told(place, event).await?,
                Next::Ended(output) => {
                    if let Some(output) = self.ended(place, output).await? {
                        return output;
                    }
                }
            }
        }
    }

    /// Asks the next model; whether there is one.
    fn ask_next(&mut self) -> bool {
        let Some(member) = self.left.pop_front().and_then(|place| self.route.members.get(place))
        else {
            return false;
        };
        if self.last.is_some() {
            self.route.counts.fallbacks.fetch_add(1, Ordering::Relaxed);
        }
        let patience = self.route.patience(self.job.whole);
        self.hedge_at = patience.map(|patience| Instant::now() + patience);
        let hook = self.hook.clone().map(|hook| Box::new(hook) as Box<_>);
        self.racing.push(Attempt::begin(member, self.job.again(hook), false));
        true
    }

    /// Asks a second server, if there is one that is well; models of this machine are not hedged.
    fn hedge(&mut self) {
        let now = Instant::now();
        let members = &self.route.members;
        let well = |place: &usize| {
            let member = members.get(*place);
            member.is_some_and(|member| member.is_server() && member.state(now).is_usable())
        };
        let first_is_server = self.racing.first().is_some_and(|first| first.member.is_server());
        let Some(at) = self.left.iter().position(well).filter(|_| first_is_server) else { return };
        if !self.route.budget.spend() {
            return;
        }
        let Some(member) = self.left.remove(at).and_then(|place| members.get(place)) else {
            return;
        };
        self.route.counts.hedges.fetch_add(1, Ordering::Relaxed);
        self.racing.push(Attempt::begin(member, self.job.again(None), true));
    }

    /// Hands an event on. The first piece decides whose answer it is; whoever else is at it stops.
    async fn told(&mut self, place: usize, event: Event) -> Result<(), GeneratorError> {
        let is_piece = matches!(event, Event::Token { .. } | Event::Step { .. });
        if is_piece && !self.begun {
            let card = self.chosen(place);
            self.events.send(Event::Runs { card: Box::new(card) }).await?;
        }
        self.events.send(event).await
    }

    /// Only this run goes on; the card of its model.
    fn chosen(&mut self, place: usize) -> ModelCard {
        self.begun = true;
        let chosen = self.racing.swap_remove(place);
        self.racing.clear();
        self.route.pace(self.job.whole).note(chosen.started.elapsed());
        self.route.counts.hedges_won.fetch_add(u64::from(chosen.is_hedge), Ordering::Relaxed);
        let card = chosen.card.clone();
        self.racing.push(chosen);
        card
    }

    /// What the end of a run means for the request; `None` when somebody else goes on.
    async fn ended(
        &mut self,
        place: usize,
        output: Result<Output, GeneratorError>,
    ) -> Result<Option<Result<Output, GeneratorError>>, GeneratorError> {
        let error = match output {
            Ok(output) => {
                if !self.begun {
                    let card = self.chosen(place);
                    // It has told nothing before its end.
                    self.events.send(Event::Runs { card: Box::new(card) }).await?;
                }
                self.racing.iter().for_each(|attempt| attempt.turn.worked());
                return Ok(Some(Ok(output)));
            }
            Err(error) => error,
        };
        let attempt = self.racing.swap_remove(place);
        let was_used = self.begun || self.hook.as_ref().is_some_and(SharedHook::was_called);
        if is_its_own(&error) {
            attempt.turn.failed(&error);
        }
        if was_used || !may_fall_back(&error) {
            return Ok(Some(Err(error)));
        }
        // What somebody has tried says more than that somebody else rests.
        if self.last.is_none() || !is_resting(&error) {
            self.last = Some(error);
        }
        Ok(None)
    }
}

/// Whether an error is the model's, not the request's.
const fn is_its_own(error: &GeneratorError) -> bool {
    matches!(
        error,
        GeneratorError::Busy { .. }
            | GeneratorError::Waited { .. }
            | GeneratorError::Upstream(_)
            | GeneratorError::Failed(_)
            | GeneratorError::File { .. }
            | GeneratorError::Unsupported { .. }
    )
}

/// Whether another model may do what one could not.
fn may_fall_back(error: &GeneratorError) -> bool {
    match error {
        GeneratorError::Upstream(error) => error.may_fall_back(),
        error => is_its_own(error),
    }
}

const fn is_resting(error: &GeneratorError) -> bool {
    matches!(error, GeneratorError::Upstream(UpstreamError { fault: Fault::Resting, .. }))
}
