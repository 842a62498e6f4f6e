//! What others say about the log: witnesses and a time-stamp authority; and acting as a witness.

use std::sync::Arc;

use audit::{Checkpoint, Log, LogError, LogKey, Proof, Rotation, Verifier, Witness};
use tokio::task::JoinSet;

use crate::{
    anchoring::Anchoring, installation::Installation, metrics::AttestationMetrics,
    witnessing::Witnessing,
};

/// Whoever attests to the log, as configured.
#[derive(Debug)]
pub struct Attesting {
    log: Log,
    /// Changes of the log's key, oldest first.
    pub(crate) rotations: Vec<Rotation>,
    witnessing: Option<Arc<Witnessing>>,
    anchoring: Option<Arc<Anchoring>>,
    acting: Option<Arc<Witness>>,
}

impl Attesting {
    /// Reads the configuration; nobody is asked yet.
    ///
    /// # Errors
    /// [`LogError`] naming what of `[audit]` cannot be used.
    pub fn open(
        installation: &Installation,
        log: &Log,
        metrics: &AttestationMetrics,
    ) -> Result<Self, LogError> {
        let (settings, folder) = (&installation.config().audit, installation.log());
        let trust = settings.time_stamps.trust.as_ref().map(|path| installation.resolve(path));
        let anchoring = Anchoring::open(&settings.time_stamps, trust.as_deref(), &folder, metrics)?;
        Ok(Self {
            log: log.clone(),
            rotations: audit::rotation::statements(&folder)?,
            witnessing: Witnessing::open(settings, folder, log, metrics)?.map(Arc::new),
            anchoring: anchoring.map(Arc::new),
            acting: acting(installation)?.map(Arc::new),
        })
    }

    /// The checkpoint for others: the last one that a quorum has cosigned, else the last one.
    #[must_use]
    pub fn published(&self) -> Checkpoint {
        let cosigned = self.witnessing.as_ref().and_then(|witnesses| witnesses.published());
        cosigned.unwrap_or_else(|| self.log.checkpoint())
    }

    /// The proof of an entry, under a cosigned checkpoint where one covers it.
    ///
    /// # Errors
    /// [`LogError::Unknown`] when no checkpoint covers it yet.
    pub fn proof(&self, index: u64) -> Result<Proof, LogError> {
        let cosigned = self.log.proof_under(index, &self.published());
        cosigned.or_else(|_| self.log.proof(index))
    }

    /// What is overdue: nothing fails because of it, but somebody should look.
    #[must_use]
    pub fn overdue(&self) -> Vec<String> {
        let witnesses = self.witnessing.as_ref().and_then(|witnesses| witnesses.overdue());
        let anchors = self.anchoring.as_ref().and_then(|anchoring| anchoring.overdue());
        witnesses.into_iter().chain(anchors).collect()
    }

    /// Whether this installation acts as a witness of other logs.
    #[must_use]
    pub fn acting(&self) -> Option<Arc<Witness>> {
        self.acting.clone()
    }

    /// Begins to ask; ends when the set is dropped.
    pub fn start(self: &Arc<Self>) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        if let Some(witnessing) = self.witnessing.clone() {
            tasks.spawn(async move { witnessing.run().await });
        }
        if let Some(anchoring) = self.anchoring.clone() {
            let attesting = Arc::clone(self);
            tasks.spawn(async move { anchoring.run(|| attesting.published()).await });
        }
        tasks
    }
}

/// The own witness, with its own key and memory.
fn acting(installation: &Installation) -> Result<Option<Witness>, LogError> {
    let settings = &installation.config().audit.witness;
    if settings.logs.is_empty() {
        return Ok(None);
    }
    let logs: Result<Vec<_>, _> = settings.logs.iter().map(|vkey| Verifier::parse(vkey)).collect();
    let key = LogKey::load_or_create(&installation.witness_key())?;
    Witness::open(&installation.witness(), &settings.name, key, logs?).map(Some)
}
