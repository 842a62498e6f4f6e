//! `imprimatur.json` of a folder that hears or translates: what its maker says of it, all optional.

use serde::Deserialize;

use crate::{
    GeneratorError, ModelCard,
    files::{Listing, ModelFiles},
};

/// The file's name.
pub(crate) const NAME: &str = "imprimatur.json";
const BYTES_MAX: u64 = 1 << 20;

/// What a model's maker says of it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Manual {
    name: Option<String>,
    version: Option<String>,
    licence: Option<String>,
    languages: Vec<String>,
    /// The pairs of languages of a translator, from and to.
    pub(crate) pairs: Vec<(String, String)>,
}

impl Manual {
    /// Reads it, if it is there.
    ///
    /// # Errors
    /// [`GeneratorError::File`] when it says something that cannot be.
    pub(crate) fn read(files: &ModelFiles) -> Result<Self, GeneratorError> {
        if !files.has(NAME) {
            return Ok(Self::default());
        }
        serde_json::from_slice(&files.read(NAME, BYTES_MAX)?)
            .map_err(|error| GeneratorError::file(files.path(NAME), error))
    }

    /// Fills a card; a model without a version is named by its content.
    pub(crate) fn card(self, listing: &Listing, name: &str, card: ModelCard) -> ModelCard {
        let sha256 = listing.sha256();
        let content = || sha256.to_string().chars().take(12).collect();
        let languages = if self.languages.is_empty() { card.languages } else { self.languages };
        ModelCard {
            name: self.name.unwrap_or_else(|| name.to_owned()),
            version: self.version.unwrap_or_else(content),
            licence: self.licence,
            languages,
            sha256,
            ..card
        }
    }
}
