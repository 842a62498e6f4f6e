//! How long requests take, what they read and write, and how they are answered.

use std::{sync::atomic::AtomicU64, time::Duration};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use super::{OutcomeLabels, histogram};

/// Labels of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct TokenLabels {
    /// `input` or `output`
    pub direction: &'static str,
}

/// Labels of an HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct StatusLabels {
    /// The status.
    pub code: u16,
}

/// Labels of a model.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ModelLabels {
    /// Its configured name.
    pub model: String,
}

/// Requests in numbers.
#[derive(Debug, Clone)]
pub struct RequestMetrics {
    seconds: Family<OutcomeLabels, Histogram>,
    first_token: Histogram,
    tokens: Family<TokenLabels, Counter>,
    answers: Family<StatusLabels, Counter>,
    append: Histogram,
    waiting: Gauge,
    usable: Family<ModelLabels, Gauge>,
    disk: Gauge<f64, AtomicU64>,
}

impl Default for RequestMetrics {
    fn default() -> Self {
        Self {
            seconds: Family::new_with_constructor(histogram as fn() -> Histogram),
            first_token: histogram(),
            tokens: Family::default(),
            answers: Family::default(),
            append: histogram(),
            waiting: Gauge::default(),
            usable: Family::default(),
            disk: Gauge::default(),
        }
    }
}

impl RequestMetrics {
    /// A request ended.
    pub fn ended(
        &self,
        labels: &OutcomeLabels,
        took: Duration,
        first_token: Option<Duration>,
        tokens: Option<(u32, u32)>,
    ) {
        self.seconds.get_or_create(labels).observe(took.as_secs_f64());
        if let Some(first) = first_token {
            self.first_token.observe(first.as_secs_f64());
        }
        if let Some((read, written)) = tokens {
            let of = |direction| self.tokens.get_or_create(&TokenLabels { direction }).clone();
            of("input").inc_by(read.into());
            of("output").inc_by(written.into());
        }
    }

    /// An HTTP request was answered.
    pub fn answered(&self, code: u16) {
        self.answers.get_or_create(&StatusLabels { code }).inc();
    }

    /// The log has taken a record.
    pub fn appended(&self, took: Duration) {
        self.append.observe(took.as_secs_f64());
    }

    /// How many requests wait for their turn.
    pub fn wait(&self, count: usize) {
        self.waiting.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Which models can be used.
    pub fn usable(&self, models: impl Iterator<Item = (String, bool)>) {
        self.usable.clear();
        for (model, usable) in models {
            self.usable.get_or_create(&ModelLabels { model }).set(usable.into());
        }
    }

    /// How full the disk of the data folder is, from 0 to 1.
    pub fn disk_used(&self, ratio: f64) {
        self.disk.set(ratio);
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        let seconds = "Seconds from a request's begin to its terminal record";
        registry.register("request_seconds", seconds, self.seconds.clone());
        let first = "Seconds from a request's begin to the model's first token";
        registry.register("first_token_seconds", first, self.first_token.clone());
        let tokens = "Tokens read and written";
        registry.register("tokens", tokens, self.tokens.clone());
        let answers = "HTTP answers by status";
        registry.register("http_answers", answers, self.answers.clone());
        let append = "Seconds until the log has made a record durable";
        registry.register("log_append_seconds", append, self.append.clone());
        let waiting = "Requests that wait for their turn";
        registry.register("requests_waiting", waiting, self.waiting.clone());
        let usable = "1 for a model that can be used, 0 for one that cannot";
        registry.register("model_usable", usable, self.usable.clone());
        let disk = "How full the disk of the data folder is, from 0 to 1";
        registry.register("disk_used_ratio", disk, self.disk.clone());
    }
}
