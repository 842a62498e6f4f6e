//! Where log, state, originals and assets are kept: in the data folder, or where several gateways reach them.

pub mod moving;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use audit::{
    Driver, EvidenceKey, Log, LogError, LogKey, LogOptions, LogStore, ObjectError, Objects, Place,
    PostgresLog, PostgresState, Published, Segments, SledState, StateStore, Vault, Verified,
    Verifier, epoch,
};
use tokio::{task::spawn_blocking, time::sleep};

use crate::{
    config::{self, Hidden, StorageKind},
    installation::Installation,
    wiring::WiringError,
};

/// How long a server waits for its database when it starts.
const START_SECONDS_MAX: u64 = 30;
const RETRY_EVERY: Duration = Duration::from_millis(500);

/// The configured storage.
#[derive(Debug)]
pub struct Storage<'a> {
    installation: &'a Installation,
    place: Option<Place>,
}

impl<'a> Storage<'a> {
    /// Opens what the configuration names; the database is reached when it is needed.
    ///
    /// # Errors
    /// [`WiringError::Storage`] when something is not configured, [`WiringError::Objects`].
    pub fn open(installation: &'a Installation) -> Result<Self, WiringError> {
        let settings = &installation.config().storage;
        if settings.kind == StorageKind::Postgres && settings.objects.is_none() {
            let missing = "storage.objects is not set: name a place that all gateways reach";
            return Err(WiringError::Storage(missing.to_owned()));
        }
        let place = settings.objects.as_deref().map(|url| place(installation, url)).transpose()?;
        Ok(Self { installation, place })
    }

    /// Whether other gateways write to the same log.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.settings().kind == StorageKind::Postgres
    }

    /// The log, with its index in the data folder.
    ///
    /// # Errors
    /// Those of [`Log::open`] and [`PostgresLog::open`].
    pub fn log(&self, mut options: LogOptions) -> Result<Log, WiringError> {
        let folder = self.installation.log();
        if !self.is_shared() {
            moving::check(&folder)?;
        }
        self.exchange_promises()?;
        let key = self.log_key()?;
        if self.is_embedded() {
            return Ok(Log::open(&folder, key, options)?);
        }
        let store: Box<dyn LogStore> = match self.settings().kind {
            StorageKind::Embedded => {
                options.origin = epoch::origin(&folder, &options.origin)?;
                Box::new(Segments::open(&folder, options.disk.take(), options.segment_bytes)?)
            }
            StorageKind::Postgres => Box::new(self.postgres(Some(&folder))?),
        };
        Ok(Log::open_on(self.published(store)?, &folder, key, options)?)
    }

    /// Checks the log from its first entry to its last checkpoint, also while gateways write to it.
    ///
    /// # Errors
    /// [`LogError`] naming the first entry at fault.
    pub fn verify_log(&self) -> Result<Verified, WiringError> {
        let verifier = self.installation.log_verifier()?;
        self.verify_log_by(&verifier)
    }

    /// The same with a verifier that is known from elsewhere.
    ///
    /// # Errors
    /// [`LogError`] naming the first entry at fault.
    pub fn verify_log_by(&self, verifier: &Verifier) -> Result<Verified, WiringError> {
        if !self.is_shared() {
            return Ok(audit::verify_log(&self.installation.log(), verifier)?);
        }
        let mut store = self.published(Box::new(self.postgres(None)?))?;
        Ok(audit::verify_store(&mut *store, verifier)?)
    }

    /// Takes the rotations of the log's key and the cosigned checkpoint that other gateways know, and
    /// tells them of those that are known here; nothing where there are no others.
    ///
    /// # Errors
    /// Those of [`audit::exchange_promises`].
    pub fn exchange_promises(&self) -> Result<(), WiringError> {
        let Some(place) = self.place.as_ref().filter(|_| self.is_shared()) else { return Ok(()) };
        let (driver, folder) = (driver()?, self.installation.log());
        Ok(audit::exchange_promises(place, &driver, &folder)?)
    }

    /// Keys, reviews, leases.
    ///
    /// # Errors
    /// [`WiringError::State`], [`WiringError::Log`] when the database cannot be used.
    pub fn state(&self) -> Result<Arc<dyn StateStore>, WiringError> {
        Ok(match self.settings().kind {
            StorageKind::Embedded => Arc::new(SledState::open(&self.installation.state())?),
            StorageKind::Postgres => {
                Arc::new(PostgresState::open(driver()?, self.url()?.reveal())?)
            }
        })
    }

    /// Waits until the database takes connections: after a crash, and where everything starts at once, it is
    /// some seconds later than its gateways. `told` hears once why it has to wait.
    ///
    /// # Errors
    /// [`WiringError::Log`] when it cannot be reached within 30 s, or is not fit.
    pub async fn wait(&self, told: impl FnOnce(&str)) -> Result<(), WiringError> {
        if !self.is_shared() {
            return Ok(());
        }
        let url = self.url()?.reveal().to_owned();
        let (begun, mut told) = (Instant::now(), Some(told));
        let driver = driver()?;
        loop {
            let (driver, url) = (Arc::clone(&driver), url.clone());
            let trying = spawn_blocking(move || PostgresState::open(driver, &url).map(drop));
            let tried = trying.await.map_err(|error| LogError::Unreachable(error.to_string()))?;
            let Err(LogError::Unreachable(reason)) = tried else { return Ok(tried?) };
            if begun.elapsed() > Duration::from_secs(START_SECONDS_MAX) {
                return Err(LogError::Unreachable(reason).into());
            }
            if let Some(told) = told.take() {
                told(&reason);
            }
            sleep(RETRY_EVERY).await;
        }
    }

    /// Originals: in the data folder, or beside the assets where several gateways reach them.
    ///
    /// # Errors
    /// Those of [`Vault::open`] and [`Vault::shared`].
    pub fn vault(&self, key: EvidenceKey) -> Result<Vault, WiringError> {
        let folder = self.installation.vault();
        Ok(match self.place.clone().filter(|_| self.is_shared()) {
            Some(place) => Vault::shared(place, driver()?, &folder, key)?,
            None => Vault::open(&folder, key)?,
        })
    }

    /// Assets and manifests.
    ///
    /// # Errors
    /// [`ObjectError`] when the folder cannot be used.
    pub fn objects(&self) -> Result<Objects, ObjectError> {
        match &self.place {
            Some(place) => Ok(Objects::at(place.clone())),
            None => Objects::open(&self.installation.objects()),
        }
    }

    fn settings(&self) -> &config::Storage {
        &self.installation.config().storage
    }

    /// Whether the log lies in the data folder and nowhere else.
    fn is_embedded(&self) -> bool {
        !self.is_shared() && self.place.is_none()
    }

    fn log_key(&self) -> Result<LogKey, LogError> {
        self.installation.current_log_key()
    }

    fn postgres(&self, folder: Option<&Path>) -> Result<PostgresLog, WiringError> {
        let url = self.url()?;
        Ok(PostgresLog::open(driver()?, url.reveal(), folder)?)
    }

    fn published(&self, store: Box<dyn LogStore>) -> Result<Box<dyn LogStore>, WiringError> {
        Ok(match &self.place {
            Some(place) => Box::new(Published::new(store, place.clone(), driver()?)),
            None => store,
        })
    }

    fn url(&self) -> Result<Hidden, WiringError> {
        let settings = self.settings();
        match (&settings.url, &settings.url_file) {
            (Some(url), _) => Ok(url.clone()),
            (None, Some(file)) => url_in(&self.installation.resolve(file)),
            (None, None) => {
                let missing = "the database is not named: set IMPRIMATUR__STORAGE__URL or \
                               storage.url_file";
                Err(WiringError::Storage(missing.to_owned()))
            }
        }
    }
}

