//! `imprimatur serve`: the API until a signal ends it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::serve::{ListenerExt as _, TapIo};
use serde_json::json;
use tokio::{
    net::{TcpListener, TcpStream},
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use super::{
    args::{Global, Serve},
    exit::{Answer, Exit},
    locate,
    output::Console,
};
use crate::{http, pipeline::Line, telemetry, upstreams, vaulting, wiring::Stages};

/// How long open requests may take to finish once the end was asked for.
const FAREWELL_SECONDS_MAX: u64 = 30;

pub(crate) async fn run(global: &Global, args: &Serve, console: &Console) -> Answer {
    let installation = locate::installation(global)?;
    telemetry::start(&installation.config().telemetry, global.verbose);
    let installation = match &args.upstream {
        Some(url) => upstreams::with(installation, url).await?,
        None => installation,
    };
    let server = installation.config().server.clone();
    let line = Line::new(Arc::new(Stages::open(installation).await?));
    let listener = TcpListener::bind(args.listen.unwrap_or(server.listen)).await?;
    let public = match args.public_listen.or(server.public_listen) {
        Some(address) => Some(TcpListener::bind(address).await?),
        None => None,
    };
    let closed = line.stages().close_unfinished().await?;
    if closed > 0 {
        console.note(&format!(
            "{closed} requests were left unfinished: they are now recorded as interrupted"
        ));
    }
    // So that the first near search does not wait; if it fails, that search says so.
    let registry = line.stages().log.registry().clone();
    tokio::task::spawn_blocking(move || drop(registry.warm()));
    announce(console, listener.local_addr()?, public.as_ref().and_then(|p| p.local_addr().ok()));
    serve(line, listener, public).await
}

/// Serves both listeners until SIGINT or SIGTERM, lets open requests finish, and signs a last
/// checkpoint.
pub(crate) async fn serve(
    line: Line,
    listener: TcpListener,
    public: Option<TcpListener>,
) -> Answer {
    let server = line.stages().installation.config().server.clone();
    let (end, ending) = watch::channel(false);
    // Ends with the server.
    let _asking = line.stages().attesting.start();
    let _telling = line.stages().webhooks.start();
    let routes =
        http::api(line.clone(), &server).into_make_service_with_connect_info::<SocketAddr>();
    let api = axum::serve(nodelay(listener), routes).with_graceful_shutdown(told(ending.clone()));
    let open = async {
        match public {
            None => api.await,
            Some(listener) => {
                let routes = http::public(line.clone(), &server)
                    .into_make_service_with_connect_info::<SocketAddr>();
                let public = axum::serve(nodelay(listener), routes)
                    .with_graceful_shutdown(told(ending.clone()));
                tokio::try_join!(async { api.await }, async { public.await }).map(drop)
            }
        }
    };
    let farewell = async {
        ended().await;
        end.send_replace(true);
        tokio::time::sleep(Duration::from_secs(FAREWELL_SECONDS_MAX)).await;
    };
    let others = line.clone();
    let closing =
        tokio::spawn(
            async move { tokio::join!(others.close_for_others(), others.follow_others()) },
        );
    let expiring = tokio::spawn(vaulting::expire_daily(line.clone()));
    let reloading = tokio::spawn(reload_when_told(line.clone()));
    tokio::select! {
        served = open => served?,
        // Whoever still reads is cut off; the next start closes what that leaves unfinished.
        () = farewell => tracing::warn!("open requests were cut off"),
    }
    closing.abort();
    expiring.abort();
    reloading.abort();
    line.stages().close().await?;
    Ok(Exit::Yes)
}

/// Reads the configuration again at every SIGHUP.
async fn reload_when_told(line: Line) {
    match signal(SignalKind::hangup()) {
        Ok(mut hangups) => {
            while hangups.recv().await.is_some() {
                // What came of it is said and counted where it happens.
                drop(line.reload().await);
            }
        }
        Err(error) => tracing::warn!(%error, "SIGHUP cannot be heard: use POST /admin/reload"),
    }
}

async fn told(mut ending: watch::Receiver<bool>) {
    // The sender lives as long as the server does.
    drop(ending.wait_for(|ending| *ending).await);
}

/// Small events must not wait for full packets.
fn nodelay(listener: TcpListener) -> TapIo<TcpListener, fn(&mut TcpStream)> {
    listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
    })
}

fn announce(console: &Console, api: SocketAddr, public: Option<SocketAddr>) {
    let url = |address: SocketAddr| format!("http://{address}");
    let value = json!({"api": url(api), "public": public.map(url)});
    console.result(&value, || {
        format!("serving http://{api}/v1 (OpenAPI at http://{api}/openapi.json)")
    });
}

/// Returns when SIGINT or SIGTERM asks the process to end.
pub(super) async fn ended() {
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
        }
        Err(_) => drop(interrupt.await),
    }
}
