//! Which check is failing closed, and which models can be used.

use std::collections::BTreeMap;

use crate::wiring::Stages;

/// With less free space the log may stop at any record.
const DISK_FREE_BYTES_MIN: u64 = 64 << 20;

/// How every check stands.
#[derive(Debug)]
pub(crate) struct Health {
    /// By name; with the reason where it is failing closed.
    pub(crate) checks: Vec<(&'static str, Option<String>)>,
    /// Models by name; with the reason where one cannot be used.
    pub(crate) generators: BTreeMap<String, Option<String>>,
}

impl Stages {
    /// How every check stands now.
    pub(crate) fn health(&self) -> Health {
        let damaged = &self.models.damaged;
        let generators: BTreeMap<_, _> = self
            .models
            .by_name
            .keys()
            .map(|name| (name.clone(), damaged.get(name).cloned()))
            .collect();
        let none = !generators.is_empty() && generators.values().all(Option::is_some);
        let models = none.then(|| "none of the configured models can be used".to_owned());
        // Rules and keys that could not be used would not be here: without them nothing starts.
        let checks = vec![
            ("policy", None),
            ("marking", None),
            ("signing", self.signer.ready().err().map(|reason| reason.to_string())),
            ("audit log", self.log.stopped().map(|reason| reason.to_string())),
            ("evidence vault", self.vault.stopped().map(|reason| reason.to_string())),
            ("disk", self.disk()),
            ("models", models),
        ];
        Health { checks, generators }
    }

    /// The text of `/metrics`.
    pub(crate) fn counted(&self) -> String {
        let numbers = &self.metrics.numbers;
        numbers.wait(self.turns.waiting());
        if let Ok(space) = rustix::fs::statvfs(self.installation.folder()) {
            // What only the system's administrator may use counts as used.
            let free = space.f_bavail as f64 / space.f_blocks.max(1) as f64;
            numbers.disk_used(1.0 - free);
        }
        let health = self.health();
        numbers.usable(health.generators.into_iter().map(|(name, why)| (name, why.is_none())));
        self.metrics.text()
    }

    fn disk(&self) -> Option<String> {
        let space = match rustix::fs::statvfs(self.installation.folder()) {
            Ok(space) => space,
            Err(error) => return Some(error.to_string()),
        };
        let free = space.f_bavail.saturating_mul(space.f_frsize);
        (free < DISK_FREE_BYTES_MIN).then(|| format!("{} MiB are free", free >> 20))
    }
}

impl Health {
    /// What is failing closed, with its reason.
    pub(crate) fn failing(&self) -> Vec<String> {
        let named = |(name, reason): &(&str, Option<String>)| {
            reason.as_ref().map(|reason| format!("{name}: {reason}"))
        };
        self.checks.iter().filter_map(named).collect()
    }
}
