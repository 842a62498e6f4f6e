//! `imprimatur serve`: the API until a signal ends it.

mod ending;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use serde_json::json;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    task::JoinSet,
};

use super::{
    args::{Global, Serve},
    exit::{Answer, Exit},
    locate,
    output::{self, Console},
};
use crate::{
    examining, http,
    listening::{self, Door, Phase},
    pipeline::Line,
    storage::Storage,
    telemetry, upstreams, vaulting, watching,
    wiring::Stages,
};

pub(in crate::cli) use ending::Signals;

/// The listeners of a process.
pub(crate) struct Listeners {
    pub(crate) api: TcpListener,
    pub(crate) public: Option<TcpListener>,
    /// For operators.
    pub(crate) admin: Option<TcpListener>,
}

/// The signals that a server follows. Whoever is told that it serves may send one at once, and a signal
/// that is not listened to yet would end the process without any order.
pub(crate) struct Heard {
    ends: Signals,
    hangups: Signal,
}

impl Heard {
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self { ends: Signals::listen()?, hangups: signal(SignalKind::hangup())? })
    }
}

pub(crate) async fn run(global: &Global, args: &Serve, console: &Console) -> Answer {
    let installation = locate::installation(global)?;
    let telemetry = telemetry::start(&installation, output::logged(global))?;
    let installation = match &args.upstream {
        Some(url) => upstreams::with(installation, url).await?,
        None => installation,
    };
    let tls = installation.config().server.tls.is_on();
    let server = &installation.config().server;
    let addresses = (
        args.listen.unwrap_or(server.listen),
        args.public_listen.or(server.public_listen),
        args.admin_listen.or(server.admin_listen),
    );
    let waiting = |reason: &str| console.note(&format!("waiting for the database: {reason}"));
    Storage::open(&installation)?.wait(waiting).await?;
    let line = Line::new(Arc::new(Stages::open(installation).await?));
    let listeners = Listeners::bind(addresses).await?;
    let closed = line.stages().close_unfinished().await?;
    if closed > 0 {
        console.note(&format!(
            "{closed} requests were left unfinished: they are now recorded as interrupted"
        ));
    }
    // So that the first near search does not wait; if it fails, that search says so.
    let registry = line.stages().log.registry().clone();
    tokio::task::spawn_blocking(move || drop(registry.warm()));
    telemetry.counting(&line.stages());
    let heard = Heard::listen()?;
    announce(console, &listeners, tls)?;
    let answer = serve(line, listeners, heard).await;
    telemetry.end().await;
    answer
}

impl Listeners {
    async fn bind(
        (api, public, admin): (SocketAddr, Option<SocketAddr>, Option<SocketAddr>),
    ) -> std::io::Result<Self> {
        let bind = async |address: Option<SocketAddr>| match address {
            Some(address) => TcpListener::bind(address).await.map(Some),
            None => Ok(None),
        };
        Ok(Self {
            api: TcpListener::bind(api).await?,
            public: bind(public).await?,
            admin: bind(admin).await?,
        })
    }
}

/// Serves all listeners until SIGINT or SIGTERM, lets open requests finish, and signs a last
/// checkpoint. A second signal ends at once.
pub(crate) async fn serve(line: Line, listeners: Listeners, heard: Heard) -> Answer {
    let stages = line.stages();
    listening::allow_many_files();
    // Ends with the server.
    let _asking = stages.attesting.start();
    let _telling = stages.webhooks.start();
    let _watching = watching::start(&line)?;
    let mut helping = JoinSet::new();
    helping.spawn(line.clone().close_for_others());
    helping.spawn(line.clone().follow_others());
    helping.spawn(line.clone().appear());
    helping.spawn(vaulting::expire_daily(line.clone()));
    helping.spawn(examining::daily(line.clone()));
    helping.spawn(reload_when_told(line.clone(), heard.hangups));
    let mut doors = JoinSet::new();
    let mut open = |name, routes, listener, tls, until| {
        let door = Door { name, line: line.clone(), routes, tls, until };
        doors.spawn(listening::serve(door, listener));
    };
    open("api", http::api(line.clone()), listeners.api, true, Phase::Closing);
    if let Some(listener) = listeners.public {
        open("public", http::public(line.clone()), listener, true, Phase::Closing);
    }
    // Operators watch the end.
    if let Some(listener) = listeners.admin {
        stages.serving.with_operators();
        open("admin", http::admin(line.clone()), listener, false, Phase::Cut);
    }
    drop(stages);
    ending::until_the_end(&line, doors, heard.ends).await;
    helping.shutdown().await;
    line.disappear().await;
    line.stages().close().await?;
    Ok(Exit::Yes)
}

/// Reads the configuration again at every SIGHUP.
async fn reload_when_told(line: Line, mut hangups: Signal) {
    while hangups.recv().await.is_some() {
        // What came of it is said and counted where it happens.
        drop(line.reload().await);
    }
}

fn announce(console: &Console, listeners: &Listeners, tls: bool) -> std::io::Result<()> {
    let scheme = if tls { "https" } else { "http" };
    let url = |scheme: &str, address: SocketAddr| format!("{scheme}://{address}");
    let of = |listener: &Option<TcpListener>| match listener {
        Some(listener) => listener.local_addr().map(Some),
        None => Ok(None),
    };
    let api = listeners.api.local_addr()?;
    let value = json!({
        "api": url(scheme, api),
        "public": of(&listeners.public)?.map(|address| url(scheme, address)),
        "admin": of(&listeners.admin)?.map(|address| url("http", address)),
    });
    console.result(&value, || {
        format!("serving {scheme}://{api}/v1 (OpenAPI at {scheme}://{api}/openapi.json)")
    });
    Ok(())
}

/// Whether only this machine reaches an address.
pub(in crate::cli) fn is_local(address: SocketAddr) -> bool {
    match address.ip().to_canonical() {
        IpAddr::V4(address) => address.is_loopback() && address != Ipv4Addr::UNSPECIFIED,
        IpAddr::V6(address) => address.is_loopback(),
    }
}
