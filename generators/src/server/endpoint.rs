//! The servers behind one model: which is asked next, and which is left alone for a while.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::Url;
use tokio::time::Instant;

use super::error::{Fault, UpstreamError};
use crate::routing::{
    circuit::{Circuit, Outcome, Ticket},
    health::{Health, Part},
};

/// Servers that are alike.
#[derive(Debug)]
pub(super) struct Endpoints {
    all: Vec<Arc<Endpoint>>,
    turn: AtomicUsize,
}

#[derive(Debug)]
struct Endpoint {
    base: Url,
    /// Requests under way.
    open: AtomicUsize,
    requests: AtomicU64,
    failures: AtomicU64,
    circuit: Mutex<Circuit>,
}

/// A request under way at an endpoint.
#[derive(Debug)]
pub(super) struct Lease {
    endpoint: Arc<Endpoint>,
    place: usize,
    ticket: Ticket,
}

impl Endpoints {
    pub(super) fn new(bases: Vec<Url>) -> Self {
        let endpoint = |base| {
            let (open, circuit) = (AtomicUsize::new(0), Mutex::new(Circuit::default()));
            let [requests, failures] = [0; 2].map(AtomicU64::new);
            Arc::new(Endpoint { base, open, requests, failures, circuit })
        };
        Self { all: bases.into_iter().map(endpoint).collect(), turn: AtomicUsize::new(0) }
    }

    /// The address of every endpoint.
    pub(super) fn bases(&self) -> impl Iterator<Item = &Url> {
        self.all.iter().map(|endpoint| &endpoint.base)
    }

    /// The endpoint with the fewest requests under way, of equals each in turn; one that was tried
    /// already only where there is no other.
    ///
    /// # Errors
    /// [`Fault::Resting`] with the time until the first of them may be asked again.
    pub(super) fn lease(&self, tried: &[usize]) -> Result<Lease, UpstreamError> {
        let now = Instant::now();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        order.rotate_left(turn.checked_rem(self.all.len()).unwrap_or(0));
        let load = |place: &usize| {
            let open = self.all.get(*place).map(|one| one.open.load(Ordering::Relaxed));
            (tried.contains(place), open)
        };
        order.sort_by_key(load);
        let mut soonest = None::<Duration>;
        for place in order {
            let Some(endpoint) = self.all.get(place) else { continue };
            let admitted = endpoint.circuit().admit(now);
            match admitted {
                Ok(ticket) => {
                    endpoint.open.fetch_add(1, Ordering::Relaxed);
                    endpoint.requests.fetch_add(1, Ordering::Relaxed);
                    return Ok(Lease { endpoint: Arc::clone(endpoint), place, ticket });
                }
                Err(wait) => soonest = Some(soonest.map_or(wait, |soonest| soonest.min(wait))),
            }
        }
        let wait = whole_seconds(soonest.unwrap_or_default());
        Err(UpstreamError { fault: Fault::Resting, retry_after_s: Some(wait) })
    }

    /// How each of them is doing.
    pub(super) fn health(&self) -> Health {
        let now = Instant::now();
        let part = |endpoint: &Arc<Endpoint>| {
            let (state, opened) = {
                let circuit = endpoint.circuit();
                (circuit.state(now), circuit.opened())
            };
            let health = Health {
                state,
                in_flight: endpoint.open.load(Ordering::Relaxed),
                requests: endpoint.requests.load(Ordering::Relaxed),
                failures: endpoint.failures.load(Ordering::Relaxed),
                opened,
                ..Health::default()
            };
            Part { name: endpoint.base.to_string(), health }
        };
        Health::of(self.all.iter().map(part).collect())
    }
}

impl Endpoint {
    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        // Counters are never half-written.
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    /// Its place among the endpoints.
    pub(super) const fn place(&self) -> usize {
        self.place
    }

    /// The endpoint's address.
    pub(super) fn base(&self) -> &Url {
        &self.endpoint.base
    }

