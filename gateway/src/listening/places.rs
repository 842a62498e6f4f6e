//! How many connections a listener holds, and how many of one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use prometheus_client::metrics::gauge::Gauge;

use crate::{config::Connections, guests};

/// The connections of a listener.
#[derive(Debug)]
pub(super) struct Places {
    held: Mutex<Holding>,
    open: Gauge,
}

#[derive(Debug, Default)]
struct Holding {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One connection; its place is free when the value is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    address: IpAddr,
}

impl Places {
    pub(super) fn new(open: Gauge) -> Self {
        Self { held: Mutex::default(), open }
    }

    fn held(&self) -> MutexGuard<'_, Holding> {
        // Whoever panicked had written whole numbers.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a connection from `address`, if there is one.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr, limits: &Connections) -> Option<Place> {
        let address = guests::network(address);
        let mut held = self.held();
        let own = held.by_address.get(&address).copied().unwrap_or_default();
        let full = limits.per_address_max > 0 && own >= limits.per_address_max;
        if full || held.all >= limits.max {
            return None;
        }
        held.all += 1;
        held.by_address.insert(address, own + 1);
        self.open.inc();
        Some(Place { places: Arc::clone(self), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.places.held();
        held.all = held.all.saturating_sub(1);
        let left = held.by_address.get(&self.address).map_or(0, |own| own.saturating_sub(1));
        if left == 0 {
            held.by_address.remove(&self.address);
        } else {
            held.by_address.insert(self.address, left);
        }
        self.places.open.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_connection_ends() {
        let limits = Connections { max: 3, per_address_max: 2, ..Connections::default() };
        let places = Arc::new(Places::new(Gauge::default()));
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let first = places.enter(one, &limits).unwrap();
        let _second = places.enter(one, &limits).unwrap();
        assert!(places.enter(one, &limits).is_none(), "an address has two");
        let _third = places.enter(other, &limits).unwrap();
        assert!(places.enter(other, &limits).is_none(), "a listener has three");
        drop(first);
        let _again = places.enter(one, &limits).unwrap();
        assert_eq!(places.open.get(), 3);
        assert_eq!(places.held().by_address.len(), 2);
    }
}
