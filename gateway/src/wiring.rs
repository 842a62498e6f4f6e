//! Builds the rooms from configuration and installation.

mod changing;
mod checked;
mod error;

use std::{
    collections::BTreeMap,
    fmt,
    path::Path,
    sync::{Arc, OnceLock},
    time::Instant,
};

use access::Access;
use audit::{Event, EvidenceKey, Log, LogError, LogOptions, Objects, Record, StateStore, Vault};
pub use checked::check;
pub use error::WiringError;
use generators::Generator;
use policy::Engine;
use provenance::{Credentials, Verifier};
use tokio::sync::Semaphore;
use types::Receipt;

use changing::{signer, verifier};

use crate::{
    admitting::Admitting,
    attesting::Attesting,
    backup,
    checking::Checkers,
    detecting::Detector,
    guests::Guests,
    http::Turns,
    idempotency::Idempotency,
    installation::{Installation, InstallationError},
    jobs::Jobs,
    labelling::Labelling,
    listening::{Serving, tls},
    lookup::Lookup,
    mark_keys::MarkKeys,
    metrics::Metrics,
    models::Models,
    pipeline::LineError,
    rulebook,
    screening::PictureLists,
    secret::Secret,
    sessions::Sessions,
    sharing::Sharing,
    storage::Storage,
    telemetry::Exporting,
    telling::Telling,
    vaulting,
    webhooks::Webhooks,
};

/// At most this many files of strangers are checked at once; each is held in memory.
const CHECKS_MAX: usize = 16;

