//! Generations that take long: they are admitted at once and run on, whoever waits for them.
//!
//! A process remembers what runs in it, and what ended lately. Of everything else a row of state says
//! what was asked for, and the log how it ended: so any gateway tells of every job, also after a
//! restart.

mod elsewhere;

pub(crate) use elsewhere::sweep;

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use audit::{Event, Record};
use serde_json::{Value, json};
use tokio::{sync::mpsc, task::AbortHandle};
use types::{AssetId, Modality, RequestId};

use crate::{
    outcome::Outcome,
    pipeline::{Admitted, Delivery, Line, LineError, Piece},
    wiring::Stages,
};

/// Pieces of progress that may wait.
const PIECES_WAITING_MAX: usize = 16;
/// Jobs that are remembered, those that ended first being forgotten first.
const REMEMBERED_MAX: usize = 1_000;
/// How often others are told how far a job is, and asked whether it shall end.
const TELLING: Duration = Duration::from_secs(1);

/// The jobs of this process.
#[derive(Debug, Default)]
pub(crate) struct Jobs(Mutex<VecDeque<Job>>);

/// A job as it stands.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// The request.
    pub(crate) request: RequestId,
    /// Whose it is.
    pub(crate) tenant: String,
    /// What was asked for, as its answers repeat it.
    pub(crate) asked: Value,
    /// What is made.
    pub(crate) modality: Modality,
    /// How far it is.
    pub(crate) state: State,
    /// Ends it; `None` when it is not running here.
    pub(crate) handle: Option<AbortHandle>,
}

/// How far a job is.
#[derive(Debug, Clone)]
pub(crate) enum State {
    /// It runs; how much is done, in per cent.
    Running(u8),
    /// It ended with this asset.
    Released(AssetId),
    /// A person has to look at this asset.
    Held(AssetId),
    /// It ended without one: a code, and what to tell the person.
    Failed(String, String),
}

impl Jobs {
    fn all(&self) -> MutexGuard<'_, VecDeque<Job>> {
        // Whoever panicked had written a whole job.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A job of a tenant that this process knows, as it stands.
    fn find(&self, request: RequestId, tenant: &str) -> Option<Job> {
        let all = self.all();
        all.iter().find(|job| job.request == request && job.tenant == tenant).cloned()
    }

    /// The jobs of a tenant that this process knows, latest first.
    fn of(&self, tenant: &str) -> Vec<Job> {
        self.all().iter().rev().filter(|job| job.tenant == tenant).cloned().collect()
    }

    /// Ends a job of a tenant that runs here; whether one did.
    fn cancel(&self, request: RequestId, tenant: &str) -> bool {
        let mut all = self.all();
        let job = all.iter_mut().find(|job| job.request == request && job.tenant == tenant);
        let Some(job) = job.filter(|job| matches!(job.state, State::Running(_))) else {
            return false;
        };
        let Some(handle) = &job.handle else { return false };
        handle.abort();
        job.state = State::Failed("cancelled".to_owned(), "The job was cancelled.".to_owned());
        true
    }

    fn handle(&self, request: RequestId, handle: AbortHandle) {
        if let Some(job) = self.all().iter_mut().find(|job| job.request == request) {
            job.handle = Some(handle);
        }
    }

    fn begin(&self, job: Job) {
        let mut all = self.all();
        if all.len() >= REMEMBERED_MAX {
            let ended = all.iter().position(|job| !matches!(job.state, State::Running(_)));
            ended.map(|place| all.remove(place));
        }
        all.push_back(job);
    }

    fn set(&self, request: RequestId, state: State) {
        if let Some(job) = self.all().iter_mut().find(|job| job.request == request) {
            job.state = state;
        }
    }
}

/// A job of a tenant, as it stands, wherever it runs or ran.
///
/// # Errors
/// [`LineError`] when state or log cannot be read.
pub(crate) async fn find(
    stages: &Stages,
    request: RequestId,
    tenant: &str,
) -> Result<Option<Job>, LineError> {
    if let Some(job) = stages.jobs.find(request, tenant) {
        return Ok(Some(job));
    }
    let row = elsewhere::find(&*stages.state, request, tenant).await?;
    ended_there(stages, row, request, tenant)
}

