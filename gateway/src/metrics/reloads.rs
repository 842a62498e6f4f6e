//! Configurations that were read again, and the one in force.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

/// Labels of a reload.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ReloadLabels {
    /// `applied` or `refused`
    pub result: &'static str,
}

/// Labels of the configuration in force.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ConfigLabels {
    /// SHA-256 of all settings.
    pub sha256: String,
    /// The rule pack's id and version.
    pub policy: String,
    /// SHA-256 of the rule pack.
    pub policy_sha256: String,
}

/// Configurations that were read again, and the one in force.
#[derive(Debug, Clone, Default)]
pub struct ReloadMetrics {
    reloads: Family<ReloadLabels, Counter>,
    in_force: Family<ConfigLabels, Gauge>,
}

impl ReloadMetrics {
    /// Counts a configuration that was read again.
    pub fn count(&self, applied: bool) {
        let result = if applied { "applied" } else { "refused" };
        self.reloads.get_or_create(&ReloadLabels { result }).inc();
    }

    /// Names the configuration in force.
    pub fn set(&self, labels: &ConfigLabels) {
        self.in_force.clear();
        self.in_force.get_or_create(labels).set(1);
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        let reloads = "Configurations that were read again, by result";
        registry.register("config_reload", reloads, self.reloads.clone());
        let in_force = "The configuration in force: its value is 1";
        registry.register("config_info", in_force, self.in_force.clone());
    }
}
