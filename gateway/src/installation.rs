//! The data folder: what lies where, and how it is made.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    config::{Config, ConfigError, GeneratorSection},
    secret::Secret,
};

/// The configuration that `init` writes.
pub const DEFAULT_CONFIG: &str = include_str!("default.toml");

/// Why an installation cannot be made or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallationError {
    /// Something is already there.
    #[error("{} already exists: nothing was changed", .0.display())]
    Exists(PathBuf),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The log's key could not be made.
    #[error("the log key could not be made: {0}")]
    Log(#[from] audit::LogError),
    /// The certificates could not be made.
    #[error("the certificates could not be made: {0}")]
    Provenance(#[from] provenance::ProvenanceError),
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// A data folder and its configuration.
#[derive(Debug, Clone)]
pub struct Installation {
    folder: PathBuf,
    config: Config,
    /// The file that was read, where it is not the folder's own.
    source: Option<PathBuf>,
    /// Models that stand in no file: they were found when the program started.
    found: Vec<(String, GeneratorSection)>,
}

impl Installation {
    /// A folder that was made by [`Self::create`].
    #[must_use]
    pub const fn new(folder: PathBuf, config: Config) -> Self {
        Self { folder, config, source: None, found: Vec::new() }
    }

    /// Makes configuration, keys and certificates in `folder`.
    ///
    /// # Errors
    /// [`InstallationError::Exists`] when any of it is there already; nothing is overwritten.
    pub fn create(folder: &Path, publisher: &str) -> Result<Self, InstallationError> {
        let new = Self::new(folder.to_path_buf(), Config::default());
        for path in [new.config_file(), new.policy_file(), new.keys()] {
            if path.exists() {
                return Err(InstallationError::Exists(path));
            }
        }
        for dir in [new.keys(), new.provenance(), new.log(), new.state(), new.objects()] {
            fs::create_dir_all(&dir)
                .map_err(|source| InstallationError::File { path: dir, source })?;
        }
        private(&new.keys())?;
        for path in [new.watermark_key(), new.pseudonym_key(), new.evidence_key()] {
            let created = Secret::random().create(&path);
            created.map_err(|source| InstallationError::File { path, source })?;
        }
        audit::LogKey::create(&new.log_key())?;
        provenance::Authority::create(&new.provenance(), publisher)?;
        write(&new.policy_file(), policy::NEWSROOM_PACK)?;
        // The configuration comes last: where it exists, the installation is complete.
        let text = DEFAULT_CONFIG.replace("Example Newsroom", &publisher.replace(['"', '\\'], ""));
        write(&new.config_file(), &text)?;
        let config = Config::load(Some(&new.config_file()))?;
        Ok(Self::new(folder.to_path_buf(), config))
    }

    /// The same with more models; those that are configured stay.
    #[must_use]
    pub(crate) fn with_generators(
        mut self,
        more: impl IntoIterator<Item = (String, GeneratorSection)>,
    ) -> Self {
        for (name, section) in more {
            self.found.push((name.clone(), section.clone()));
            self.config.generators.entry(name).or_insert(section);
        }
        self
    }

    /// Models that stand in no file.
    pub(crate) fn found(&self) -> &[(String, GeneratorSection)] {
        &self.found
    }

    /// The file that the configuration is read from.
    pub(crate) fn source(&self) -> PathBuf {
        self.source.clone().unwrap_or_else(|| self.config_file())
    }

    /// Names the file that the configuration was read from.
    pub(crate) fn set_source(&mut self, file: PathBuf) {
        self.source = Some(file);
    }

    /// The configuration.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// `imprimatur.toml`
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.folder.join("imprimatur.toml")
    }

    /// The rule pack that `init` writes.
    #[must_use]
    pub fn policy_file(&self) -> PathBuf {
        self.folder.join("policy.toml")
    }

    /// Secrets.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.folder.join(&self.config.storage.keys)
    }

    /// The key of all invisible marks.
    #[must_use]
    pub fn watermark_key(&self) -> PathBuf {
        self.keys().join("watermark.key")
    }

    /// The key of pseudonyms and commitments in the log.
    #[must_use]
    pub fn pseudonym_key(&self) -> PathBuf {
        self.keys().join("pseudonym.key")
    }

    /// The key that wraps the data keys of the evidence vault.
    #[must_use]
    pub fn evidence_key(&self) -> PathBuf {
        self.keys().join("evidence.key")
    }

    /// The log's Ed25519 key.
    #[must_use]
    pub fn log_key(&self) -> PathBuf {
        self.keys().join("log.key")
    }

    /// The key that signs the log now; finishes a rotation that was cut off.
    ///
    /// # Errors
    /// [`audit::LogError::Key`] when it is missing, readable by others, or was rotated away.
    pub fn current_log_key(&self) -> Result<audit::LogKey, audit::LogError> {
        audit::rotation::current_key(&self.log_key(), &self.log())
    }

    /// The log's name and keys, with those before.
    ///
    /// # Errors
    /// Those of [`Self::current_log_key`]; [`audit::LogError::Note`] when a statement of rotation is
    /// wrong.
    pub fn log_verifier(&self) -> Result<audit::Verifier, audit::LogError> {
        let key = self.current_log_key()?;
        let folder = self.log();
        let origin = audit::epoch::origin(&folder, &self.config.audit.origin)?;
        audit::rotation::verifier(&folder, &origin, key.verifying_key())
    }

    /// The key with which this installation cosigns as a witness.
    #[must_use]
    pub fn witness_key(&self) -> PathBuf {
        self.keys().join("witness.key")
    }

    /// What this installation has seen of other logs as a witness.
    #[must_use]
    pub fn witness(&self) -> PathBuf {
        self.folder.join("witness")
    }

    /// Root, chain, signing key, time-stamp authority.
    #[must_use]
    pub fn provenance(&self) -> PathBuf {
        self.keys().join("provenance")
    }

    /// Segments, checkpoints and index of the log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Keys, reviews.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    /// Encrypted originals and the key file that opens them.
    #[must_use]
    pub fn vault(&self) -> PathBuf {
        self.folder.join("vault")
    }

    /// Assets and manifests by their SHA-256.
    #[must_use]
    pub fn objects(&self) -> PathBuf {
        self.folder.join("objects")
    }

    /// A configured path: relative ones start at the data folder.
    #[must_use]
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}

fn write(path: &Path, text: &str) -> Result<(), InstallationError> {
    fs::write(path, text)
        .map_err(|source| InstallationError::File { path: path.to_path_buf(), source })
}

fn private(folder: &Path) -> Result<(), InstallationError> {
    use std::os::unix::fs::PermissionsExt as _;
    let owner_only = fs::Permissions::from_mode(0o700);
    let set = fs::set_permissions(folder, owner_only);
    set.map_err(|source| InstallationError::File { path: folder.to_path_buf(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_configuration_names_every_default() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("imprimatur.toml");
        fs::write(&file, DEFAULT_CONFIG).unwrap();
        let mut config = Config::load(Some(&file)).unwrap();
        assert_eq!(config.generators.len(), 5);
        assert_eq!(config.policy.pack.take(), Some("policy.toml".into()));
        config.generators.clear();
        assert_eq!(config, Config::default());
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("policy.toml"), "mine").unwrap();
        let error = Installation::create(folder.path(), "Press").unwrap_err();
        assert!(matches!(error, InstallationError::Exists(_)));
        assert_eq!(fs::read_to_string(folder.path().join("policy.toml")).unwrap(), "mine");
    }
}