/// The jobs of a tenant of the last week, latest first.
///
/// # Errors
/// [`LineError`] when state or log cannot be read.
pub(crate) async fn of(stages: &Stages, tenant: &str) -> Result<Vec<Job>, LineError> {
    let mut all = stages.jobs.of(tenant);
    for job in elsewhere::of(&*stages.state, tenant).await? {
        let request = job.request;
        if all.iter().all(|known| known.request != request) {
            all.extend(ended_there(stages, Some(job), request, tenant)?);
        }
    }
    all.sort_by_key(|job| std::cmp::Reverse(job.request));
    Ok(all)
}

/// Ends a job of a tenant, which closes its record as `interrupted`: at once if it runs here, soon if
/// it runs at another gateway. Whether there was one to end.
///
/// # Errors
/// [`LineError`] when state cannot be written.
pub(crate) async fn cancel(
    stages: &Stages,
    request: RequestId,
    tenant: &str,
) -> Result<bool, LineError> {
    if stages.jobs.find(request, tenant).is_some() {
        return Ok(stages.jobs.cancel(request, tenant));
    }
    Ok(elsewhere::cancel(&*stages.state, request, tenant).await?)
}

/// What the log says of a job that does not run here, after what its row says.
fn ended_there(
    stages: &Stages,
    row: Option<Job>,
    request: RequestId,
    tenant: &str,
) -> Result<Option<Job>, LineError> {
    let mut known = row;
    for place in stages.log.registry().request(request)? {
        let record = Record::parse(&stages.log.entry(place)?)?;
        if record.tenant == tenant && record.modality.is_some() {
            known = Some(recorded(request, &record, known));
        }
    }
    Ok(known)
}

/// What a record says of a job, after what was known of it before.
fn recorded(request: RequestId, record: &Record, before: Option<Job>) -> Job {
    let code = || record.detail.clone().unwrap_or_else(|| record.event.name().to_owned());
    let state = match (record.event, record.asset_id) {
        (Event::Released, Some(asset)) => State::Released(asset),
        (Event::Held, Some(asset)) => State::Held(asset),
        (Event::Refused | Event::Failed | Event::Interrupted, _) => {
            State::Failed(code(), "The job ended without a result.".to_owned())
        }
        _ => before.as_ref().map_or(State::Running(0), |job| job.state.clone()),
    };
    let asked = before.map(|job| job.asked).filter(|asked| !asked.is_null());
    let asked = asked.unwrap_or_else(|| {
        let model = record.generator.as_ref().map(|model| model.model.clone());
        json!({"model": model, "created_at": request.created_unix_s()})
    });
    let modality = record.modality.unwrap_or(Modality::Text);
    Job { request, tenant: record.tenant.clone(), asked, modality, state, handle: None }
}

/// Lets an admitted request run on, and gives the job as it begins.
pub(crate) fn start(line: &Line, admitted: Admitted, tenant: &str, asked: Value) -> Job {
    begun(line, admitted, tenant, asked, None)
}

/// The same for somebody who reads along: `told` hears each piece of a text, and ends when the job's
/// end is on record. A reader who leaves does not end the job.
pub(crate) fn start_told(
    line: &Line,
    admitted: Admitted,
    tenant: &str,
    asked: Value,
    told: mpsc::Sender<String>,
) -> Job {
    begun(line, admitted, tenant, asked, Some(told))
}

fn begun(
    line: &Line,
    admitted: Admitted,
    tenant: &str,
    asked: Value,
    told: Option<mpsc::Sender<String>>,
) -> Job {
    let (request, modality) = (admitted.case().request_id(), admitted.case().modality());
    let state = State::Running(0);
    let job = Job { request, tenant: tenant.to_owned(), asked, modality, state, handle: None };
    line.stages().jobs.begin(job.clone());
    let (watched, line, followed) = (line.clone(), line.clone(), job.clone());
    let running = tokio::spawn(async move {
        let seconds = line.stages().installation.config().server.request_seconds_max;
        let (pieces, receiver) = mpsc::channel(PIECES_WAITING_MAX);
        let running = line.finish(admitted, Delivery::Stream(pieces));
        let running = tokio::time::timeout(Duration::from_secs(seconds), running);
        let (outcome, ()) =
            tokio::join!(running, follow(&line, &followed, receiver, told.as_ref()));
        let outcome = outcome.unwrap_or(Err(LineError::TimedOut("the job")));
        line.stages().jobs.set(request, ended(outcome));
    });
    watched.stages().jobs.handle(request, running.abort_handle());
    job
}

