//! Whether webhooks can be called, and what they have not heard.

use std::sync::Arc;

use audit::StateStore;
use tokio::runtime::Handle;

use super::Finding;
use crate::{installation::Installation, storage::Storage, webhooks};

/// What is wrong with each webhook. What a running server owes is in its `/readyz` and metrics.
pub(super) fn examine(installation: &Installation) -> Vec<Finding> {
    let sections = &installation.config().webhooks;
    let mut findings = Vec::new();
    for (name, section) in sections {
        let fix = format!("correct [webhooks.{name}], then run `imprimatur webhooks test {name}`");
        let wrong = webhooks::subscription(installation, name, section).err();
        findings.extend(wrong.map(|error| Finding::new("webhook", error, fix)));
    }
    let state = (!sections.is_empty()).then(|| Storage::open(installation).ok()?.state().ok());
    let Some(state) = state.flatten() else { return findings };
    for name in sections.keys() {
        let fix = format!("mend the receiver, then run `imprimatur webhooks retry {name}`");
        let owed = owed(&state, name);
        findings.extend(owed.map(|problem| Finding::new("webhook", problem, fix)));
    }
    findings
}

fn owed(state: &Arc<dyn StateStore>, name: &str) -> Option<String> {
    let reading = outbox::standing(state, name, 0);
    let standing = tokio::task::block_in_place(|| Handle::current().block_on(reading));
    match standing {
        Ok(standing) => webhooks::owed(name, &standing),
        Err(error) => Some(format!("webhook {name}: {error}")),
    }
}
