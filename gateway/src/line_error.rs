//! Why a request could not be finished.

use generators::GeneratorError;

/// Why a request could not be finished; nothing was released.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// No model of this name is configured.
    #[error(
        "no model named `{0}` is configured; GET /v1/models or `imprimatur models list` names them"
    )]
    UnknownModel(String),
    /// The model makes something else.
    #[error("`{model}` makes {makes}, not {wanted}")]
    WrongModality {
        /// The model's name.
        model: String,
        /// What it makes.
        makes: types::Modality,
        /// What was asked for.
        wanted: types::Modality,
    },
    /// The model does something else with pictures.
    #[error("`{model}` does not do the task `{task}`; models that do are in GET /v1/models")]
    WrongTask {
        /// The model's name.
        model: String,
        /// What was asked for.
        task: types::Task,
    },
    /// A file that came with the request cannot be used.
    #[error("the file `{part}` {reason}")]
    Attachment {
        /// What it is there for.
        part: types::Part,
        /// What is wrong and what to do.
        reason: String,
    },
    /// A picture of a person is to be changed, and nobody says that they agreed.
    #[error(
        "this shows a person otherwise than they are: give `consent`, where their agreement is kept"
    )]
    ConsentNeeded,
    /// The agreement that the request names does not count for it.
    #[error("the consent that is named {0}: see GET /v1/consents")]
    Consent(&'static str),
    /// The request takes back a rule that is not the caller's to take back.
    #[error("{0}")]
    Override(String),
    /// The request asks for an asset without a label, which configuration does not allow.
    #[error("assets without a label are not allowed here: `labels.allow_unlabelled` decides that")]
    LabelNeeded,
    /// The caller's key does not reach so far.
    #[error(transparent)]
    Denied(access::Denied),
    /// The caller has had their share.
    #[error(transparent)]
    OverLimit(access::OverLimit),
    /// The caller's key or session has ended.
    #[error("{0}")]
    Ended(access::Ending),
    /// Policy could not decide.
    #[error("policy could not decide: {0}")]
    Policy(String),
    /// The model failed.
    #[error(transparent)]
    Generator(#[from] GeneratorError),
    /// The model gave a picture whose pixels do not fill its size.
    #[error("the model gave a picture whose pixels do not fill its size")]
    Picture,
    /// The server gave a sound that cannot be read.
    #[error("the server gave a sound that cannot be read")]
    Sound,
    /// The model's pieces do not add up to its text.
    #[error("the model's pieces do not add up to its text")]
    Pieces,
    /// The model gave nothing: no word of an answer, or none was heard in a sound.
    #[error("the model gave nothing, so there is nothing to release: ask it otherwise")]
    Empty,
    /// Marking failed.
    #[error("marking failed: {0}")]
    Watermark(#[from] watermark::WatermarkError),
    /// Signing failed.
    #[error("signing failed: {0}")]
    Provenance(#[from] provenance::ProvenanceError),
    /// The log did not take the record.
    #[error("the log did not take the record: {0}")]
    Log(#[from] audit::LogError),
    /// The asset could not be stored.
    #[error("the asset could not be stored: {0}")]
    Objects(#[from] audit::ObjectError),
    /// The original could not be kept.
    #[error("the original could not be kept: {0}")]
    Vault(#[from] audit::VaultError),
    /// State could not be read or written.
    #[error("state could not be read or written: {0}")]
    State(#[from] audit::StateError),
    /// The caller left before release.
    #[error("the caller left before release")]
    ClientGone,
    /// A stage took too long.
    #[error("{0} took too long")]
    TimedOut(&'static str),
    /// The program is ending.
    #[error("the program is ending")]
    Stopped,
}

impl LineError {
    /// A short code for the record: which part failed, never a path or a text.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match self {
            Self::UnknownModel(_) => "unknown_model",
            Self::WrongModality { .. } => "wrong_modality",
            Self::WrongTask { .. } => "wrong_task",
            Self::Attachment { .. } => "attachment",
            Self::ConsentNeeded | Self::Consent(_) => "likeness_consent",
            Self::Override(_) => "override",
            Self::LabelNeeded => "label_needed",
            Self::Denied(_) => "denied",
            Self::OverLimit(_) => "over_limit",
            Self::Ended(ending) => ending.code(),
            Self::Policy(_) => "policy",
            Self::Generator(GeneratorError::Upstream(error)) => error.code(),
            Self::Generator(GeneratorError::Busy { .. } | GeneratorError::Waited { .. }) => "busy",
            Self::Generator(_) => "generator",
            Self::Picture => "picture",
            Self::Sound => "sound",
            Self::Pieces => "pieces",
            Self::Empty => "empty",
            Self::Watermark(_) => "watermark",
            Self::Provenance(_) => "provenance",
            Self::Log(_) => "log",
            Self::Objects(_) => "objects",
            Self::Vault(_) => "vault",
            Self::State(_) => "state",
            Self::ClientGone => "client_gone",
            Self::TimedOut(_) => "timed_out",
            Self::Stopped => "stopped",
        }
    }
}

impl From<access::limit::LimitError> for LineError {
    fn from(error: access::limit::LimitError) -> Self {
        match error {
            access::limit::LimitError::Over(over) => Self::OverLimit(over),
            error => {
                // Nothing is let through that cannot be counted.
                Self::State(audit::StateError::Store(error.to_string()))
            }
        }
    }
}
