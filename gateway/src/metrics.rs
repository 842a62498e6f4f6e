//! What the program counts: documented names in Prometheus' text format, never content.

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

/// Labels of a finished request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OutcomeLabels {
    /// `text` or `image`
    pub modality: String,
    /// The terminal record's event.
    pub outcome: &'static str,
}

/// Labels of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct StageLabels {
    /// The stage's name in the pipeline.
    pub stage: &'static str,
}

/// The counters of one process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Finished requests.
    pub requests: Family<OutcomeLabels, Counter>,
    /// Calls of a generator: refused requests never add to it.
    pub generator_calls: Counter,
    /// Seconds spent in a stage.
    pub stage_seconds: Family<StageLabels, Histogram>,
    /// Requests between admission and terminal record.
    pub requests_open: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("imprimatur");
        let requests = Family::default();
        registry.register(
            "requests",
            "Finished requests by modality and outcome",
            requests.clone(),
        );
        let generator_calls = Counter::default();
        registry.register("generator_calls", "Calls of a generator", generator_calls.clone());
        let stage_seconds = Family::new_with_constructor(histogram as fn() -> Histogram);
        registry.register(
            "stage_seconds",
            "Seconds spent in a stage of the line",
            stage_seconds.clone(),
        );
        let requests_open = Gauge::default();
        registry.register(
            "requests_open",
            "Requests that have no terminal record yet",
            requests_open.clone(),
        );
        Self { registry, requests, generator_calls, stage_seconds, requests_open }
    }
}

/// From a tenth of a millisecond to minutes.
fn histogram() -> Histogram {
    Histogram::new([0.0001, 0.001, 0.01, 0.1, 1.0, 10.0, 100.0])
}

impl Metrics {
    /// The text that `/metrics` answers.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail; an empty answer would say so if it ever did.
        if encode(&mut text, &self.registry).is_err() {
            text.clear();
        }
        text
    }

    /// Counts the time since `start` for `stage`.
    pub fn stage(&self, stage: &'static str, start: std::time::Instant) {
        self.stage_seconds
            .get_or_create(&StageLabels { stage })
            .observe(start.elapsed().as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generator_call_is_counted() {
        let metrics = Metrics::default();
        metrics.generator_calls.inc();
        assert!(
            metrics.text().contains("imprimatur_generator_calls_total 1"),
            "{}",
            metrics.text()
        );
    }
}
