//! `/console/r/{id}`: what the log says of a request.

use std::time::{Duration, SystemTime};

use audit::{AssetEntry, Event, PolicyRecord, Record};
use axum::{
    extract::{Path, State},
    http::HeaderName,
    response::{IntoResponse as _, Response},
};
use pages::console::request::{self, About, Progress, Request, Step, Submission, What};
use serde_json::json;
use types::{Mark, Modality, Principal, RequestId};

use super::{Paged, member, seen};
use crate::{
    http::{console::Session, error::ApiError},
    jobs,
    pipeline::{Line, LineError},
    recording, sheets,
    wiring::Stages,
};

pub(super) async fn show(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let view = view(&line, &session.pass.principal, super::read(&id)?).await?;
    if !page.partly {
        return Ok(page.show(request::page(&page.frame, &member(&session), &view)));
    }
    let part = page.show(request::progress(&page.frame, &view));
    if matches!(view.progress, Progress::Running { .. }) {
        return Ok(part);
    }
    // It has ended: what came out and its steps are on the whole page.
    Ok(([(HeaderName::from_static("hx-refresh"), "true")], part).into_response())
}

async fn view(line: &Line, who: &Principal, id: RequestId) -> Result<Request, ApiError> {
    let stages = line.stages();
    let records = records(&stages, who, id)?;
    let job = jobs::find(&stages, id, &who.tenant).await?;
    let missing =
        || ApiError::not_found("request_not_found", format!("No request has the id {id}."));
    if records.is_empty() && job.is_none() {
        return Err(missing());
    }
    let terminal = records.iter().find(|(_, record)| record.event.is_terminal());
    let modality = records.iter().find_map(|(_, record)| record.modality);
    let asset = terminal.and_then(|(_, record)| record.asset_id);
    let entry = match asset {
        Some(asset) => stages.log.registry().asset(asset).map_err(LineError::from)?,
        None => None,
    };
    let author = records.first().map(|(_, record)| record.actor.clone()).unwrap_or_default();
    let sheet = sheets::of_request(&stages, id, &author).await?.unwrap_or_default();
    let shown = entry.as_ref().filter(|entry| entry.may_leave());
    let preview = match (shown, terminal) {
        (Some(entry), Some((_, record))) => {
            let at = format!("/console/assets/{}/content", entry.asset_id);
            Some(seen::preview(&stages, entry, &at, &sheet.alt, &seen::spans(record)).await?)
        }
        _ => None,
    };
    let modality = modality.or(job.as_ref().map(|job| job.modality)).unwrap_or(Modality::Text);
    let own = recording::pseudonym(&stages.pseudonym_key, who) == author;
    let label = terminal.map_or_else(
        || seen::labelling_text(&stages.labelling, modality),
        |(_, record)| seen::label(&stages, record, modality),
    );
    let raw: Vec<_> =
        records.iter().map(|(index, record)| json!({"index": index, "record": record})).collect();
    Ok(Request {
        id: id.to_string(),
        modality,
        progress: progress(terminal.map(|(_, record)| record), job.as_ref()),
        asset: entry.as_ref().map(|entry| entry.asset_id.to_string()),
        preview,
        transcript: (modality == Modality::Audio && shown.is_some() && own)
            .then_some(sheet.prompt.clone())
            .filter(|text| !text.is_empty()),
        submission: match shown.filter(|entry| own && entry.review.is_none()) {
            Some(entry) => Some(submission(&stages, entry, modality, sheet.alt).await?),
            None => None,
        },
        label,
        steps: steps(&stages, &records),
        json: serde_json::to_string_pretty(&raw).unwrap_or_default(),
        message: job.and_then(|job| match job.state {
            jobs::State::Failed(_, message) => Some(message),
            _ => None,
        }),
    })
}

async fn submission(
    stages: &Stages,
    entry: &AssetEntry,
    modality: Modality,
    alt: String,
) -> Result<Submission, ApiError> {
    let sent = sheets::submitted(stages, entry.asset_id).await?.is_some();
    Ok(Submission { needs_alt: modality == Modality::Image, alt, sent })
}

/// Every record of a request of the caller's tenant, in order.
fn records(
    stages: &Stages,
    who: &Principal,
    id: RequestId,
) -> Result<Vec<(u64, Record)>, ApiError> {
    let places = stages.log.registry().request(id).map_err(LineError::from)?;
    let mut records = Vec::new();
    for index in places {
        let record = seen::record(stages, index)?;
        if record.tenant == who.tenant {
            records.push((index, record));
        }
    }
    Ok(records)
}

fn progress(terminal: Option<&Record>, job: Option<&jobs::Job>) -> Progress {
    if let Some(record) = terminal {
        return Progress::Ended(record.event.name().to_owned());
    }
    match job.map(|job| &job.state) {
        Some(jobs::State::Running(percent)) => {
            let begun = job.and_then(|job| job.asked.get("created_at")?.as_u64());
            Progress::Running { percent: *percent, seconds_left: left(begun, *percent) }
        }
        Some(jobs::State::Failed(..)) => Progress::Ended(Event::Failed.name().to_owned()),
        // Its record is being written.
        Some(_) => Progress::Running { percent: 99, seconds_left: None },
        None => Progress::Ended(Event::Interrupted.name().to_owned()),
    }
}

/// How long it will take if it goes on as it went.
fn left(begun: Option<u64>, percent: u8) -> Option<u64> {
    let begun = SystemTime::UNIX_EPOCH + Duration::from_secs(begun?);
    let spent = SystemTime::now().duration_since(begun).ok()?.as_secs();
    (percent >= 5).then(|| spent * u64::from(100 - percent.min(100)) / u64::from(percent))
}

