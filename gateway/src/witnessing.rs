//! Asks the configured witnesses to cosign each new checkpoint, and keeps the last one that enough of
//! them have.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use audit::{
    AddCheckpoint, Checkpoint, Cosignature, Cosigner, Log, LogError, Quorum, witness::cosigned,
};
use futures::{StreamExt as _, stream::FuturesUnordered};

use crate::{
    config::Audit,
    http::now_unix_s,
    metrics::AttestationMetrics,
    outbound::{Outbound, OutboundError},
};

/// How long one request to a witness may take.
const ANSWER_DEADLINE: Duration = Duration::from_secs(5);
/// How often a new checkpoint is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Pause after a round without a quorum.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// A witness may answer with its size this often before it is given up for a round.
const CONFLICTS_MAX: usize = 3;
/// Clocks differ a little.
const TIME_AHEAD_S_MAX: u64 = 300;

/// The witnesses of a log.
#[derive(Debug)]
pub struct Witnessing {
    log: Log,
    folder: PathBuf,
    quorum: Quorum,
    peers: Vec<Peer>,
    overdue_after: Duration,
    outbound: Outbound,
    metrics: AttestationMetrics,
    published: RwLock<Option<Checkpoint>>,
    waiting: Mutex<Waiting>,
}

/// One witness.
#[derive(Debug)]
struct Peer {
    /// Its name in the configuration: names in cosignatures need not differ.
    name: String,
    url: String,
    cosigner: Cosigner,
    /// The size that it has cosigned last, as far as is known.
    size: AtomicU64,
}

/// Since when a quorum is missing, and what each witness said last.
#[derive(Debug, Default)]
struct Waiting {
    since: Option<Instant>,
    failures: BTreeMap<String, String>,
}

/// Why a witness has not cosigned.
#[derive(Debug, thiserror::Error)]
enum Declined {
    #[error(transparent)]
    Unreachable(#[from] OutboundError),
    #[error("it answered {status}: {reason}")]
    Refused { status: u16, reason: String },
    #[error(
        "it has cosigned {seen} entries of this log, which has {size}: the log was rolled back, or another one signs in its name"
    )]
    Ahead { seen: u64, size: u64 },
    #[error("its answer cannot be used: {0}")]
    Answer(String),
}

impl Witnessing {
    /// The witnesses that the configuration names; `None` when it names none.
    ///
    /// # Errors
    /// [`LogError::Note`] for a vkey or quorum that cannot be used, or when the stored cosigned
    /// checkpoint is not the log's.
    pub fn open(
        settings: &Audit,
        folder: PathBuf,
        log: &Log,
        metrics: &AttestationMetrics,
    ) -> Result<Option<Self>, LogError> {
        let sections = settings.witnesses.values();
        let cosigners: Result<Vec<_>, _> =
            sections.map(|section| Cosigner::parse(&section.vkey)).collect();
        let quorum = Quorum::new(cosigners?, settings.quorum)?;
        if quorum.witnesses().is_empty() {
            return Ok(None);
        }
        let stored = cosigned::load(&folder, log.verifier())?;
        let sections = settings.witnesses.iter().zip(quorum.witnesses());
        let peers = sections.map(|((name, section), cosigner)| {
            let cosigned = stored.as_ref().filter(|stored| {
                cosigner.find(&stored.note).is_ok_and(|cosignature| cosignature.is_some())
            });
            Peer {
                name: name.clone(),
                url: format!("{}/add-checkpoint", section.url.trim_end_matches('/')),
                cosigner: cosigner.clone(),
                size: AtomicU64::new(cosigned.map_or(0, |stored| stored.size)),
            }
        });
        let peers = peers.collect();
        let published = stored.filter(|stored| quorum.met(&stored.note));
        Ok(Some(Self {
            log: log.clone(),
            folder,
            quorum,
            peers,
            overdue_after: Duration::from_secs(settings.quorum_overdue_s),
            outbound: Outbound::new(ANSWER_DEADLINE),
            metrics: metrics.clone(),
            published: RwLock::new(published),
            waiting: Mutex::default(),
        }))
    }

