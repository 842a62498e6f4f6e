//! `/console/models`, `/console/trust` and `/console/health`

use axum::{extract::State, response::Response};
use pages::console::listing::{self, Column, Kind, Listing};

use super::{Paged, member};
use crate::{
    http::{console::Session, error::ApiError},
    pipeline::Line,
    sharing::presence::{self, Presence},
    wiring::Stages,
};

pub(super) async fn models(State(line): State<Line>, session: Session, page: Paged) -> Response {
    use Column::{Backend, Digest, Licence, Makes, Name, Version};
    let stages = line.stages();
    let row = |(name, generator): (&String, &std::sync::Arc<dyn generators::Generator>)| {
        let card = generator.card();
        let tasks: Vec<&str> = card.tasks.iter().map(|task| task.name()).collect();
        let makes =
            if tasks.is_empty() { String::new() } else { format!(": {}", tasks.join(", ")) };
        vec![
            name.clone(),
            format!("{}{makes}", card.modality),
            card.backend.clone(),
            card.version.clone(),
            card.sha256.to_string(),
            card.licence.clone().unwrap_or_default(),
        ]
    };
    let view = Listing {
        kind: Kind::Models,
        columns: vec![Name, Makes, Backend, Version, Digest, Licence],
        rows: stages.generators.iter().map(row).collect(),
        attention: Vec::new(),
    };
    page.show(listing::page(&page.frame, &member(&session), &view))
}

pub(super) async fn trust(
    State(line): State<Line>,
    session: Session,
    page: Paged,
) -> Result<Response, ApiError> {
    use Column::{Certificates, Digest, Due, Expired, Issued, Name};
    let lookup = line.stages().lookup();
    let mut rows = Vec::new();
    for list in lookup.lists() {
        let told = serde_json::to_value(list).map_err(|_| ApiError::bug())?;
        let text = |name: &str| match told.get(name) {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(serde_json::Value::Null) | None => "–".to_owned(),
            Some(other) => other.to_string(),
        };
        let day = |name: &str| page.frame.day(&text(name));
        rows.push(vec![
            text("name"),
            text("certificates"),
            text("expired"),
            day("as_of"),
            day("next_update"),
            text("sha256"),
        ]);
    }
    let view = Listing {
        kind: Kind::Trust,
        columns: vec![Name, Certificates, Expired, Issued, Due, Digest],
        rows,
        attention: Vec::new(),
    };
    Ok(page.show(listing::page(&page.frame, &member(&session), &view)))
}

pub(super) async fn health(State(line): State<Line>, session: Session, page: Paged) -> Response {
    let stages = line.stages();
    let mut attention = stages.failing();
    attention.extend(stages.attesting.overdue());
    let present = stages.sharing.as_ref().map(|sharing| sharing.present()).unwrap_or_default();
    let differences = presence::differences(&present, presence::now());
    attention.extend(differences.iter().map(ToString::to_string));
    let view = Listing {
        kind: Kind::Health,
        columns: vec![Column::Check, Column::Found],
        rows: [checks(&stages), gateways(&present)].concat(),
        attention,
    };
    page.show(listing::page(&page.frame, &member(&session), &view))
}

/// A row for each gateway on the log, where there may be several.
fn gateways(present: &[Presence]) -> Vec<Vec<String>> {
    let row = |found: &Presence| {
        let rules = found.policy_sha256.get(..12).unwrap_or_default();
        vec!["gateway".to_owned(), format!("{}; {} ({rules})", found.version, found.policy)]
    };
    present.iter().map(row).collect()
}

fn checks(stages: &Stages) -> Vec<Vec<String>> {
    let state = |fault: Option<String>| fault.unwrap_or_else(|| "ok".to_owned());
    let head = stages.attesting.published();
    let version = stages.policy().version();
    let space = rustix::fs::statvfs(stages.installation.folder()).ok();
    let free =
        space.and_then(|space| space.f_bavail.saturating_mul(100).checked_div(space.f_blocks));
    let rows = [
        ("audit log", state(stages.log.stopped())),
        ("checkpoint", format!("{} / {}", head.size, stages.log.size())),
        ("evidence vault", state(stages.vault.stopped())),
        ("signing", state(stages.signer.ready().err().map(|error| error.to_string()))),
        ("policy", format!("{} {}", version.id, version.version)),
        ("models", stages.generators.len().to_string()),
        ("disk", free.map_or_else(String::new, |free| format!("{free} %"))),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    rows.map(|(name, found)| vec![name.to_owned(), found]).into()
}
