//! Connections, and requests that the server had no turn for.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

/// Labels of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ListenerLabels {
    /// `api`, `public` or `admin`
    pub listener: &'static str,
}

/// Connections of the listeners.
#[derive(Debug, Clone, Default)]
pub struct ConnectionMetrics {
    open: Family<ListenerLabels, Gauge>,
    turned_away: Family<ListenerLabels, Counter>,
    failed: Family<ListenerLabels, Counter>,
    requests_refused: Counter,
}

impl ConnectionMetrics {
    /// The open connections of a listener.
    #[must_use]
    pub fn open(&self, listener: &'static str) -> Gauge {
        self.open.get_or_create(&ListenerLabels { listener }).clone()
    }

    /// Counts a connection for which there was no place.
    pub fn turned_away(&self, listener: &'static str) {
        self.turned_away.get_or_create(&ListenerLabels { listener }).inc();
    }

    /// Counts a connection that could not be accepted, or on which no TLS was agreed.
    pub fn failed(&self, listener: &'static str) {
        self.failed.get_or_create(&ListenerLabels { listener }).inc();
    }

    /// Counts a request for which there was no turn.
    pub fn requests_refused(&self) {
        self.requests_refused.inc();
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        let open = "Open connections by listener";
        registry.register("connections", open, self.open.clone());
        let away = "Connections beyond the limits, closed at once";
        registry.register("connections_turned_away", away, self.turned_away.clone());
        let failed = "Connections that could not be accepted, or on which no TLS was agreed";
        registry.register("connections_failed", failed, self.failed.clone());
        let refused = "Requests answered 503 because too many were under way";
        registry.register("requests_refused_busy", refused, self.requests_refused.clone());
    }
}