    /// The last checkpoint that a quorum has cosigned.
    #[must_use]
    pub fn published(&self) -> Option<Checkpoint> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is overdue, as a sentence.
    #[must_use]
    pub fn overdue(&self) -> Option<String> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let late = waiting.since?.elapsed();
        if late < self.overdue_after {
            return None;
        }
        let said: Vec<String> =
            waiting.failures.iter().map(|(name, failure)| format!("{name}: {failure}")).collect();
        let (needed, there, s) = (self.quorum.needed(), self.peers.len(), late.as_secs());
        let said = said.join("; ");
        Some(format!("{needed} of {there} witnesses have not cosigned for {s} s ({said})"))
    }

    /// Asks for every new checkpoint until the task is dropped.
    pub async fn run(&self) {
        loop {
            let checkpoint = self.log.checkpoint();
            let fresh = self.published().is_none_or(|last| last.text() != checkpoint.text());
            let pause =
                if fresh && !self.round(&checkpoint).await { RETRY_AFTER } else { LOOK_EVERY };
            self.metrics.quorum_overdue.set(i64::from(self.overdue().is_some()));
            tokio::time::sleep(pause).await;
        }
    }

    /// Asks all witnesses at once; whether enough of them have cosigned.
    pub async fn round(&self, checkpoint: &Checkpoint) -> bool {
        self.waiting().since.get_or_insert_with(Instant::now);
        let mut asked: FuturesUnordered<_> = self
            .peers
            .iter()
            .map(|peer| async move { (peer, self.cosign(peer, checkpoint).await) })
            .collect();
        let mut collected = checkpoint.clone();
        let mut met = self.publish(&collected);
        while let Some((peer, answer)) = asked.next().await {
            let name = peer.name.as_str();
            match answer {
                Ok(cosignature) => {
                    self.metrics.answered(name, "cosigned");
                    self.waiting().failures.remove(name);
                    collected = collected.with_lines([cosignature.line.as_str()]);
                    // As soon as there are enough, and again with each that comes later.
                    met |= self.publish(&collected);
                }
                Err(declined) => {
                    tracing::warn!(witness = name, reason = %declined, "a witness has not cosigned");
                    self.metrics.answered(name, "declined");
                    self.waiting().failures.insert(name.to_owned(), declined.to_string());
                }
            }
        }
        met
    }

    async fn cosign(&self, peer: &Peer, checkpoint: &Checkpoint) -> Result<Cosignature, Declined> {
        let size = checkpoint.size;
        for _ in 0..=CONFLICTS_MAX {
            let old = peer.size.load(Ordering::Relaxed);
            let proof = self.log.consistency(old, size);
            let proof = proof.ok_or(Declined::Ahead { seen: old, size })?;
            let request = AddCheckpoint { old, proof, checkpoint: checkpoint.note.clone() };
            let body = request.text().into_bytes();
            let reply = self.outbound.post(&peer.url, "text/plain; charset=utf-8", body).await?;
            match reply.status {
                200 => {
                    let cosignature = cosignature(&peer.cosigner, checkpoint, &reply.body)?;
                    peer.size.store(size, Ordering::Relaxed);
                    return Ok(cosignature);
                }
                409 if reply.content_type.starts_with("text/x.tlog.size") => {
                    let seen = String::from_utf8_lossy(&reply.body).trim_end().parse();
                    let seen =
                        seen.map_err(|_| Declined::Answer("its size is no number".into()))?;
                    peer.size.store(seen, Ordering::Relaxed);
                }
                status => return Err(Declined::Refused { status, reason: reply.said() }),
            }
        }
        Err(Declined::Answer("it names another size each time".to_owned()))
    }

    /// Stores and shows a checkpoint if enough witnesses have cosigned it.
    fn publish(&self, checkpoint: &Checkpoint) -> bool {
        if !self.quorum.met(&checkpoint.note) {
            return false;
        }
        if let Err(error) = cosigned::store(&self.folder, self.log.verifier(), checkpoint) {
            tracing::error!(%error, "the cosigned checkpoint could not be stored");
            self.waiting().failures.insert("the own disk".to_owned(), error.to_string());
            return false;
        }
        self.metrics.cosigned_size.set(i64::try_from(checkpoint.size).unwrap_or(i64::MAX));
        let mut published = self.published.write().unwrap_or_else(PoisonError::into_inner);
        *published = Some(checkpoint.clone());
        self.waiting().since = None;
        true
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn cosignature(
    cosigner: &Cosigner,
    checkpoint: &Checkpoint,
    body: &[u8],
) -> Result<Cosignature, Declined> {
    let wrong = |reason: String| Declined::Answer(reason);
    let body = std::str::from_utf8(body).map_err(|error| wrong(error.to_string()))?;
    let found = cosigner.answered(checkpoint, body).map_err(|error| wrong(error.to_string()))?;
    let found = found.ok_or_else(|| wrong("no line is by its key".to_owned()))?;
    if found.time_unix_s > now_unix_s() + TIME_AHEAD_S_MAX {
        return Err(wrong("its time is in the future".to_owned()));
    }
    Ok(found)
}
