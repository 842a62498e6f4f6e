//! Listeners: connections with limits, TLS, and an end in which nothing is lost.
//!
//! A slow or silent client holds a connection for a bounded time and nothing else; the others are
//! served meanwhile. Limits are read for each new connection, so a reload changes them.

mod activity;
mod files;
mod held;
mod places;
mod serving;
pub(crate) mod tls;

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;
use tower::Service as _;

use activity::Activity;
pub(crate) use files::allow_many_files;
use held::Held;
use places::{Place, Places};
pub(crate) use serving::{Phase, Serving};

use crate::{config::Connections, metrics::ConnectionMetrics, pipeline::Line};

/// So many headers hyper takes without a setting, faster than with one.
const HEADERS_USUAL: usize = 100;
/// Streams of one HTTP/2 connection.
const STREAMS_MAX: u32 = 256;
/// When nothing more can be accepted, for example for want of file descriptors.
const BREATHER: Duration = Duration::from_millis(50);
/// How long a connection may take to close once it was told to.
const CLOSING: Duration = Duration::from_secs(1);
/// How long cut off answers may take to be written.
const FAREWELL: Duration = Duration::from_secs(2);

/// What a listener serves.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    /// Its name in metrics.
    pub(crate) name: &'static str,
    pub(crate) line: Line,
    pub(crate) routes: Router,
    /// Whether it speaks TLS when that is configured.
    pub(crate) tls: bool,
    /// The phase in which it takes no more connections.
    pub(crate) until: Phase,
}

/// Serves until the end, and returns when every connection is closed.
pub(crate) async fn serve(door: Door, listener: TcpListener) {
    let stages = door.line.stages();
    let (serving, metrics) = (Arc::clone(&stages.serving), stages.metrics.connections.clone());
    drop(stages);
    let places = Arc::new(Places::new(metrics.open(door.name)));
    let (door, mut connections) = (Arc::new(door), JoinSet::new());
    let mut ending = pin!(serving.reached(door.until));
    loop {
        let accepted = tokio::select! {
            () = &mut ending => break,
            accepted = listener.accept() => accepted,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, peer)) => {
                let limits = door.limits();
                match places.enter(peer.ip(), &limits) {
                    Some(place) => {
                        connections.spawn(connection(Arc::clone(&door), stream, peer, place));
                    }
                    None => metrics.turned_away(door.name),
                }
            }
            Err(error) => {
                tracing::debug!(%error, "a connection could not be accepted");
                metrics.failed(door.name);
                tokio::time::sleep(BREATHER).await;
            }
        }
    }
    // Nobody waits in the queue of a listener that is gone.
    drop(listener);
    let cut = async {
        serving.reached(Phase::Cut).await;
        tokio::time::sleep(FAREWELL).await;
    };
    tokio::select! {
        () = async { while connections.join_next().await.is_some() {} } => {}
        () = cut => connections.shutdown().await,
    }
}

impl Door {
    fn limits(&self) -> Connections {
        self.line.stages().installation.config().server.connections.clone()
    }
}

async fn connection(door: Arc<Door>, stream: TcpStream, peer: SocketAddr, _place: Place) {
    // Small events must not wait for full packets.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY could not be set");
    }
    let limits = door.limits();
    let config = if door.tls { door.line.stages().tls.clone() } else { None };
    match config {
        None => speak(&door, stream, peer, &limits).await,
        Some(config) => {
            let wait = Duration::from_secs(limits.header_seconds_max);
            let shaking = TlsAcceptor::from(config).accept(stream);
            match tokio::time::timeout(wait, shaking).await {
                Ok(Ok(stream)) => speak(&door, stream, peer, &limits).await,
                Ok(Err(error)) => {
                    door.metrics().failed(door.name);
                    tracing::debug!(%error, "no TLS was agreed on");
                }
                Err(_) => door.metrics().failed(door.name),
            }
        }
    }
}

impl Door {
    fn metrics(&self) -> ConnectionMetrics {
        self.line.stages().metrics.connections.clone()
    }
}

/// Speaks HTTP/1 or HTTP/2 until the connection ends, is silent for too long, or the server ends.
async fn speak<S>(door: &Door, stream: S, peer: SocketAddr, limits: &Connections)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Arc::new(Activity::new());
    let service = service_fn(|request: Request<Incoming>| {
        let busy = activity.begin();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let answering = door.routes.clone().call(request);
        async move { Ok::<_, Infallible>(answering.await?.map(|body| Held::new(body, busy))) }
    });
    let builder = builder(limits);
    let mut talking = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    let serving = Arc::clone(&door.line.stages().serving);
    let mut ending = pin!(serving.reached(door.until));
    let first = Duration::from_secs(limits.header_seconds_max);
    let later = Duration::from_secs(limits.idle_seconds_max);
    let mut silent = pin!(activity.silent(first, later));
    let mut told = false;
    loop {
        tokio::select! {
            ended = talking.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(error, "a connection ended early");
                }
                return;
            }
            () = &mut ending, if !told => {
                told = true;
                talking.as_mut().graceful_shutdown();
            }
            () = &mut silent => break,
        }
    }
    talking.as_mut().graceful_shutdown();
    drop(tokio::time::timeout(CLOSING, talking).await);
}

fn builder(limits: &Connections) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    let header_bytes = u32::try_from(limits.header_bytes_max).unwrap_or(u32::MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(header_bytes)
        // Websockets over HTTP/2.
        .enable_connect_protocol();
    let mut one = builder.http1();
    // It runs while a connection is idle, too; the first request's limit is that of `Activity`.
    let idle = Duration::from_secs(limits.idle_seconds_max.max(limits.header_seconds_max));
    one.timer(TokioTimer::new())
        .max_buf_size(limits.header_bytes_max)
        .header_read_timeout(Some(idle));
    if limits.headers_max != HEADERS_USUAL {
        one.max_headers(limits.headers_max);
    }
    builder
}
