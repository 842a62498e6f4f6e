//! What the program says of itself, never content or secrets: its own log on stderr, and traces and
//! metrics for a collector.

mod collector;
mod conventions;
mod trace;

use tracing_subscriber::EnvFilter;

pub(crate) use collector::ExportError;
pub(crate) use collector::Exporting;
pub(crate) use trace::{Trace, carrying};

use crate::{config::Telemetry, installation::Installation, wiring::Stages};

/// Traces and metrics of this process, until they are ended.
pub(crate) struct Running(Option<Exporting>);

/// How much the log says, and whether in colours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Logged {
    pub(crate) verbose: u8,
    pub(crate) colored: bool,
}

/// Starts logging, and exporting where a collector is configured.
///
/// # Errors
/// [`ExportError`] when the settings of the collector cannot be used.
pub(crate) fn start(installation: &Installation, how: Logged) -> Result<Running, ExportError> {
    let settings = &installation.config().telemetry;
    start_logging(settings, how);
    Ok(Running(Exporting::open(installation)?))
}

impl Running {
    /// From now on the requests of these stages are told.
    pub(crate) fn counting(&self, stages: &Stages) {
        if let Some(exporting) = &self.0 {
            // Once for a process.
            drop(stages.exporting.set(exporting.clone()));
        }
    }

    /// Sends what is left.
    pub(crate) async fn end(self) {
        if let Some(exporting) = self.0 {
            drop(tokio::task::spawn_blocking(move || exporting.end()).await);
        }
    }
}

/// Starts logging once for the process; later calls change nothing.
pub(crate) fn start_logging(settings: &Telemetry, how: Logged) {
    let filter = match how.verbose {
        0 => settings.filter.as_str(),
        1 => "info",
        _ => "debug",
    };
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("warn"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(how.colored);
    let started = if settings.json { builder.json().try_init() } else { builder.try_init() };
    if let Err(error) = started {
        tracing::debug!(%error, "logging was already started");
    }
}
