//! Configured models: opened by their kind, checked file by file.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use generators::{Generator, GeneratorError, ModelCard};

use crate::{config::GeneratorSection, installation::Installation};

/// Why a configured model cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Its files.
    #[error("model `{model}`: {source}")]
    Generator {
        /// The configured name.
        model: String,
        /// What is wrong.
        source: GeneratorError,
    },
    /// A section without the path that its kind needs.
    #[error("[generators.{0}] needs a `path`")]
    PathMissing(String),
}

impl ModelError {
    fn of(model: impl ToString) -> impl FnOnce(GeneratorError) -> Self {
        let model = model.to_string();
        move |source| Self::Generator { model, source }
    }
}

/// Every configured model by its name.
///
/// # Errors
/// [`ModelError`] naming the first that cannot be opened.
pub fn open_all(
    installation: &Installation,
) -> Result<BTreeMap<String, Arc<dyn Generator>>, ModelError> {
    let sections = installation.config().generators.iter();
    sections.map(|(name, section)| Ok((name.clone(), open(installation, name, section)?))).collect()
}

/// Opens one configured model.
///
/// # Errors
/// [`ModelError`] naming the model.
pub fn open(
    installation: &Installation,
    name: &str,
    section: &GeneratorSection,
) -> Result<Arc<dyn Generator>, ModelError> {
    let opened = match (section.kind.as_str(), &section.path) {
        ("starter-text", _) => generators::starter::text(),
        ("starter-image", _) => generators::starter::image(),
        ("null", _) => generators::open("null", name, Path::new("")),
        (_, None) => return Err(ModelError::PathMissing(name.to_owned())),
        (kind, Some(path)) => generators::open(kind, name, &installation.resolve(path)),
    };
    opened.map_err(ModelError::of(name))
}

/// Reads all files of a configured model; more than opening it, which may wait with its weights.
///
/// # Errors
/// [`ModelError`] naming the model and what is wrong with its files.
pub fn check(
    installation: &Installation,
    name: &str,
    section: &GeneratorSection,
) -> Result<ModelCard, ModelError> {
    match &section.path {
        Some(path) => {
            let checked = generators::check(&section.kind, &installation.resolve(path));
            checked.map_err(ModelError::of(name))
        }
        None => Ok(open(installation, name, section)?.card().clone()),
    }
}

/// Reads all files of a model that is not configured.
///
/// # Errors
/// [`ModelError`] saying what is wrong with its files.
pub fn check_folder(folder: &Path) -> Result<ModelCard, ModelError> {
    generators::check("llama", folder).map_err(ModelError::of(folder.display()))
}
