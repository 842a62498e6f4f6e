//! `imprimatur serve`: the API until a signal ends it.

use std::net::SocketAddr;

use serde_json::json;
use tokio::net::TcpListener;

use super::{
    args::{Global, Serve},
    exit::{Answer, Exit},
    locate,
    output::Console,
};
use crate::{http, pipeline::Line};

pub(crate) async fn run(global: &Global, args: &Serve, console: &Console) -> Answer {
    let line = locate::line(global).await?;
    crate::telemetry::start(&line.stages().installation.config().telemetry, global.verbose);
    let server = line.stages().installation.config().server.clone();
    let listener = TcpListener::bind(args.listen.unwrap_or(server.listen)).await?;
    let public = match args.public_listen.or(server.public_listen) {
        Some(address) => Some(TcpListener::bind(address).await?),
        None => None,
    };
    announce(console, listener.local_addr()?, public.as_ref().and_then(|p| p.local_addr().ok()));
    serve(line, listener, public).await
}

/// Serves both listeners until SIGINT or SIGTERM, then lets open requests finish.
pub(crate) async fn serve(line: Line, listener: TcpListener, public: Option<TcpListener>) -> Answer {
    let server = line.stages().installation.config().server.clone();
    line.stages().close_unfinished().await?;
    let api = axum::serve(nodelay(listener), http::api(line.clone(), &server)).with_graceful_shutdown(ended());
    match public {
        None => api.await?,
        Some(listener) => {
            let routes = http::public(line.clone(), &server);
            let public = axum::serve(nodelay(listener), routes).with_graceful_shutdown(ended());
            tokio::try_join!(async { api.await }, async { public.await })?;
        }
    }
    line.stages().close().await?;
    Ok(Exit::Yes)
}

/// Small events must not wait for full packets.
fn nodelay(listener: TcpListener) -> impl axum::serve::Listener<Io = tokio::net::TcpStream, Addr = SocketAddr> {
    use axum::serve::ListenerExt as _;
    listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
    })
}

fn announce(console: &Console, api: SocketAddr, public: Option<SocketAddr>) {
    let url = |address: SocketAddr| format!("http://{address}");
    let value = json!({"api": url(api), "public": public.map(url)});
    console.result(&value, || format!("serving http://{api}/v1 (OpenAPI at http://{api}/openapi.json)"));
}

async fn ended() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
        }
        Err(_) => drop(interrupt.await),
    }
}
