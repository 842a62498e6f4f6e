//! What the program counts: documented names in Prometheus' text format, never content.

mod reloads;

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

pub use reloads::{ConfigLabels, ReloadLabels, ReloadMetrics};

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
    /// What others say about the log.
    pub attestation: AttestationMetrics,
    /// Configurations that were read again.
    pub reloads: ReloadMetrics,
}

/// Labels of a witness's answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct AnswerLabels {
    /// The witness's name.
    pub witness: String,
    /// `cosigned` or `declined`
    pub answer: &'static str,
}

/// What others say about the log.
#[derive(Debug, Clone, Default)]
pub struct AttestationMetrics {
    /// Answers of witnesses.
    pub witness_answers: Family<AnswerLabels, Counter>,
    /// Size of the last checkpoint that a quorum has cosigned.
    pub cosigned_size: Gauge,
    /// 1 while a quorum is overdue.
    pub quorum_overdue: Gauge,
    /// Size of the last checkpoint that was time-stamped by this process.
    pub anchored_size: Gauge,
    /// Time-stamps that could not be had.
    pub anchor_failures: Counter,
}

impl AttestationMetrics {
    /// Counts a witness's answer.
    pub fn answered(&self, witness: &str, answer: &'static str) {
        let labels = AnswerLabels { witness: witness.to_owned(), answer };
        self.witness_answers.get_or_create(&labels).inc();
    }

    fn register(&self, registry: &mut Registry) {
        let answers = self.witness_answers.clone();
        registry.register("witness_answers", "Answers of witnesses", answers);
        let size = "Records under the last checkpoint that a quorum has cosigned";
        registry.register("cosigned_size", size, self.cosigned_size.clone());
        let overdue = "1 while a quorum of witnesses is overdue";
        registry.register("quorum_overdue", overdue, self.quorum_overdue.clone());
        let anchored = "Records under the last checkpoint that was time-stamped";
        registry.register("anchored_size", anchored, self.anchored_size.clone());
        let failures = "Time-stamps over checkpoints that could not be had";
        registry.register("anchor_failures", failures, self.anchor_failures.clone());
    }
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
        let attestation = AttestationMetrics::default();
        attestation.register(&mut registry);
        let reloads = ReloadMetrics::default();
        reloads.register(&mut registry);
        Self {
            registry,
            requests,
            generator_calls,
            stage_seconds,
            requests_open,
            attestation,
            reloads,
        }
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