    /// Whether nothing else of ours is under way there.
    pub(super) fn is_alone(&self) -> bool {
        self.endpoint.open.load(Ordering::Relaxed) == 1
    }

    /// The endpoint did its part.
    pub(super) fn succeeded(&self) {
        self.report(Outcome::Worked);
    }

    /// The endpoint did not, unless the error is the request's own.
    pub(super) fn failed(&self, error: &UpstreamError) {
        if !error.is_of_endpoint() {
            // It has answered, so it is there.
            return self.succeeded();
        }
        self.endpoint.failures.fetch_add(1, Ordering::Relaxed);
        let asked = error.retry_after_s.map(|seconds| Duration::from_secs(seconds.into()));
        self.report(Outcome::Failed { asked });
    }

    fn report(&self, outcome: Outcome) {
        self.endpoint.circuit().report(self.ticket, outcome, Instant::now());
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.endpoint.open.fetch_sub(1, Ordering::Relaxed);
        // A probe that was given up has shown nothing: the next request probes.
        self.report(Outcome::Nothing);
    }
}

/// `path` below `base`, whether or not that ends with a slash.
pub(super) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}

/// Rounded up, at least one.
fn whole_seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::{circuit::FAILURES_MAX, health::State};

    fn endpoints(count: usize) -> Endpoints {
        let base = |n| Url::parse(&format!("http://h{n}/v1")).unwrap();
        Endpoints::new((0..count).map(base).collect())
    }

    #[test]
    fn the_least_loaded_is_asked_and_a_tried_one_last() {
        let endpoints = endpoints(3);
        let leases: Vec<Lease> = (0..3).map(|_| endpoints.lease(&[]).unwrap()).collect();
        let mut places: Vec<usize> = leases.iter().map(Lease::place).collect();
        places.sort_unstable();
        assert_eq!((places.as_slice(), endpoints.health().in_flight), ([0, 1, 2].as_slice(), 3));
        drop(leases);
        let busy = endpoints.lease(&[1, 2]).unwrap();
        assert_eq!(busy.place(), 0);
        assert_ne!(endpoints.lease(&[]).unwrap().place(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn who_fails_often_rests_and_is_then_probed_once() {
        let endpoints = endpoints(1);
        for _ in 0..FAILURES_MAX {
            endpoints.lease(&[]).unwrap().failed(&Fault::Failed(500).into());
        }
        let resting = endpoints.lease(&[]).unwrap_err();
        assert_eq!((resting.fault, resting.retry_after_s), (Fault::Resting, Some(1)));
        assert_eq!(endpoints.health().state, State::Resting);
        tokio::time::advance(Duration::from_secs(1)).await;
        let probe = endpoints.lease(&[]).unwrap();
        assert!(endpoints.lease(&[]).is_err(), "one probe at a time");
        probe.failed(&Fault::Unreachable.into());
        drop(probe);
        assert_eq!(endpoints.lease(&[]).unwrap_err().retry_after_s, Some(2), "the rest doubles");
        tokio::time::advance(Duration::from_secs(2)).await;
        drop(endpoints.lease(&[]).unwrap());
        let probe = endpoints.lease(&[]).expect("a probe that was given up has shown nothing");
        probe.succeeded();
        assert!(endpoints.lease(&[]).is_ok() && endpoints.lease(&[]).is_ok());
        let health = endpoints.health();
        assert_eq!((health.state, health.failures, health.opened), (State::Ready, 6, 2));
    }

    #[test]
    fn who_asks_for_a_rest_gets_it_and_a_refused_request_says_nothing_of_health() {
        let endpoints = endpoints(1);
        for _ in 0..9 {
            for fault in [Fault::Refused { status: 400, code: None }, Fault::Misconfigured(403)] {
                endpoints.lease(&[]).unwrap().failed(&fault.into());
            }
        }
        let busy = UpstreamError { fault: Fault::Busy, retry_after_s: Some(7) };
        endpoints.lease(&[]).unwrap().failed(&busy);
        assert_eq!(endpoints.lease(&[]).unwrap_err().retry_after_s, Some(7));
    }
}
