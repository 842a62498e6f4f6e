//! The servers behind one model: which is asked next, and which is left alone for a while.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::Url;

use super::error::{Fault, UpstreamError};

/// So many failures in a row open the circuit.
const FAILURES_MAX: u32 = 5;
/// The first rest; it doubles with every probe that fails.
const REST_FIRST: Duration = Duration::from_secs(1);
/// The longest rest, also where the server asks for more.
const REST_MAX: Duration = Duration::from_secs(60);

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
    circuit: Mutex<Circuit>,
}

/// Closed while `until` is `None`; then open until that moment, after which one request probes.
#[derive(Debug, Default)]
struct Circuit {
    failures: u32,
    until: Option<Instant>,
    probing: bool,
    rest: Option<Duration>,
}

/// A request under way at an endpoint.
#[derive(Debug)]
pub(super) struct Lease {
    endpoint: Arc<Endpoint>,
    place: usize,
    probe: bool,
}

impl Endpoints {
    pub(super) fn new(bases: Vec<Url>) -> Self {
        let endpoint = |base| {
            let (open, circuit) = (AtomicUsize::new(0), Mutex::new(Circuit::default()));
            Arc::new(Endpoint { base, open, circuit })
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
        for place in order {
            let Some(endpoint) = self.all.get(place) else { continue };
            if let Some(probe) = endpoint.admits(now) {
                endpoint.open.fetch_add(1, Ordering::Relaxed);
                return Ok(Lease { endpoint: Arc::clone(endpoint), place, probe });
            }
        }
        let wait = self.all.iter().filter_map(|endpoint| endpoint.circuit().until).min();
        let wait = wait.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        Err(UpstreamError { fault: Fault::Resting, retry_after_s: Some(whole_seconds(wait)) })
    }
}

impl Endpoint {
    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        // Counters are never half-written.
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `Some(true)` when the request is a probe, `None` while the endpoint rests.
    fn admits(&self, now: Instant) -> Option<bool> {
        let mut circuit = self.circuit();
        match circuit.until {
            None => Some(false),
            Some(until) if until <= now && !circuit.probing => {
                circuit.probing = true;
                Some(true)
            }
            Some(_) => None,
        }
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
        *self.endpoint.circuit() = Circuit::default();
    }

    /// The endpoint did not, unless the error is the request's own.
    pub(super) fn failed(&self, error: &UpstreamError) {
        if !error.is_of_endpoint() {
            // It has answered, so it is there.
            return self.succeeded();
        }
        let mut circuit = self.endpoint.circuit();
        circuit.failures = circuit.failures.saturating_add(1);
        let asked = error.retry_after_s.map(|seconds| Duration::from_secs(seconds.into()));
        if asked.is_some() || self.probe || circuit.failures >= FAILURES_MAX {
            let doubled = circuit.rest.map_or(REST_FIRST, |rest| rest.saturating_mul(2));
            let rest = asked.unwrap_or(doubled).min(REST_MAX);
            circuit.rest = Some(doubled.min(REST_MAX));
            circuit.until = Some(Instant::now() + rest);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.endpoint.open.fetch_sub(1, Ordering::Relaxed);
        if self.probe {
            // A probe that was given up has shown nothing: the next request probes.
            self.endpoint.circuit().probing = false;
        }
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
        assert_eq!(places, [0, 1, 2]);
        drop(leases);
        let busy = endpoints.lease(&[1, 2]).unwrap();
        assert_eq!(busy.place(), 0);
        assert_ne!(endpoints.lease(&[]).unwrap().place(), 0);
    }

    #[test]
    fn who_fails_often_rests_and_is_then_probed_once() {
        let endpoints = endpoints(1);
        for _ in 0..FAILURES_MAX {
            endpoints.lease(&[]).unwrap().failed(&Fault::Failed(500).into());
        }
        let resting = endpoints.lease(&[]).unwrap_err();
        assert_eq!((resting.fault, resting.retry_after_s), (Fault::Resting, Some(1)));
        let wake = || {
            let past = Instant::now().checked_sub(Duration::from_millis(1)).unwrap();
            endpoints.all[0].circuit().until = Some(past);
        };
        wake();
        let probe = endpoints.lease(&[]).unwrap();
        assert!(endpoints.lease(&[]).is_err(), "one probe at a time");
        probe.failed(&Fault::Unreachable.into());
        drop(probe);
        assert_eq!(endpoints.lease(&[]).unwrap_err().retry_after_s, Some(2), "the rest doubles");
        wake();
        endpoints.lease(&[]).unwrap().succeeded();
        assert!(endpoints.lease(&[]).is_ok() && endpoints.lease(&[]).is_ok());
    }

    #[test]
    fn who_asks_for_a_rest_gets_it_and_a_refused_request_says_nothing_of_health() {
        let endpoints = endpoints(1);
        for _ in 0..9 {
            let refused = Fault::Refused { status: 400, code: None };
            endpoints.lease(&[]).unwrap().failed(&refused.into());
        }
        let busy = UpstreamError { fault: Fault::Busy, retry_after_s: Some(7) };
        endpoints.lease(&[]).unwrap().failed(&busy);
        assert_eq!(endpoints.lease(&[]).unwrap_err().retry_after_s, Some(7));
    }
}
