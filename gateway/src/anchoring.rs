//! Has checkpoints stamped by an RFC 3161 time-stamp authority: proof that the log was this far at
//! that time, by somebody who is neither log nor witness.

use std::{
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use audit::{Anchor, Anchors, Checkpoint, LogError};
use provenance::{ProvenanceError, StampRequest, TrustLists};

use crate::{
    config::TimeStamps,
    metrics::AttestationMetrics,
    outbound::{Outbound, OutboundError},
};

/// How long one request to the authority may take.
const ANSWER_DEADLINE: Duration = Duration::from_secs(20);
/// How often is looked whether a stamp is due, and the pause after a failure.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// A time-stamp authority and the anchors that it has given.
#[derive(Debug)]
pub struct Anchoring {
    url: String,
    every: Duration,
    trust: Option<TrustLists>,
    anchors: Anchors,
    outbound: Outbound,
    metrics: AttestationMetrics,
    failing: Mutex<Option<Failing>>,
}

#[derive(Debug, Clone)]
struct Failing {
    since: Instant,
    reason: String,
}

/// Why a checkpoint was not stamped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnchorError {
    /// The authority does not answer.
    #[error(transparent)]
    Unreachable(#[from] OutboundError),
    /// It refuses.
    #[error("{url} answered {status}: {reason}")]
    Refused {
        /// Who was asked.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What it said.
        reason: String,
    },
    /// Its answer does not check out.
    #[error(transparent)]
    Answer(#[from] ProvenanceError),
    /// Its certificate leads to none that is trusted.
    #[error("the time-stamp is by {0}, whom `audit.time_stamps.trust` does not vouch for")]
    Untrusted(String),
    /// The anchor cannot be stored or read.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl Anchoring {
    /// The configured authority; `None` when there is none.
    ///
    /// # Errors
    /// [`LogError::File`] when the trusted certificates cannot be used.
    pub fn open(
        settings: &TimeStamps,
        trust: Option<&Path>,
        folder: &Path,
        metrics: &AttestationMetrics,
    ) -> Result<Option<Self>, LogError> {
        let Some(url) = settings.url.clone() else { return Ok(None) };
        Ok(Some(Self {
            url,
            every: Duration::from_secs(settings.every_s.max(1)),
            trust: trust.map(trusted).transpose()?,
            anchors: Anchors::of(folder),
            outbound: Outbound::new(ANSWER_DEADLINE),
            metrics: metrics.clone(),
            failing: Mutex::default(),
        }))
    }

    /// What is overdue, as a sentence.
    #[must_use]
    pub fn overdue(&self) -> Option<String> {
        let failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let s = failing.since.elapsed().as_secs();
        Some(format!("no time-stamp over the log for {s} s: {}", failing.reason))
    }

    /// Stamps what `checkpoint` gives whenever a stamp is due, until the task is dropped.
    pub async fn run(&self, checkpoint: impl Fn() -> Checkpoint) {
        loop {
            let checkpoint = checkpoint();
            let done = match self.due(&checkpoint) {
                Ok(false) => Ok(()),
                Ok(true) => self.anchor(&checkpoint).await.map(drop),
                Err(error) => Err(error.into()),
            };
            self.remember(done);
            tokio::time::sleep(LOOK_EVERY.min(self.every)).await;
        }
    }

    /// Asks for a time-stamp over a checkpoint, checks it and stores it.
    ///
    /// # Errors
    /// [`AnchorError`]; nothing is stored then.
    pub async fn anchor(&self, checkpoint: &Checkpoint) -> Result<Anchor, AnchorError> {
        let note = checkpoint.note.as_bytes();
        let request = StampRequest::new(note, rand::random());
        let body = request.der().to_vec();
        let reply = self.outbound.post(&self.url, "application/timestamp-query", body).await?;
        if reply.status != 200 {
            let (url, status, reason) = (self.url.clone(), reply.status, reply.said());
            return Err(AnchorError::Refused { url, status, reason });
        }
        let stamped = match &self.trust {
            Some(trust) => request.check(&reply.body, trust)?,
            None => request.check(&reply.body, &TrustLists::default())?,
        };
        if self.trust.is_some() && !stamped.trusted {
            let authority = stamped.authority.unwrap_or_else(|| "nobody known".to_owned());
            return Err(AnchorError::Untrusted(authority));
        }
        let anchor = self.anchors.store(checkpoint, &reply.body)?;
        self.metrics.anchored_size.set(i64::try_from(anchor.size).unwrap_or(i64::MAX));
        Ok(anchor)
    }

    /// Whether the last anchor is old and the log has grown since.
    fn due(&self, checkpoint: &Checkpoint) -> Result<bool, LogError> {
        let Some(last) = self.anchors.latest()? else { return Ok(checkpoint.size > 0) };
        let age = SystemTime::now().duration_since(last.stored_at).unwrap_or_default();
        Ok(checkpoint.size > last.size && age >= self.every)
    }

    fn remember(&self, done: Result<(), AnchorError>) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let Err(error) = done else { return *failing = None };
        tracing::warn!(%error, "a checkpoint was not time-stamped");
        self.metrics.anchor_failures.inc();
        let since = failing.as_ref().map_or_else(Instant::now, |failing| failing.since);
        *failing = Some(Failing { since, reason: error.to_string() });
    }
}

fn trusted(path: &Path) -> Result<TrustLists, LogError> {
    let wrong = |reason: String| LogError::File { path: path.to_path_buf(), reason };
    let pem = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let mut lists = TrustLists::default();
    lists.add_pem("tsa", &pem).map_err(|error| wrong(error.to_string()))?;
    Ok(lists)
}