/// Threads for connections, where there are any.
fn driver() -> Result<Arc<Driver>, WiringError> {
    let driver = Driver::start().map_err(|error| WiringError::Storage(error.to_string()))?;
    Ok(Arc::new(driver))
}

fn place(installation: &Installation, url: &str) -> Result<Place, ObjectError> {
    match url.strip_prefix("file:") {
        Some(path) => {
            let path = path.strip_prefix("//").unwrap_or(path);
            Place::folder(&installation.resolve(Path::new(path)))
        }
        None => Place::open(url),
    }
}

/// The URL in a file that only its owner can read.
fn url_in(file: &Path) -> Result<Hidden, WiringError> {
    let wrong = |reason: String| WiringError::Storage(format!("{}: {reason}", file.display()));
    let metadata = fs::metadata(file).map_err(|error| wrong(error.to_string()))?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(wrong("others can read it: run `chmod 600` on it".to_owned()));
    }
    let text = fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    Ok(Hidden::from(text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn check(settings: &str, expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("imprimatur.toml");
        fs::write(&file, format!("[storage]\nkind = \"postgres\"\n{settings}")).unwrap();
        let config = Config::load(Some(&file)).unwrap();
        fs::write(folder.path().join("url"), "postgresql://u:hunter2@127.0.0.1:1/x\n").unwrap();
        let installation = Installation::new(folder.path().to_path_buf(), config);
        let opened = Storage::open(&installation).and_then(|storage| storage.state().map(drop));
        let error = opened.unwrap_err().to_string();
        assert!(error.contains(expected) && !error.contains("hunter2"), "{error}");
    }

    #[test]
    fn what_is_missing_is_named() {
        check("", "storage.objects");
        check("objects = \"http://x\"", "neither");
        check("objects = \"file:objects\"", "IMPRIMATUR__STORAGE__URL");
        check("objects = \"file:objects\"\nurl_file = \"none\"", "none");
        check("objects = \"file:objects\"\nurl_file = \"url\"", "chmod 600");
    }
}
