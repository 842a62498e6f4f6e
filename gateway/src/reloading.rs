//! The configuration is read again while requests run.
//!
//! What a request began with it keeps: its [`Case`](crate::case::Case) holds the rooms of that moment.
//! New requests get the new ones. A version that cannot be used is refused as a whole, and the last
//! good one stays in force.

mod fixed;

use std::sync::Arc;

use serde::Serialize;
use types::{PolicyVersion, Sha256};

use crate::{
    config::{Config, ConfigError},
    installation::Installation,
    metrics::ConfigLabels,
    pipeline::Line,
    rulebook,
    wiring::{Stages, WiringError},
};

/// Why a new configuration did not come into force. The one before stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReloadError {
    /// The file cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A key that only a restart can change.
    #[error("`{0}` cannot change while the program runs: restart it")]
    Restart(String),
    /// A part of it cannot be built.
    #[error(transparent)]
    Wiring(#[from] WiringError),
    /// The program is ending.
    #[error("the program is ending")]
    Ending,
}

impl ReloadError {
    /// Whether this side is at fault, not the configuration.
    #[must_use]
    pub const fn is_ours(&self) -> bool {
        matches!(self, Self::Ending | Self::Wiring(WiringError::Log(_)))
    }
}

/// A configuration that came into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reloaded {
    /// Whether anything is different.
    pub changed: bool,
    /// SHA-256 of all settings in force, without secrets.
    pub sha256: Sha256,
    /// The rules in force.
    pub policy: PolicyVersion,
    /// How many models are configured.
    pub models: usize,
    /// How many of them were kept open.
    pub models_kept: usize,
}

/// The SHA-256 of all settings in force; secrets are no part of it.
#[must_use]
pub(crate) fn version(config: &Config) -> Sha256 {
    // Settings are plain values: they can be written. If they ever cannot, the version says so.
    Sha256::of(&serde_json::to_vec(config).unwrap_or_default())
}

impl Line {
    /// Reads the configuration again and puts it into force; what runs goes on as it began.
    ///
    /// # Errors
    /// [`ReloadError`] when the new version cannot be used; nothing has changed then.
    pub async fn reload(&self) -> Result<Reloaded, ReloadError> {
        let _turn = self.reloading.lock().await;
        let before = self.stages();
        let result = self.replaced(&before).await;
        before.metrics.reloads.count(result.is_ok());
        match &result {
            Ok(now) => tracing::info!(sha256 = %now.sha256, changed = now.changed, "reloaded"),
            Err(error) => tracing::error!(%error, "the new configuration is refused"),
        }
        result
    }

    async fn replaced(&self, before: &Arc<Stages>) -> Result<Reloaded, ReloadError> {
        let old = Arc::clone(before);
        let building = tokio::task::spawn_blocking(move || {
            let installation = old.installation.reread()?;
            if let Some(key) = fixed::changed(old.installation.config(), installation.config()) {
                return Err(ReloadError::Restart(key));
            }
            Ok(old.reloaded(installation)?)
        });
        let stages = building.await.map_err(|_| ReloadError::Ending)??;
        // On record before it is in force.
        let recorded = async {
            stages.record_policy().await?;
            stages.keep_policy(&rulebook::text(&stages.installation)?).await?;
            Ok::<_, WiringError>(())
        };
        recorded.await?;
        let sha256 = version(stages.installation.config());
        let policy = stages.policy().version().clone();
        let changed =
            sha256 != version(before.installation.config()) || policy != *before.policy().version();
        let (models, models_kept) =
            (stages.models.by_name.len(), stages.models.kept(&before.models));
        stages.name_configuration();
        self.exchange(stages);
        Ok(Reloaded { changed, sha256, policy, models, models_kept })
    }
}

impl Stages {
    /// Names the configuration in force where the program counts.
    pub(crate) fn name_configuration(&self) {
        let policy = self.policy().version();
        self.metrics.reloads.set(&ConfigLabels {
            sha256: version(self.installation.config()).to_string(),
            policy: format!("{} {}", policy.id, policy.version),
            policy_sha256: policy.sha256.to_string(),
        });
    }
}

impl Installation {
    /// The configuration as it is now in the file that this one came from.
    ///
    /// # Errors
    /// [`ConfigError`] naming the key or value to correct.
    pub fn reread(&self) -> Result<Self, ConfigError> {
        let file = self.source();
        let mut read = Self::new(self.folder().to_path_buf(), Config::load(Some(&file))?);
        read.set_source(file);
        Ok(read.with_generators(self.found().iter().cloned()))
    }
}
