//! Wrong passwords: few for a person from one address, some more for a person, and for an address.
//!
//! Each gateway counts by itself and forgets when it ends; a right password counts nothing.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// So many counters are remembered; then those that are full again are forgotten.
const COUNTERS_MAX: usize = 10_000;

/// How many failures there may be at once, and after how many seconds one of them is forgiven.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    failures: i64,
    forgiven_s: i64,
}

const PAIR: Allowance = Allowance { failures: 5, forgiven_s: 60 };
const PERSON: Allowance = Allowance { failures: 50, forgiven_s: 60 };
const ADDRESS: Allowance = Allowance { failures: 30, forgiven_s: 20 };

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Counter {
    Pair(String, IpAddr),
    Person(String),
    Address(IpAddr),
}

/// Counts wrong passwords.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<HashMap<Counter, i64>>);

impl Throttle {
    /// Whether a password may be tried.
    ///
    /// # Errors
    /// How long to wait.
    pub(crate) fn admit(&self, person: &str, address: IpAddr, now: i64) -> Result<(), Duration> {
        let counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = named(person, address).into_iter().filter_map(|(counter, allowance)| {
            // All failures are forgiven then; one less must be left before the next try.
            let forgiven = counters.get(&counter)?;
            let room = (allowance.failures - 1) * allowance.forgiven_s;
            u64::try_from(forgiven - now - room).ok().filter(|wait| *wait > 0)
        });
        waits.max().map_or(Ok(()), |wait| Err(Duration::from_secs(wait)))
    }

    /// Counts a wrong password.
    pub(crate) fn failed(&self, person: &str, address: IpAddr, now: i64) {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counters.len() >= COUNTERS_MAX {
            counters.retain(|_, forgiven| *forgiven > now);
        }
        for (counter, allowance) in named(person, address) {
            let forgiven = counters.entry(counter).or_insert(now);
            *forgiven = (*forgiven).max(now) + allowance.forgiven_s;
        }
    }
}

fn named(person: &str, address: IpAddr) -> [(Counter, Allowance); 3] {
    let (person, address) = (person.to_owned(), network(address));
    [
        (Counter::Pair(person.clone(), address), PAIR),
        (Counter::Person(person), PERSON),
        (Counter::Address(address), ADDRESS),
    ]
}

/// What one subscriber has: an IPv4 address, or an IPv6 network of 64 bits.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn after_five_wrong_passwords_one_a_minute_may_be_tried() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            throttle.admit("ada", HERE, 1000).unwrap();
            throttle.failed("ada", HERE, 1000);
        }
        assert_eq!(throttle.admit("ada", HERE, 1000), Err(Duration::from_secs(60)));
        assert_eq!(throttle.admit("ada", HERE, 1059), Err(Duration::from_secs(1)));
        throttle.admit("ada", HERE, 1060).unwrap();
        throttle.failed("ada", HERE, 1060);
        assert!(throttle.admit("ada", HERE, 1061).is_err());
        throttle.admit("ada", [192, 0, 2, 2].into(), 1061).unwrap();
        throttle.admit("bob", HERE, 1061).unwrap();
    }

    #[test]
    fn neither_many_addresses_nor_many_names_help() {
        let throttle = Throttle::default();
        for number in 0..50_u8 {
            throttle.failed("ada", [10, 0, 0, number].into(), 0);
        }
        assert!(throttle.admit("ada", HERE, 0).is_err());
        for number in 0..30 {
            throttle.failed(&format!("name{number}"), HERE, 0);
        }
        assert!(throttle.admit("bob", HERE, 0).is_err());
        assert!(throttle.admit("bob", "2001:db8::1".parse().unwrap(), 0).is_ok());
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        for number in 0..20_000_u32 {
            throttle.failed(
                &number.to_string(),
                number.to_be_bytes().into(),
                i64::from(number) * 3000,
            );
        }
        assert!(throttle.0.lock().unwrap().len() <= COUNTERS_MAX + 3);
    }
}
