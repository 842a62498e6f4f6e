//! Builds the rooms from configuration and installation.

use std::{collections::BTreeMap, fmt, fs, path::Path, sync::Arc};

use audit::{
    Event, EvidenceKey, Log, LogError, LogKey, LogOptions, Objects, Record, SledState, StateStore,
    Vault, VaultError, vault::FollowError,
};
use generators::Generator;
use policy::{Engine, PolicyError};
use provenance::{Authority, Credentials, ProvenanceError, TrustLists, Verifier};
use tokio::sync::Semaphore;
use types::{Modality, Receipt};
use watermark::WatermarkKey;

use crate::{
    accounts::Accounts,
    backup,
    detecting::Detector,
    installation::{Installation, InstallationError},
    lookup::Lookup,
    metrics::Metrics,
    models::{self, ModelError},
    pipeline::LineError,
    secret::Secret,
    vaulting,
};

/// At most this many files of strangers are checked at once; each is held in memory.
const CHECKS_MAX: usize = 16;

/// Why the rooms cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WiringError {
    /// Files of the installation.
    #[error(transparent)]
    Installation(#[from] InstallationError),
    /// The rule pack.
    #[error("the rule pack cannot be used: {0}")]
    Policy(#[from] PolicyError),
    /// A model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Certificates and keys.
    #[error("the certificates cannot be used: {0}")]
    Provenance(#[from] ProvenanceError),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// State.
    #[error(transparent)]
    State(#[from] audit::StateError),
    /// Objects.
    #[error(transparent)]
    Objects(#[from] audit::ObjectError),
    /// A restore was cut off.
    #[error("a restore of this folder was cut off: run the same `imprimatur restore` again")]
    Restoring,
    /// The evidence vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The evidence vault could not follow the log.
    #[error(transparent)]
    Follow(#[from] FollowError),
}

/// Every room, built.
pub struct Stages {
    /// Where everything lies.
    pub installation: Installation,
    /// Models by their configured name.
    pub generators: BTreeMap<String, Arc<dyn Generator>>,
    /// What the program counts.
    pub metrics: Metrics,
    /// API keys.
    pub accounts: Accounts,
    /// The log and its registry.
    pub log: Log,
    pub(crate) engine: Engine,
    pub(crate) watermark_key: Arc<WatermarkKey>,
    pub(crate) pseudonym_key: Secret,
    pub(crate) signer: Arc<Credentials>,
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) objects: Objects,
    pub(crate) vault: Vault,
    erased_again: u64,
    pub(crate) state: Arc<dyn StateStore>,
    checks: Arc<Semaphore>,
}

impl fmt::Debug for Stages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stages")
            .field("folder", &self.installation.folder())
            .finish_non_exhaustive()
    }
}

impl Stages {
    /// Opens everything; only a damaged model does not keep the rest from serving.
    ///
    /// # Errors
    /// [`WiringError`] naming the part and what to do.
    pub async fn open(installation: Installation) -> Result<Self, WiringError> {
        let options = LogOptions::new(installation.config().audit.origin.clone());
        Self::open_with(installation, options).await
    }

    /// Opens everything over a log that is kept otherwise, for example on a disk that fails.
    ///
    /// # Errors
    /// Those of [`Self::open`].
    pub async fn open_with(
        installation: Installation,
        log: LogOptions,
    ) -> Result<Self, WiringError> {
        let opening = tokio::task::spawn_blocking(move || Self::open_blocking(installation, log));
        // A panic while opening is a bug and must surface as one.
        let stages = opening.await.map_err(|_| LogError::Closed)??;
        stages.record_policy().await?;
        vaulting::record_interrupted(&stages).await?;
        Ok(stages)
    }

    fn open_blocking(installation: Installation, log: LogOptions) -> Result<Self, WiringError> {
        if backup::cut_off(installation.folder()) {
            return Err(WiringError::Restoring);
        }
        let engine = policy_engine(&installation)?;
        let generators = models::open_all(&installation)?;
        let watermark_key = Arc::new(watermark_key(&installation)?);
        let pseudonym_key = secret(&installation.pseudonym_key())?;
        let authority = Authority::load(&installation.provenance())?;
        let verifier = Arc::new(Verifier::new(TrustLists::own(&authority)?)?);
        let signer = Arc::new(Credentials::new(authority)?);
        let objects = Objects::open(&installation.objects())?;
        let log = Log::open(&installation.log(), LogKey::load(&installation.log_key())?, log)?;
        // Who was erased is erased before anything is served, also if the vault is an older copy.
        let vault = Vault::open(&installation.vault(), evidence_key(&installation)?)?;
        let erased_again = vault.follow(&log)?;
        vault.sweep()?;
        let state: Arc<dyn StateStore> = Arc::new(SledState::open(&installation.state())?);
        let accounts = Accounts::new(Arc::clone(&state));
        Ok(Self {
            metrics: Metrics::default(),
            installation,
            generators,
            accounts,
            log,
            engine,
            watermark_key,
            pseudonym_key,
            signer,
            verifier,
            objects,
            vault,
            erased_again,
            state,
            checks: Arc::new(Semaphore::new(CHECKS_MAX)),
        })
    }

    /// The policy in force.
    #[must_use]
    pub const fn policy(&self) -> &Engine {
        &self.engine
    }

    /// Finds and reads marks in the tokens of every configured text model.
    #[must_use]
    pub fn detector(&self) -> Detector {
        Detector::new(Arc::clone(&self.watermark_key), self.generators.values())
    }

    /// The way back, with all that is at hand.
    #[must_use]
    pub fn lookup(&self) -> Lookup {
        Lookup::new(Arc::clone(&self.verifier))
            .with_detector(self.detector())
            .with_log(self.log.clone())
    }

    /// How many people were erased again when the vault was opened: it was an older copy.
    #[must_use]
    pub const fn erased_again(&self) -> u64 {
        self.erased_again
    }

    /// Turns for checks of strangers' files.
    pub(crate) fn checks(&self) -> Arc<Semaphore> {
        Arc::clone(&self.checks)
    }

    /// The first configured model of a modality, starter models last.
    #[must_use]
    pub fn default_model(&self, modality: Modality) -> Option<String> {
        let made =
            self.generators.iter().filter(|(_, generator)| generator.card().modality == modality);
        // A null model only measures: it is used when it is named.
        let useful = made.filter(|(_, generator)| generator.card().backend != "null");
        useful.min_by_key(|(_, generator)| generator.card().starter).map(|(name, _)| name.clone())
    }

    /// What is failing closed, by name.
    #[must_use]
    pub fn failing(&self) -> Vec<String> {
        let log = self.log.stopped().map(|reason| format!("audit log: {reason}"));
        let vault = self.vault.stopped().map(|reason| format!("evidence vault: {reason}"));
        log.into_iter().chain(vault).collect()
    }

    /// Writes `interrupted` for requests that a crash left without an end.
    ///
    /// # Errors
    /// [`LogError`] when the log fails.
    pub async fn close_unfinished(&self) -> Result<usize, LogError> {
        let unfinished = self.log.registry().unfinished()?;
        for index in &unfinished {
            let admitted = Record::parse(&self.log.entry(*index)?)?;
            let mut record = Record::new(Event::Interrupted, admitted.tenant, admitted.actor);
            record.request_id = admitted.request_id;
            record.modality = admitted.modality;
            record.detail = Some(format!("found unfinished at start; admitted record {index}"));
            self.log.append(record).await?;
        }
        for entry in self.log.registry().assets()? {
            if entry.event == Event::Held && entry.review.is_none() {
                let queued = crate::reviews::enqueue(self, entry.asset_id).await;
                queued.map_err(|error| LogError::Index(error.to_string()))?;
            }
        }
        Ok(unfinished.len())
    }

    /// Writes a last checkpoint.
    ///
    /// # Errors
    /// [`LogError`] when the log fails.
    pub async fn close(&self) -> Result<(), LogError> {
        self.log.checkpoint_now().await.map(drop)
    }

    /// Exports the log's evidence; the export is itself recorded first.
    ///
    /// # Errors
    /// [`LogError`] when the log fails or the file cannot be written.
    pub async fn export(&self, path: &Path) -> Result<u64, LogError> {
        let mut record = Record::new(Event::Exported, "installation", "operator");
        record.detail = Some(format!("{} records before", self.log.size()));
        self.log.append(record).await?;
        // The file's folder is synced, so it must have a name.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        audit::export(&self.log, &path).await
    }

    /// Checks the own log from end to end; how many entries it has.
    ///
    /// # Errors
    /// [`LogError`] naming the first entry at fault.
    pub async fn verify_log(&self) -> Result<u64, LogError> {
        self.log.checkpoint_now().await?;
        let (folder, verifier) = (self.installation.log(), self.log.verifier().clone());
        let checking = tokio::task::spawn_blocking(move || audit::verify_log(&folder, &verifier));
        checking.await.map_err(|_| LogError::Closed)?.map(|verified| verified.entries)
    }

    /// Appends a record.
    pub(crate) async fn append(&self, record: Record) -> Result<Receipt, LineError> {
        Ok(self.log.append(record).await?)
    }

    /// New rules come into force on record.
    async fn record_policy(&self) -> Result<(), LogError> {
        let version = self.engine.version();
        let detail = format!("{} {} sha256:{}", version.id, version.version, version.sha256);
        let key = b"policy/current";
        let known = self.state.get(key).await.unwrap_or_default();
        if known.as_deref() == Some(detail.as_bytes()) {
            return Ok(());
        }
        let mut record = Record::new(Event::PolicyLoaded, "installation", "operator");
        record.detail = Some(detail.clone());
        self.log.append(record).await?;
        let kept =
            self.state.compare_and_swap(key, known.as_deref(), Some(detail.as_bytes())).await;
        kept.map(drop).map_err(|error| LogError::Index(error.to_string()))
    }
}

/// The configured rule pack, or the built-in one.
///
/// # Errors
/// [`WiringError`] when it cannot be read or fails its own tests.
pub fn policy_engine(installation: &Installation) -> Result<Engine, WiringError> {
    let Some(pack) = &installation.config().policy.pack else { return Ok(Engine::newsroom()?) };
    let path = installation.resolve(pack);
    let text =
        fs::read_to_string(&path).map_err(|source| InstallationError::File { path, source })?;
    Ok(Engine::from_toml(&text)?)
}

/// The key of all marks.
///
/// # Errors
/// [`InstallationError::File`] when it is missing, damaged or readable by others.
pub fn watermark_key(installation: &Installation) -> Result<WatermarkKey, InstallationError> {
    Ok(WatermarkKey::new(*secret(&installation.watermark_key())?.bytes()))
}

/// The key of the evidence vault; an installation without a vault gets one.
///
/// # Errors
/// [`InstallationError::File`] when it is missing beside a vault, damaged or readable by others.
fn evidence_key(installation: &Installation) -> Result<EvidenceKey, InstallationError> {
    let path = installation.evidence_key();
    if !path.exists() && !installation.vault().exists() {
        let created = Secret::random().create(&path);
        created.map_err(|source| InstallationError::File { path: path.clone(), source })?;
    }
    Ok(EvidenceKey::new(*secret(&path)?.bytes()))
}

/// Reads a key file.
///
/// # Errors
/// [`InstallationError::File`] when it is missing, damaged or readable by others.
pub fn secret(path: &Path) -> Result<Secret, InstallationError> {
    Secret::read(path)
        .map_err(|source| InstallationError::File { path: path.to_path_buf(), source })
}
