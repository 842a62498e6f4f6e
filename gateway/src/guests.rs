//! How often a stranger may have files checked.
//!
//! A detector that answers without limit and in detail tells an attacker which change removes a mark.
//! So strangers are limited by their address, and [`MarkFound::coarse`](crate::detecting::MarkFound)
//! is all that they hear.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};

/// From so many addresses on, those that have their full allowance again are forgotten.
const ADDRESSES_MAX: usize = 10_000;

/// Counts the checks of each address (generic cell rate algorithm).
#[derive(Debug)]
pub(crate) struct Guests {
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Guests {
    /// So many checks a minute and address; zero sets no limit.
    pub(crate) fn new(per_minute: u32) -> Self {
        let quota = NonZeroU32::new(per_minute).map(Quota::per_minute);
        Self { limiter: quota.map(RateLimiter::dashmap) }
    }

    /// Counts one check.
    ///
    /// # Errors
    /// How long the address has to wait when it has had its share.
    pub(crate) fn admit(&self, address: IpAddr) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if limiter.len() > ADDRESSES_MAX {
            limiter.retain_recent();
        }
        let counted = limiter.check_key(&network(address));
        counted.map_err(|full| full.wait_time_from(DefaultClock::default().now()))
    }
}

/// What one subscriber has: an IPv4 address, or an IPv6 network of 64 bits.
pub(crate) fn network(address: IpAddr) -> IpAddr {
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

    #[test]
    fn each_network_has_its_own_share() {
        let guests = Guests::new(3);
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        for _ in 0..3 {
            guests.admit(address("2001:db8::1")).unwrap();
        }
        let wait = guests.admit(address("2001:db8::2")).unwrap_err();
        assert!(wait > Duration::from_secs(15) && wait <= Duration::from_secs(20), "{wait:?}");
        guests.admit(address("2001:db8:0:1::1")).unwrap();
        guests.admit(address("192.0.2.1")).unwrap();
        guests.admit(address("::ffff:192.0.2.1")).unwrap();
        guests.admit(address("192.0.2.1")).unwrap();
        assert!(guests.admit(address("::ffff:192.0.2.1")).is_err(), "the same address");
    }

    #[test]
    fn zero_sets_no_limit() {
        let guests = Guests::new(0);
        assert!((0..1000).all(|_| guests.admit([192, 0, 2, 1].into()).is_ok()));
    }
}
