//! What a model is.

use serde::Serialize;
use types::{Modality, Sha256, Task};

/// What a model is: goes into manifests, records and lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelCard {
    /// The model's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Names its files: the digest of the listing that `sha256sum` prints for them, sorted by name.
    /// All zeros where nobody here has seen them: they are on a server.
    pub sha256: Sha256,
    /// What it makes.
    pub modality: Modality,
    /// What it can be asked to do with pictures; empty for models of other kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
    /// The backend that runs it, by its name in the configuration.
    pub backend: String,
    /// Computes by fixed rules: nothing in it was learned from examples.
    pub algorithmic: bool,
    /// Comes with the program: shows the line, not quality.
    pub starter: bool,
    /// The network, for example `LlamaForCausalLM`.
    pub architecture: String,
    /// How many numbers were learned.
    pub parameters: u64,
    /// Languages it was made for, by ISO 639-1; empty when nobody says.
    pub languages: Vec<String>,
    /// The licence of its weights as an SPDX expression, if anybody says.
    pub licence: Option<String>,
}

impl ModelCard {
    /// A card of which only the backend and what it makes are known.
    pub(crate) fn of(backend: &str, modality: Modality) -> Self {
        Self {
            name: String::new(),
            version: String::new(),
            sha256: Sha256::from([0; 32]),
            modality,
            tasks: Vec::new(),
            backend: backend.to_owned(),
            algorithmic: false,
            starter: false,
            architecture: String::new(),
            parameters: 0,
            languages: Vec::new(),
            licence: None,
        }
    }
}
