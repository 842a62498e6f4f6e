//! `[server]`: addresses, TLS, limits of connections, and how the server ends.

use std::{net::SocketAddr, path::PathBuf};

use serde::{Deserialize, Serialize};

/// `[server]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address of the API.
    pub listen: SocketAddr,
    /// Address of the public listener: verification, detection and log tiles only.
    pub public_listen: Option<SocketAddr>,
    /// Address of the listener for operators: health, metrics, reload. Plain HTTP and without keys.
    pub admin_listen: Option<SocketAddr>,
    /// Largest accepted body in bytes.
    pub body_bytes_max: usize,
    /// A body that takes longer to arrive is answered 408.
    pub body_seconds_max: u64,
    /// A request that takes longer is answered 503 and recorded as interrupted.
    pub request_seconds_max: u64,
    /// How many requests are handled at once; 0 sets no limit.
    pub requests_max: usize,
    /// How many more may wait for their turn; those beyond are answered 503.
    pub requests_waiting_max: usize,
    /// How long one may wait for its turn.
    pub waiting_seconds_max: u64,
    /// After the end was asked for, connections are still taken for so long: whoever balances load
    /// learns meanwhile that this server is draining.
    pub drain_seconds_delay: u64,
    /// Then open requests may take so long to finish.
    pub drain_seconds_max: u64,
    /// Limits of connections.
    pub connections: Connections,
    /// TLS of the API and of the public listener.
    pub tls: Tls,
    /// Which pages of others may call.
    pub cors: Cors,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8787)),
            public_listen: None,
            admin_listen: None,
            body_bytes_max: 32 << 20,
            body_seconds_max: 300,
            request_seconds_max: 600,
            requests_max: 1024,
            requests_waiting_max: 1024,
            waiting_seconds_max: 30,
            drain_seconds_delay: 0,
            drain_seconds_max: 30,
            connections: Connections::default(),
            tls: Tls::default(),
            cors: Cors::default(),
        }
    }
}

/// `[server.connections]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Connections {
    /// How many a listener holds at once; the next is closed at once.
    pub max: usize,
    /// How many one address may hold; 0 sets no limit.
    pub per_address_max: usize,
    /// Largest request line and headers, in bytes.
    pub header_bytes_max: usize,
    /// How many headers a request may have.
    pub headers_max: usize,
    /// How long handshake and headers of a request may take.
    pub header_seconds_max: u64,
    /// How long a connection without a request stays open.
    pub idle_seconds_max: u64,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            max: 20_000,
            per_address_max: 0,
            header_bytes_max: 64 << 10,
            headers_max: 100,
            header_seconds_max: 10,
            idle_seconds_max: 75,
        }
    }
}

/// `[server.tls]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// The server's certificates (PEM, its own first).
    pub certificate: Option<PathBuf>,
    /// Their key (PEM), a file that only its owner can read.
    pub key: Option<PathBuf>,
    /// Authorities (PEM) whose certificates clients present.
    pub client_ca: Option<PathBuf>,
    /// Whether every client has to.
    pub client_certificate: ClientCertificate,
}

/// Whether a client has to present a certificate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientCertificate {
    /// Without one there is no connection.
    #[default]
    Required,
    /// One that is presented must be right.
    Optional,
}

/// `[server.cors]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cors {
    /// Origins (`https://HOST[:PORT]`) whose pages may call the API; `*` is every one.
    pub origins: Vec<String>,
}

impl Tls {
    /// Whether the server speaks TLS.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.certificate.is_some()
    }
}

impl Server {
    /// Why these values cannot be used, if so.
    pub(super) fn problem(&self) -> Option<String> {
        let origin = |origin: &String| {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            origin == "*" || host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*']))
        };
        let (tls, limits) = (&self.tls, &self.connections);
        if let Some(wrong) = self.cors.origins.iter().find(|name| !origin(name)) {
            return Some(format!("server.cors.origins: `{wrong}` is not `https://HOST[:PORT]`"));
        }
        let wrong = match () {
            () if tls.certificate.is_some() != tls.key.is_some() => {
                "server.tls needs both `certificate` and `key`"
            }
            () if tls.client_ca.is_some() && tls.certificate.is_none() => {
                "server.tls.client_ca is set without server.tls.certificate"
            }
            () if limits.max == 0 || limits.header_seconds_max == 0 => {
                "server.connections: `max` and `header_seconds_max` are at least 1"
            }
            () if limits.header_bytes_max < 8192 => {
                "server.connections.header_bytes_max is at least 8192"
            }
            () => return None,
        };
        Some(wrong.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_work_is_said() {
        assert_eq!(Server::default().problem(), None);
        let with = |change: fn(&mut Server)| {
            let mut server = Server::default();
            change(&mut server);
            server.problem().unwrap_or_default()
        };
        assert!(with(|server| server.tls.key = Some("k".into())).contains("both"));
        assert!(with(|server| server.tls.client_ca = Some("c".into())).contains("client_ca"));
        assert!(with(|server| server.connections.max = 0).contains("max"));
        assert!(with(|server| server.connections.header_bytes_max = 100).contains("8192"));
        for wrong in ["example.org", "https://", "https://a/b", "https://*.a", ""] {
            let server =
                Server { cors: Cors { origins: vec![wrong.to_owned()] }, ..Server::default() };
            assert!(server.problem().unwrap().contains("HOST"), "{wrong}");
        }
        for right in ["*", "https://example.org", "http://127.0.0.1:3000"] {
            let server =
                Server { cors: Cors { origins: vec![right.to_owned()] }, ..Server::default() };
            assert_eq!(server.problem(), None, "{right}");
        }
    }
}
