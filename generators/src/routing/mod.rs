//! Several models under one name: the first that is well answers, the next takes over where one fails
//! before its first piece.
//!
//! Reading order: [`health`] says how models are doing, `circuit` when one is left alone, `member` is
//! a model of a route, `order` who is asked first, `attempt` one run, `run` the choice among runs;
//! `pace` knows what is slow, `hook` is the one hook of several runs.
//!
//! What a model or its server would not answer is an answer: it is never asked elsewhere. After the
//! first piece nobody takes over, because two models' words would be mixed.

mod attempt;
pub(crate) mod circuit;
pub mod health;
mod hook;
mod member;
mod order;
mod pace;
mod run;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio::time::Instant;

use self::{health::Health, member::Member, order::Turns, pace::Pace, run::Run};
use crate::{
    EventSender, Generator, GeneratorError, Job, ModelCard, Output, Token,
    seats::{Queue, Seats},
    server::budget::RetryBudget,
};

/// How a route chooses.
#[derive(Debug, Clone)]
pub struct RouteSettings {
    /// Shares of the models, in their order; `None`: the first is asked, the others stand in. A model
    /// of share 0 only stands in.
    pub weights: Option<Vec<u32>>,
    /// Whether a second server is asked where the first is slow.
    pub hedge: Hedge,
    /// How many requests may be under way at once.
    pub requests_max: usize,
    /// Who waits while those are under way.
    pub queue: Queue,
}

impl Default for RouteSettings {
    fn default() -> Self {
        Self { weights: None, hedge: Hedge::Never, requests_max: 1024, queue: Queue::default() }
    }
}

/// When a second server is asked, too: the first piece decides whose answer it is, and the other is
/// told to stop. Both have worked for it. At most a tenth of the requests are hedged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hedge {
    /// Never.
    Never,
    /// After this time without a piece.
    After(Duration),
    /// After the time within which nineteen of twenty requests before have begun.
    P95,
}

/// Models under one name.
#[derive(Debug)]
pub struct Route {
    card: ModelCard,
    members: Vec<Member>,
    turns: Turns,
    hedge: Hedge,
    seats: Seats,
    budget: RetryBudget,
    /// Of streams, and of answers in one piece.
    paces: [Pace; 2],
    counts: Counts,
}

#[derive(Debug, Default)]
struct Counts {
    requests: AtomicU64,
    failures: AtomicU64,
    fallbacks: AtomicU64,
    hedges: AtomicU64,
    hedges_won: AtomicU64,
}

impl Route {
    /// A route that is called `name` over models with their configured names.
    ///
    /// # Errors
    /// [`GeneratorError::Unsupported`] when there is no model, they make different things, or their
    /// weights do not fit.
    pub fn new(
        name: &str,
        models: Vec<(String, Arc<dyn Generator>)>,
        settings: RouteSettings,
    ) -> Result<Self, GeneratorError> {
        let unsupported = |reason: &str| GeneratorError::Unsupported { reason: reason.to_owned() };
        let (_, first) = models.first().ok_or_else(|| unsupported("it names no model"))?;
        let cards = || models.iter().map(|(_, model)| model.card());
        let kinds: BTreeSet<String> = cards().map(|card| card.modality.to_string()).collect();
        if kinds.len() > 1 {
            return Err(unsupported("its models make different things"));
        }
        let mut card = first.card().clone();
        // What one of them cannot do, another one cannot take over.
        card.tasks.retain(|task| cards().all(|card| card.tasks.contains(task)));
        // What holds for the whole must hold for whoever runs.
        card.algorithmic = cards().all(|card| card.algorithmic);
        card.starter = cards().all(|card| card.starter);
        card.name = name.to_owned();
        card.backend = "route".to_owned();
        let weights = settings.weights.clone().unwrap_or_else(|| vec![1; models.len()]);
        if weights.len() != models.len() || weights.iter().all(|weight| *weight == 0) {
            return Err(unsupported("it needs as many weights as models, one of them above 0"));
        }
        let turns = match settings.weights {
            Some(_) => Turns::by_weight(models.len()),
            None => Turns::in_order(),
        };
        let members = models.into_iter().zip(weights);
        let members = members.map(|((name, model), weight)| Member::new(name, model, weight));
        Ok(Self {
            card,
            members: members.collect(),
            turns,
            hedge: settings.hedge,
            seats: Seats::queued(settings.requests_max, settings.queue),
            budget: RetryBudget::full(),
            paces: <[Pace; 2]>::default(),
            counts: Counts::default(),
        })
    }

    /// How soon answers of the same kind began.
    fn pace(&self, whole: bool) -> &Pace {
        let [streamed, at_once] = &self.paces;
        if whole { at_once } else { streamed }
    }

    /// How long a first server may take before a second one is asked.
    fn patience(&self, whole: bool) -> Option<Duration> {
        match self.hedge {
            Hedge::Never => None,
            Hedge::After(time) => Some(time),
            Hedge::P95 => self.pace(whole).p95(),
        }
    }
}

#[async_trait]
impl Generator for Route {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, job: Job, events: EventSender) -> Result<Output, GeneratorError> {
        let _seat = self.seats.take_until(&events, job.deadline).await?;
        self.counts.requests.fetch_add(1, Ordering::Relaxed);
        self.budget.earn();
        let output = Run::new(self, job, &events).into_end().await;
        let failed = matches!(&output, Err(error) if *error != GeneratorError::Cancelled);
        self.counts.failures.fetch_add(u64::from(failed), Ordering::Relaxed);
        output
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None // each of its models reads texts itself
    }

    fn health(&self) -> Option<Health> {
        let now = Instant::now();
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let counts = &self.counts;
        Some(Health {
            in_flight: self.seats.running(),
            queued: self.seats.waiting(),
            requests: count(&counts.requests),
            failures: count(&counts.failures),
            fallbacks: count(&counts.fallbacks),
            hedges: count(&counts.hedges),
            hedges_won: count(&counts.hedges_won),
            turned_away: self.seats.turned_away(),
            ..Health::of(self.members.iter().map(|member| member.part(now)).collect())
        })
    }
}

#[cfg(test)]
mod tests;
