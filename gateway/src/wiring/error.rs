//! Why the rooms cannot be built.

use access::AccessError;
use audit::{LogError, VaultError, vault::FollowError};
use policy::PolicyError;
use provenance::ProvenanceError;

use crate::{
    installation::InstallationError, listening::tls::TlsError, models::ModelError,
    vaulting::VaultingError, webhooks::WebhookError,
};

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
    /// A checker is not configured in a way that works.
    #[error("{0}")]
    Checker(String),
    /// A model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Certificates and keys.
    #[error("the certificates cannot be used: {0}")]
    Provenance(#[from] ProvenanceError),
    /// TLS of the listeners.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Labels are not configured in a way that works.
    #[error(transparent)]
    Labels(#[from] watermark::WatermarkError),
    /// A webhook.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// The storage is not configured in a way that works.
    #[error("{0}")]
    Storage(String),
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
    /// Who may is not configured in a way that works.
    #[error("{0}")]
    Access(#[from] AccessError),
    /// An erasure that was cut off cannot be completed.
    #[error(transparent)]
    Erasure(#[from] VaultingError),
    /// The evidence vault could not follow the log.
    #[error(transparent)]
    Follow(#[from] FollowError),
}