/// Notes and tells others how far the job is, and hears from them whether it shall end.
async fn follow(
    line: &Line,
    job: &Job,
    mut pieces: mpsc::Receiver<Piece>,
    told: Option<&mpsc::Sender<String>>,
) {
    let stages = line.stages();
    if let Err(error) = elsewhere::begin(&*stages.state, job).await {
        tracing::warn!(%error, "other gateways do not know of a job");
    }
    let (mut percent, mut telling) = (0, tokio::time::interval(TELLING));
    loop {
        let piece = tokio::select! {
            piece = pieces.recv() => piece,
            _ = telling.tick() => {
                match elsewhere::tell(&*stages.state, job.request, percent).await {
                    Ok(true) => drop(stages.jobs.cancel(job.request, &job.tenant)),
                    Ok(false) => {}
                    Err(error) => tracing::warn!(%error, "other gateways do not know how far a job is"),
                }
                continue;
            }
        };
        match piece {
            Some(Piece::Progress { done, total, .. }) => {
                // Marking, signing and storing come after the model: it is never done here.
                percent = (done.saturating_mul(95) / total.max(1)).min(95) as u8;
                stages.jobs.set(job.request, State::Running(percent));
            }
            Some(Piece::Text(text)) => {
                // Whoever has left, or reads too slowly, finds the whole text when it is released.
                let _ = told.map(|told| told.try_send(text));
            }
            None => return,
        }
    }
}

fn ended(outcome: Result<Outcome, LineError>) -> State {
    match outcome {
        Ok(Outcome::Released(release)) => State::Released(release.asset_id),
        Ok(Outcome::Held(release)) => State::Held(release.asset_id),
        Ok(Outcome::Refused(refusal)) => {
            State::Failed("content_policy_violation".to_owned(), refusal.message)
        }
        Err(error) => {
            let message = match &error {
                // What is wrong on this side is in the log of the program, not in an answer.
                LineError::Generator(_) | LineError::TimedOut(_) => error.to_string(),
                _ => "The job could not be finished; nothing was released.".to_owned(),
            };
            tracing::warn!(%error, "a job failed");
            State::Failed(error.class().to_owned(), message)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(tenant: &str) -> Job {
        Job {
            request: RequestId::new(),
            tenant: tenant.to_owned(),
            asked: Value::Null,
            modality: Modality::Video,
            state: State::Running(0),
            handle: None,
        }
    }

    #[test]
    fn a_record_says_how_a_job_ended() {
        let request = RequestId::new();
        let mut record = Record::new(Event::Failed, "t", "a");
        record.detail = Some("generator".to_owned());
        let known = recorded(request, &record, Some(job("t")));
        assert!(matches!(known.state, State::Failed(code, _) if code == "generator"));
        let admitted = recorded(request, &Record::new(Event::Admitted, "t", "a"), None);
        assert!(matches!(admitted.state, State::Running(0)));
        assert!(admitted.asked.get("created_at").is_some());
    }

    #[test]
    fn what_runs_is_not_forgotten_and_nobody_sees_the_jobs_of_others() {
        let jobs = Jobs::default();
        let first = job("a");
        jobs.begin(first.clone());
        for _ in 0..REMEMBERED_MAX + 5 {
            let ended = job("b");
            let id = ended.request;
            jobs.begin(ended);
            jobs.set(id, State::Released(AssetId::new()));
        }
        assert!(jobs.find(first.request, "a").is_some());
        assert!(jobs.find(first.request, "b").is_none());
        assert_eq!(jobs.of("a").len(), 1);
        assert!(jobs.of("b").len() < REMEMBERED_MAX);
    }
}
