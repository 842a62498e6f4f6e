//! A model of a route, and how it is doing.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use tokio::time::Instant;

use super::{
    circuit::{Circuit, Outcome, Ticket},
    health::{Health, Part, State},
};
use crate::{Generator, GeneratorError};

/// A model of a route.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) generator: Arc<dyn Generator>,
    /// Its share among several.
    pub(super) weight: u32,
    /// For models that do not look after their health themselves.
    circuit: Mutex<Circuit>,
    open: AtomicUsize,
    requests: AtomicU64,
    failures: AtomicU64,
}

/// A request under way at a member. Dropped without a word, it has shown nothing.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    member: &'a Member,
    ticket: Option<Ticket>,
}

impl Member {
    pub(super) fn new(name: String, generator: Arc<dyn Generator>, weight: u32) -> Self {
        let [requests, failures] = [0; 2].map(AtomicU64::new);
        let (circuit, open) = (Mutex::new(Circuit::default()), AtomicUsize::new(0));
        Self { name, generator, weight, circuit, open, requests, failures }
    }

    /// Whether it asks servers: they never sample here.
    pub(super) fn is_server(&self) -> bool {
        self.generator.health().is_some()
    }

    pub(super) fn state(&self, now: Instant) -> State {
        self.generator.health().map_or_else(|| self.circuit().state(now), |health| health.state)
    }

    /// Begins a request. One that comes while the member rests says nothing of its health.
    pub(super) fn begin(&self) -> Turn<'_> {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.requests.fetch_add(1, Ordering::Relaxed);
        Turn { member: self, ticket: self.circuit().admit(Instant::now()).ok() }
    }

    pub(super) fn part(&self, now: Instant) -> Part {
        let own = self.generator.health();
        let opened = own.as_ref().map_or_else(|| self.circuit().opened(), |own| own.opened);
        let health = Health {
            state: own.map_or_else(|| self.circuit().state(now), |own| own.state),
            in_flight: self.open.load(Ordering::Relaxed),
            requests: self.requests.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
            opened,
            ..Health::default()
        };
        Part { name: self.name.clone(), health }
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        // Counters are never half-written.
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    pub(super) fn worked(&self) {
        self.report(Outcome::Worked);
    }

    /// It failed; the error is the member's own. Too much to do is no fault.
    pub(super) fn failed(&self, error: &GeneratorError) {
        if !matches!(error, GeneratorError::Busy { .. } | GeneratorError::Waited { .. }) {
            self.member.failures.fetch_add(1, Ordering::Relaxed);
            self.report(Outcome::Failed { asked: None });
        }
    }

    fn report(&self, outcome: Outcome) {
        if let Some(ticket) = self.ticket {
            self.member.circuit().report(ticket, outcome, Instant::now());
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.member.open.fetch_sub(1, Ordering::Relaxed);
        self.report(Outcome::Nothing);
    }
}
