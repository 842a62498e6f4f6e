//! How a server ends: it says so, takes no more connections, finishes what is open, ends what is not
//! finished in time.

use std::time::Duration;

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::JoinSet,
};

use crate::{listening::Phase, pipeline::Line};

/// How long records of what was cut off may take to be written.
const RECORDS: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(20);

/// Returns when all listeners have ended: after a signal, within the configured time, or soon after a
/// second signal.
pub(super) async fn until_the_end(line: &Line, mut doors: JoinSet<()>, mut signals: Signals) {
    tokio::select! {
        () = signals.next() => {}
        // A listener that ends by itself is a bug; the others are ended in order.
        _ = doors.join_next() => tracing::error!("a listener has ended by itself"),
    }
    tokio::select! {
        () = drain(line, &mut doors) => {}
        () = signals.next() => tracing::warn!("a second signal: open requests are cut off"),
    }
    line.stages().serving.enter(Phase::Cut);
    while doors.join_next().await.is_some() {}
    // Whoever was cut off is recorded as interrupted before the log is closed.
    let recorded = async {
        while line.stages().metrics.requests_open.get() > 0 {
            tokio::time::sleep(LOOK).await;
        }
    };
    if tokio::time::timeout(RECORDS, recorded).await.is_err() {
        tracing::warn!("some requests have no end on record; the next start writes it");
    }
}

async fn drain(line: &Line, doors: &mut JoinSet<()>) {
    let stages = line.stages();
    let server = &stages.installation.config().server;
    let (delay, max) = (server.drain_seconds_delay, server.drain_seconds_max);
    stages.serving.enter(Phase::Draining);
    tracing::info!(delay, max, "draining");
    tokio::time::sleep(Duration::from_secs(delay)).await;
    stages.serving.enter(Phase::Closing);
    // The listener of operators goes on until the rest has ended.
    let operators = usize::from(stages.serving.has_operators());
    let finished = async {
        while doors.len() > operators {
            doors.join_next().await;
        }
        // Jobs and sessions run without a connection.
        while line.stages().metrics.requests_open.get() > 0 {
            tokio::time::sleep(LOOK).await;
        }
    };
    if tokio::time::timeout(Duration::from_secs(max), finished).await.is_err() {
        tracing::warn!("open requests are cut off");
    }
}

/// SIGINT and SIGTERM. From `listen` on they no longer end the process by themselves.
pub(crate) struct Signals([Signal; 2]);

impl Signals {
    /// Begins to listen; what comes before anyone waits is kept.
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?]))
    }

    pub(crate) async fn next(&mut self) {
        std::future::poll_fn(|context| {
            let heard = self.0.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if heard { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }
}
