//! `[telemetry]`: what the program says of itself, and to whom.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// `[telemetry]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telemetry {
    /// A `tracing` filter such as `info` or `gateway=debug`.
    pub filter: String,
    /// Write JSON lines instead of text.
    pub json: bool,
    /// Traces and metrics for a collector.
    pub otlp: Otlp,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { filter: "warn".to_owned(), json: false, otlp: Otlp::default() }
    }
}

/// `[telemetry.otlp]`: OTLP over HTTP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Otlp {
    /// The collector's base address: `/v1/traces` and `/v1/metrics` follow. None: nothing is sent.
    pub endpoint: Option<String>,
    /// Headers that it wants, `name: value` a line: a file that only its owner can read.
    pub headers_file: Option<PathBuf>,
    /// The share of requests that are traced, where the caller has not decided; 0 to 1.
    pub ratio: f64,
    /// Seconds between two reports of metrics.
    pub every_s: u64,
}

impl Default for Otlp {
    fn default() -> Self {
        Self { endpoint: None, headers_file: None, ratio: 1.0, every_s: 30 }
    }
}

impl Telemetry {
    /// Why these values cannot be used, if so.
    pub(super) fn problem(&self) -> Option<String> {
        let otlp = &self.otlp;
        let http = |url: &String| url.starts_with("http://") || url.starts_with("https://");
        if otlp.endpoint.as_ref().is_some_and(|url| !http(url)) {
            return Some("telemetry.otlp.endpoint must begin with http:// or https://".to_owned());
        }
        if !(0.0..=1.0).contains(&otlp.ratio) || otlp.every_s == 0 {
            return Some(
                "telemetry.otlp: `ratio` is between 0 and 1, `every_s` at least 1".to_owned(),
            );
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_work_is_said() {
        let problem = |otlp: Otlp| Telemetry { otlp, ..Telemetry::default() }.problem();
        assert_eq!(problem(Otlp::default()), None);
        let endpoint = Some("collector:4318".to_owned());
        assert!(problem(Otlp { endpoint, ..Otlp::default() }).unwrap().contains("http"));
        assert!(problem(Otlp { ratio: 1.5, ..Otlp::default() }).unwrap().contains("ratio"));
        assert!(problem(Otlp { ratio: f64::NAN, ..Otlp::default() }).is_some());
    }
}