/// The steps of the line as the records tell of them.
fn steps(stages: &Stages, records: &[(u64, Record)]) -> Vec<Step> {
    let mut steps = Vec::new();
    for (index, record) in records {
        let before = steps.len();
        match record.event {
            Event::Admitted => {
                steps.push(step(What::Received, *index, Vec::new()));
                steps.extend(rules(What::InputRules, *index, record.input.as_ref()));
            }
            event if event.is_terminal() => {
                if records.len() == 1 || before == 0 {
                    steps.push(step(What::Received, *index, Vec::new()));
                    steps.extend(rules(What::InputRules, *index, record.input.as_ref()));
                }
                steps.extend(made(*index, record));
                steps.push(recorded(stages, *index, record));
            }
            Event::Approved | Event::Rejected => {
                let review = record.review.clone();
                let facts = review.map(|review| {
                    vec![(About::Role, review.role.to_string()), (About::Reason, review.reason)]
                });
                let event = Some(record.event.name().to_owned());
                let facts = facts.unwrap_or_default();
                steps.push(Step { event, ..step(What::Reviewed, *index, facts) });
            }
            Event::Published | Event::Corrected | Event::Withdrawn => {
                let url = record.publication.as_ref().and_then(|told| told.url.clone());
                let facts = url.map(|url| (About::Address, url)).into_iter().collect();
                let event = Some(record.event.name().to_owned());
                steps.push(Step { event, ..step(What::Published, *index, facts) });
            }
            event => {
                let event = Some(event.name().to_owned());
                steps.push(Step { event, ..step(What::Other, *index, Vec::new()) });
            }
        }
        if let Some(first) = steps.get_mut(before) {
            first.at = Some(record.time.clone());
        }
    }
    steps
}

fn step(what: What, index: u64, facts: Vec<(About, String)>) -> Step {
    Step { what, event: None, at: None, ms: None, index, facts, stopped: false }
}

/// What rules found, and which checks ran.
fn rules(what: What, index: u64, policy: Option<&PolicyRecord>) -> Option<Step> {
    let policy = policy?;
    let span = |span: &types::Span| format!("{}–{}", span.start, span.end);
    let found = policy.findings.iter().map(|finding| {
        let spans: Vec<String> = finding.spans.iter().map(span).collect();
        let (rule, version, action) = (&finding.rule, finding.rule_version, finding.action);
        (About::Rule, format!("{rule} v{version} → {action} {}", spans.join(", ")))
    });
    let checks = policy.checks.iter();
    let checks = checks.map(|run| (About::Check, format!("{}: {}", run.check, run.outcome)));
    let version = format!("{} {}", policy.policy.id, policy.policy.version);
    let facts = found.chain(checks).chain([(About::Policy, version)]).collect();
    let stopped = policy.action == types::Action::Block;
    Some(Step { stopped, ..step(what, index, facts) })
}

/// From the model to the credentials.
fn made(index: u64, record: &Record) -> Vec<Step> {
    let mut steps = Vec::new();
    let ended = record.content.is_some() || record.output.is_some();
    if let Some(model) = record.generator.as_ref().filter(|_| ended) {
        let facts = vec![
            (About::Model, format!("{} {}", model.model, model.version)),
            (About::Hash, model.sha256.to_string()),
            (About::Seed, model.seed.clone()),
        ];
        steps.push(step(What::Generated, index, facts));
    }
    steps.extend(rules(What::OutputRules, index, record.output.as_ref()));
    if let Some(labels) = record.labels.as_ref().filter(|_| record.content.is_some()) {
        let label = labels.visible.as_ref().or(labels.due.as_ref());
        let label = label.map(|label| (About::Label, format!("{} ({})", label.text, label.place)));
        let regimes = (About::Policy, labels.regimes.join(", "));
        steps.push(step(What::Labelled, index, label.into_iter().chain([regimes]).collect()));
    }
    if let Some(mark) = &record.mark {
        steps.push(step(What::Marked, index, marked(mark)));
    }
    if let Some(c2pa) = &record.c2pa {
        let signer = c2pa.certificate_sha256.map(|digest| (About::Signer, digest.to_string()));
        let manifest = (About::Manifest, c2pa.manifest_label.clone());
        steps.push(step(What::Signed, index, [manifest].into_iter().chain(signer).collect()));
    }
    steps
}

fn marked(mark: &Mark) -> Vec<(About, String)> {
    // The names are those of the record.
    let value = serde_json::to_value(mark).unwrap_or_default();
    let text = |name: &str| value.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let algorithm = text("algorithm").map(|name| (About::Algorithm, name));
    let id = text("id").map(|id| (About::Mark, id));
    let reason = text("reason").map(|reason| (About::Reason, reason));
    algorithm.into_iter().chain(id).chain(reason).collect()
}

fn recorded(stages: &Stages, index: u64, record: &Record) -> Step {
    let content = record.content.as_ref();
    let content = content.map(|content| (About::Hash, content.sha256.to_string()));
    let head = stages.attesting.published();
    let root = (head.size > index).then(|| (About::Root, head.root.to_string()));
    let reason = record.detail.clone().map(|detail| (About::Reason, detail));
    let facts = content.into_iter().chain(reason).chain(root).collect();
    let stopped = !matches!(record.event, Event::Released | Event::Held);
    let event = Some(record.event.name().to_owned());
    Step { event, stopped, ..step(What::Recorded, index, facts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_follows_from_what_was_done() {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        assert_eq!(left(Some(now - 10), 50), Some(10));
        assert_eq!(left(Some(now), 2), None);
        assert_eq!(left(None, 50), None);
    }
}