/// Every room, built. A clone shares what is kept and counted.
#[derive(Clone)]
pub struct Stages {
    /// Where everything lies.
    pub installation: Installation,
    /// Models by their configured name.
    pub generators: BTreeMap<String, Arc<dyn Generator>>,
    pub(crate) models: Models,
    /// What the program counts.
    pub metrics: Arc<Metrics>,
    /// Keys, people and their sessions.
    pub accounts: Access,
    /// Limits and turns.
    pub(crate) admitting: Admitting,
    /// The log and its registry.
    pub log: Log,
    /// Who is told what the log says.
    pub webhooks: Webhooks,
    /// Witnesses and time-stamps of the log.
    pub attesting: Arc<Attesting>,
    pub(crate) engine: Engine,
    pub(crate) picture_lists: PictureLists,
    pub(crate) checkers: Checkers,
    pub(crate) mark_keys: MarkKeys,
    pub(crate) labelling: Labelling,
    pub(crate) pseudonym_key: Secret,
    pub(crate) signer: Arc<Credentials>,
    pub(crate) verifier: Arc<Verifier>,
    pub(crate) objects: Objects,
    pub(crate) vault: Vault,
    erased_again: u64,
    pub(crate) state: Arc<dyn StateStore>,
    /// What to mind where other gateways write to the same log.
    pub(crate) sharing: Option<Arc<Sharing>>,
    checks: Arc<Semaphore>,
    pub(crate) guests: Arc<Guests>,
    /// Generations that take long.
    pub(crate) jobs: Arc<Jobs>,
    /// Live sessions.
    pub(crate) sessions: Arc<Sessions>,
    /// Long work of several assets.
    pub(crate) told: Arc<Telling>,
    idempotency: Idempotency,
    /// How far the process is on its way to its end.
    pub(crate) serving: Arc<Serving>,
    /// The collector of traces and metrics, once it is there.
    pub(crate) exporting: Arc<OnceLock<Exporting>>,
    /// How many requests are handled at once.
    pub(crate) turns: Arc<Turns>,
    /// TLS of the listeners, where it is configured.
    pub(crate) tls: Option<Arc<tokio_rustls::rustls::ServerConfig>>,
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
        stages.name_configuration();
        stages.record_policy().await?;
        stages.keep_policy(&rulebook::text(&stages.installation)?).await?;
        vaulting::record_interrupted(&stages).await?;
        Ok(stages)
    }

    fn open_blocking(installation: Installation, log: LogOptions) -> Result<Self, WiringError> {
        watermark::read_avif();
        if backup::cut_off(installation.folder()) {
            return Err(WiringError::Restoring);
        }
        let engine = rulebook::engine(&installation)?;
        let picture_lists = PictureLists::open(&installation)?;
        let checkers = Checkers::open(&installation).map_err(WiringError::Checker)?;
        let models = Models::open(&installation, &Models::default())?;
        let mark_keys = MarkKeys::load(&installation)?;
        let labelling = Labelling::new(&installation.config().labels)?;
        let pseudonym_key = secret(&installation.pseudonym_key())?;
        let (verifier, signer) = (verifier(&installation)?, signer(&installation)?);
        let tls = tls::open(&installation)?;
        let storage = Storage::open(&installation)?;
        let (objects, log, state) = (storage.objects()?, storage.log(log)?, storage.state()?);
        let limit = installation.config().server.request_seconds_max;
        let guests = Guests::new(installation.config().auth.anonymous_checks_per_minute);
        let sharing = storage.is_shared().then(|| Arc::new(Sharing::new(limit)));
        let metrics = Arc::new(Metrics::default());
        let attesting = Arc::new(Attesting::open(&installation, &log, &metrics.attestation)?);
        // Who was erased is erased before anything is served, also if the vault is an older copy.
        let vault = storage.vault(evidence_key(&installation)?)?;
        let erased_again = vault.follow(&log)?;
        vault.sweep()?;
        let holder = sharing.as_ref().map(|sharing| sharing.holder());
        let webhooks = Webhooks::open(&installation, &log, &state, holder)?;
        let accounts = Access::new(Arc::clone(&state));
        let admitting = Admitting::open(&installation, Arc::clone(&state))?;
        let idempotency = Idempotency::new(Arc::clone(&state));
        Ok(Self {
            metrics,
            webhooks,
            attesting,
            installation,
            generators: models.by_name.clone(),
            models,
            accounts,
            admitting,
            log,
            engine,
            picture_lists,
            checkers,
            mark_keys,
            labelling,
            pseudonym_key,
            signer,
            verifier,
            objects,
            vault,
            erased_again,
            state,
            sharing,
            checks: Arc::new(Semaphore::new(CHECKS_MAX)),
            guests: Arc::new(guests),
            jobs: Arc::default(),
            sessions: Arc::default(),
            told: Arc::default(),
            idempotency,
            serving: Arc::default(),
            exporting: Arc::default(),
            turns: Arc::default(),
            tls,
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
        Detector::new(self.mark_keys.clone(), self.generators.values())
    }

    /// The way back, with all that is at hand.
    #[must_use]
    pub fn lookup(&self) -> Lookup {
        Lookup::new(Arc::clone(&self.verifier))
            .with_detector(self.detector())
            .with_log(self.log.clone())
    }

    /// Keys of requests that must not run twice.
    pub(crate) const fn idempotency(&self) -> &Idempotency {
        &self.idempotency
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

    /// What is failing closed, by name.
    #[must_use]
    pub fn failing(&self) -> Vec<String> {
        self.health().failing()
    }

    /// Writes `interrupted` for requests that a crash left without an end.
    ///
    /// # Errors
    /// [`LogError`] when the log fails.
    pub async fn close_unfinished(&self) -> Result<usize, LogError> {
        if !self.takes_turn().await? {
            return Ok(0);
        }
        let mut closed = 0;
        for index in &self.log.registry().unfinished()? {
            let admitted = Record::parse(&self.log.entry(*index)?)?;
            if self.sharing.as_ref().is_some_and(|sharing| sharing.may_be_under_way(&admitted)) {
                continue;
            }
            let mut record = Record::new(Event::Interrupted, admitted.tenant, admitted.actor);
            record.request_id = admitted.request_id;
            record.modality = admitted.modality;
            record.idempotency = admitted.idempotency;
            record.detail = Some(format!("found unfinished at start; admitted record {index}"));
            self.log.append(record).await?;
            closed += 1;
        }
        for entry in self.log.registry().waiting()? {
            let queued = crate::reviews::enqueue(self, entry.asset_id).await;
            queued.map_err(|error| LogError::Index(error.to_string()))?;
        }
        Ok(closed)
    }

    /// Writes a last checkpoint.
    ///
    /// # Errors
    /// [`LogError`] when the log fails.
    pub async fn close(&self) -> Result<(), LogError> {
        self.log.checkpoint_now().await.map(drop)
    }

    /// Checks the own log from end to end; how many entries it has.
    ///
    /// # Errors
    /// [`WiringError::Log`] naming the first entry at fault.
    pub async fn verify_log(&self) -> Result<u64, WiringError> {
        self.log.checkpoint_now().await?;
        let installation = self.installation.clone();
        let checking = tokio::task::spawn_blocking(move || {
            Storage::open(&installation)?.verify_log().map(|verified| verified.entries)
        });
        checking.await.map_err(|_| LogError::Closed)?
    }

    /// Appends a record of which the caller is told the index alone.
    pub(crate) async fn append_silently(&self, record: Record) -> Result<u64, LineError> {
        let start = Instant::now();
        let index = self.log.append_silently(record).await?;
        self.metrics.numbers.appended(start.elapsed());
        Ok(index)
    }

    /// Appends a record.
    pub(crate) async fn append(&self, record: Record) -> Result<Receipt, LineError> {
        let start = Instant::now();
        let receipt = self.log.append(record).await?;
        self.metrics.numbers.appended(start.elapsed());
        Ok(receipt)
    }
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
