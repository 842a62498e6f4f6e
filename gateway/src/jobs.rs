//! Generations that take long: they are admitted at once and run on, whoever waits for them.
//!
//! Only what runs is remembered here, and what ended lately; what ended before is in the log.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::mpsc, task::AbortHandle};
use types::{AssetId, Modality, RequestId};

use crate::{
    outcome::Outcome,
    pipeline::{Admitted, Delivery, Line, LineError, Piece},
};

/// Pieces of progress that may wait.
const PIECES_WAITING_MAX: usize = 16;
/// Jobs that are remembered, those that ended first being forgotten first.
const REMEMBERED_MAX: usize = 1_000;

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
    pub(crate) asked: serde_json::Value,
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

    /// A job of a tenant, as it stands.
    pub(crate) fn find(&self, request: RequestId, tenant: &str) -> Option<Job> {
        let all = self.all();
        all.iter().find(|job| job.request == request && job.tenant == tenant).cloned()
    }

    /// The jobs of a tenant, latest first.
    pub(crate) fn of(&self, tenant: &str) -> Vec<Job> {
        self.all().iter().rev().filter(|job| job.tenant == tenant).cloned().collect()
    }

    /// Ends a job of a tenant, which closes its record as `interrupted`; whether it was running.
    pub(crate) fn cancel(&self, request: RequestId, tenant: &str) -> bool {
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

/// Lets an admitted request run on, and gives the job as it begins.
pub(crate) fn start(
    line: &Line,
    admitted: Admitted,
    tenant: &str,
    asked: serde_json::Value,
) -> Job {
    begun(line, admitted, tenant, asked, None)
}

/// The same for somebody who reads along: `told` hears each piece of a text, and ends when the job's
/// end is on record. A reader who leaves does not end the job.
pub(crate) fn start_told(
    line: &Line,
    admitted: Admitted,
    tenant: &str,
    asked: serde_json::Value,
    told: mpsc::Sender<String>,
) -> Job {
    begun(line, admitted, tenant, asked, Some(told))
}

fn begun(
    line: &Line,
    admitted: Admitted,
    tenant: &str,
    asked: serde_json::Value,
    told: Option<mpsc::Sender<String>>,
) -> Job {
    let (request, modality) = (admitted.case().request_id(), admitted.case().modality());
    let state = State::Running(0);
    let job = Job { request, tenant: tenant.to_owned(), asked, modality, state, handle: None };
    line.stages().jobs.begin(job.clone());
    let (watched, line) = (line.clone(), line.clone());
    let running = tokio::spawn(async move {
        let seconds = line.stages().installation.config().server.request_seconds_max;
        let (pieces, receiver) = mpsc::channel(PIECES_WAITING_MAX);
        let running = line.finish(admitted, Delivery::Stream(pieces));
        let running = tokio::time::timeout(Duration::from_secs(seconds), running);
        let (outcome, ()) = tokio::join!(running, follow(&line, request, receiver, told.as_ref()));
        let outcome = outcome.unwrap_or(Err(LineError::TimedOut("the job")));
        line.stages().jobs.set(request, ended(outcome));
    });
    watched.stages().jobs.handle(request, running.abort_handle());
    job
}

async fn follow(
    line: &Line,
    request: RequestId,
    mut pieces: mpsc::Receiver<Piece>,
    told: Option<&mpsc::Sender<String>>,
) {
    while let Some(piece) = pieces.recv().await {
        match piece {
            Piece::Progress { done, total, .. } => {
                // Marking, signing and storing come after the model: it is never done here.
                let percent = (done.saturating_mul(95) / total.max(1)).min(95);
                line.stages().jobs.set(request, State::Running(percent as u8));
            }
            Piece::Text(text) => {
                // Whoever has left, or reads too slowly, finds the whole text when it is released.
                let _ = told.map(|told| told.try_send(text));
            }
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
            asked: serde_json::Value::Null,
            modality: Modality::Video,
            state: State::Running(0),
            handle: None,
        }
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
