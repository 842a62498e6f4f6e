//! Manifests that a file says are kept elsewhere.
//!
//! The address comes from whoever made the file, so it is a stranger's wish for a request from this
//! machine: it is fulfilled only when asked for on the command line, over https on its own port, to
//! public addresses, after resolution and after each redirect, and within bounds of size and time.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use ureq::{
    Agent, Error,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver},
        transport::{DefaultConnector, NextTimeout},
    },
};

/// Longest manifest store that is fetched.
const STORE_BYTES_MAX: u64 = 16 << 20;
/// For everything: names, redirects, transfer.
const SECONDS_MAX: u64 = 10;
const REDIRECTS_MAX: u32 = 3;
const HTTPS_PORT: u16 = 443;

/// What may be called, and how much of it.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    scheme: &'static str,
    port: u16,
    may_call: fn(IpAddr) -> bool,
    time_max: Duration,
    bytes_max: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            scheme: "https",
            port: HTTPS_PORT,
            may_call: is_public,
            time_max: Duration::from_secs(SECONDS_MAX),
            bytes_max: STORE_BYTES_MAX,
        }
    }
}

/// Why a manifest was not fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the credentials were not fetched: {0}")]
pub struct FetchError(String);

/// Fetches manifest stores from public addresses.
#[derive(Debug, Clone)]
pub struct Fetcher {
    agent: Agent,
    bytes_max: u64,
}

impl Default for Fetcher {
    fn default() -> Self {
        Self::within(Bounds::default(), DefaultResolver::default())
    }
}

impl Fetcher {
    /// Names are resolved once for each address that is called: what is connected to is what was
    /// checked, whatever the name says a moment later.
    fn within(bounds: Bounds, names: impl Resolver) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(bounds.time_max))
            .max_redirects(REDIRECTS_MAX)
            .https_only(bounds.scheme == "https")
            // A kept connection would lead to an address that was checked for another name.
            .max_idle_connections(0)
            // A proxy would resolve names where nobody checks the addresses.
            .proxy(None)
            .user_agent(concat!("imprimatur/", env!("CARGO_PKG_VERSION")))
            .build();
        let resolver = Checked { names, bounds };
        let agent = Agent::with_parts(config, DefaultConnector::default(), resolver);
        Self { agent, bytes_max: bounds.bytes_max }
    }

    /// The bytes at an address; blocks.
    ///
    /// # Errors
    /// [`FetchError`] when the address is not https or not public, or does not answer within bounds.
    pub fn fetch(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        let failed = |error: Error| FetchError(error.to_string());
        let mut answer = self.agent.get(url).call().map_err(failed)?;
        answer.body_mut().with_config().limit(self.bytes_max).read_to_vec().map_err(failed)
    }
}

/// Resolves names, and lets only addresses through that may be called; after each redirect again.
#[derive(Debug)]
struct Checked<R> {
    names: R,
    bounds: Bounds,
}

impl<R: Resolver> Resolver for Checked<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let refused = |reason: &str| Error::Io(std::io::Error::other(reason.to_owned()));
        let port =
            uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
        if uri.scheme_str() != Some(self.bounds.scheme) || port != self.bounds.port {
            return Err(refused("only https on port 443 is called"));
        }
        let resolved = self.names.resolve(uri, config, timeout)?;
        // One private address among public ones is reason enough: names of that kind are traps.
        let may_call = |address: &SocketAddr| (self.bounds.may_call)(address.ip());
        if !resolved.is_empty() && resolved.iter().all(may_call) {
            Ok(resolved)
        } else {
            Err(refused("the address is not public"))
        }
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// IANA's registry of special addresses (RFC 6890 and later).
const fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        [0, ..] | [100, 64..=127, ..] | [192, 0, 0, _] | [192, 88, 99, _] | [198, 18 | 19, ..] => {
            true
        }
        [first, ..] => first >= 224,
    };
    !(special
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation())
}

/// Global unicast without the ranges that lead into IPv4 or nowhere.
const fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // 6to4, documentation (RFC 3849 and RFC 9637).
        [0x2002 | 0x3fff, ..] | [0x2001, 0xdb8, ..] => false,
        // Teredo, benchmarks, ORCHID.
        [0x2001, second, ..] => second >= 0x200,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod bounds;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_called() {
        let cases = [
            ("1.1.1.1", true),
            ("93.184.215.14", true),
            ("2606:4700::1111", true),
            ("127.0.0.1", false),
            ("0.0.0.0", false),
            ("10.1.2.3", false),
            ("172.16.0.1", false),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("192.0.0.1", false),
            ("198.18.0.1", false),
            ("203.0.113.1", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("::", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:1.1.1.1", false),
            ("fe80::1", false),
            ("fc00::1", false),
            ("ff02::1", false),
            ("64:ff9b::7f00:1", false),
            ("2002:7f00:1::", false),
            ("2001::1", false),
            ("2001:db8::1", false),
        ];
        for (address, public) in cases {
            assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
        }
    }

    #[test]
    fn nothing_else_than_https_to_public_addresses_is_tried() {
        let fetcher = Fetcher::default();
        for url in [
            "http://127.0.0.1/store.c2pa",
            "http://localhost:5000/store.c2pa",
            "https://127.0.0.1/store.c2pa",
            "https://localhost/store.c2pa",
            "https://[::1]/store.c2pa",
            "https://169.254.169.254/latest/meta-data",
            "https://2130706433/",
            "https://1.1.1.1:22/",
            "file:///etc/passwd",
            "ftp://1.1.1.1/",
            "",
        ] {
            let error = fetcher.fetch(url).unwrap_err();
            assert!(error.to_string().contains("not fetched"), "{url}: {error}");
        }
    }
}
