//! The program's own log on stderr: events and causes, never content or secrets.

use tracing_subscriber::EnvFilter;

use crate::config::Telemetry;

/// Starts logging once for the process; later calls change nothing.
pub(crate) fn start(settings: &Telemetry, verbose: u8) {
    let filter = match verbose {
        0 => settings.filter.as_str(),
        1 => "info",
        _ => "debug",
    };
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if settings.json { builder.json().try_init() } else { builder.try_init() };
    if let Err(error) = started {
        tracing::debug!(%error, "logging was already started");
    }
}
