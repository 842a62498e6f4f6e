//! Connections to the server, made only where it keeps what it has acknowledged.

use std::{net::IpAddr, sync::Arc, time::Duration};

use tokio_postgres::{
    Client, Config, Connection, Error, Socket,
    config::{Host, SslMode, TargetSessionAttrs},
    tls::MakeTlsConnect,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{LogError, place};

/// A server that is there answers sooner.
const CONNECT_SECONDS_MAX: u64 = 5;
/// The oldest server whose behaviour this was written for.
const SERVER_VERSION_MIN: i32 = 150_000;

/// What every connection is set to. A gateway that hangs or loses its network must not keep the
/// right to append; there is no limit on statements, because ending a COMMIT that waits for a
/// standby would make it look as if it had succeeded.
const SESSION: &str = "SET lock_timeout = '10s'; \
     SET idle_in_transaction_session_timeout = '5s'; \
     SET default_transaction_isolation = 'read committed'; \
     SET default_transaction_read_only = off; \
     SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3; \
     SET client_min_messages = warning";

/// How to reach a server.
#[derive(Clone)]
pub(crate) struct Link {
    config: Arc<Config>,
    tls: MakeRustlsConnect,
}

type Tls = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

impl Link {
    /// Reads `postgresql://USER:PASSWORD@HOST:PORT/DATABASE` or `host=… dbname=…`.
    ///
    /// Anywhere but on this machine TLS is required, by the certificates that the machine trusts
    /// (`SSL_CERT_FILE` names others), unless the URL says `sslmode=disable`.
    pub(crate) fn new(url: &str) -> Result<Self, LogError> {
        // The parser's message does not repeat the text, which holds a password.
        let parsed = url.parse::<Config>();
        let mut config = parsed.map_err(|error| LogError::Unfit(said(&error)))?;
        if config.get_ssl_mode() == SslMode::Prefer {
            let mode = if is_here(&config) { SslMode::Disable } else { SslMode::Require };
            config.ssl_mode(mode);
        }
        config
            .application_name("imprimatur")
            .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
            .keepalives_idle(Duration::from_secs(5))
            .keepalives_interval(Duration::from_secs(2))
            .keepalives_retries(3)
            .tcp_user_timeout(Duration::from_secs(15))
            .target_session_attrs(TargetSessionAttrs::ReadWrite);
        place::provide_cryptography();
        let tls = MakeRustlsConnect::with_native_certs().map(|made| made.0).or_else(|_| {
            let none = rustls::RootCertStore::empty();
            let config = rustls::ClientConfig::builder().with_root_certificates(none);
            Ok::<_, LogError>(MakeRustlsConnect::new(config.with_no_client_auth()))
        })?;
        Ok(Self { config: Arc::new(config), tls })
    }

    /// A connection and what drives it.
    pub(crate) async fn open(&self) -> Result<(Client, Connection<Socket, Tls>), LogError> {
        self.config.connect(self.tls.clone()).await.map_err(|error| unreachable(&error))
    }

    /// A connection that drives itself, to a server that is safe.
    pub(crate) async fn connect(&self) -> Result<Client, LogError> {
        let (client, connection) = self.open().await?;
        tokio::spawn(async move {
            // Whoever uses the client learns of an error by their own call.
            drop(connection.await);
        });
        check(&client).await?;
        client.batch_execute(SESSION).await.map_err(|error| unreachable(&error))?;
        Ok(client)
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("hosts", &self.config.get_hosts()).finish_non_exhaustive()
    }
}

fn is_here(config: &Config) -> bool {
    let named = |name: &str| {
        name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    };
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => named(name),
        Host::Unix(_) => true,
    }) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

/// Refuses a server that acknowledges what a power cut would take back.
async fn check(client: &Client) -> Result<(), LogError> {
    let settings = "SELECT current_setting('server_version_num')::int, \
        current_setting('fsync'), current_setting('full_page_writes'), \
        current_setting('synchronous_commit'), pg_is_in_recovery()";
    let row = client.query_one(settings, &[]).await.map_err(|error| unreachable(&error))?;
    let version: i32 = row.get(0);
    let (fsync, pages, commit): (&str, &str, &str) = (row.get(1), row.get(2), row.get(3));
    let unfit = |what: String| Err(LogError::Unfit(what));
    if version < SERVER_VERSION_MIN {
        return unfit(format!("PostgreSQL {} is too old, take 15 or later", version / 10_000));
    }
    for (name, value) in [("fsync", fsync), ("full_page_writes", pages)] {
        if value != "on" {
            return unfit(format!(
                "`{name}` is {value}: set `{name} = on` in postgresql.conf and reload the server"
            ));
        }
    }
    if !matches!(commit, "on" | "remote_apply") {
        return unfit(format!(
            "`synchronous_commit` is {commit}: set it to `on` for the server, the database and the role"
        ));
    }
    if row.get(4) {
        return unfit("the server is a standby: name the primary".to_owned());
    }
    Ok(())
}

pub(crate) fn unreachable(error: &Error) -> LogError {
    LogError::Unreachable(said(error))
}

/// An error with its cause, because the first line alone says "db error".
pub(crate) fn said(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_tls(url: &str, expected: SslMode) {
        assert_eq!(Link::new(url).unwrap().config.get_ssl_mode(), expected, "{url}");
    }

    #[test]
    fn the_network_is_crossed_with_tls_only() {
        check_tls("postgresql://u:p@db.example.com/log", SslMode::Require);
        check_tls("postgresql://u:p@db.example.com/log?sslmode=disable", SslMode::Disable);
        check_tls("postgresql://u:p@127.0.0.1/log", SslMode::Disable);
        check_tls("host=/run/postgresql dbname=log", SslMode::Disable);
        check_tls("postgresql://u:p@localhost,db.example.com/log", SslMode::Require);
    }

    #[test]
    fn a_password_never_shows() {
        let link = Link::new("postgresql://u:hunter2@db/log").unwrap();
        assert!(!format!("{link:?}").contains("hunter2"));
        let error = Link::new("postgresql://u:hunter2@db/log?nonsense=hunter2").unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
