//! Configured models: opened by their kind, checked file by file.
//!
//! A model whose files are damaged does not keep the others from serving: it answers every request
//! with what is wrong with it.

mod kept;

use std::{collections::BTreeMap, path::Path, sync::Arc};

use async_trait::async_trait;
use generators::{
    ComfyUi, EventSender, Generator, GeneratorError, Health, Job, ModelCard, Output, Route,
    RouteSettings, Token, WebUi,
};
use types::{Modality, Sha256, Task};

pub(crate) use kept::Models;

use crate::{
    config::{GeneratorSection, RouteSection},
    installation::Installation,
    upstreams,
};

/// The backend that is several models under one name.
const MIRRORS: &str = "mirrors";

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
    /// A route that cannot be used.
    #[error("[routes.{route}]: {source}")]
    Route {
        /// Its name.
        route: String,
        /// What is wrong.
        source: GeneratorError,
    },
    /// A section that cannot be used.
    #[error("[generators.{model}]: {reason}")]
    Settings {
        /// The configured name.
        model: String,
        /// What is wrong and what to do.
        reason: String,
    },
}

impl ModelError {
    pub(crate) fn of(model: impl ToString) -> impl FnOnce(GeneratorError) -> Self {
        let model = model.to_string();
        move |source| Self::Generator { model, source }
    }
}

/// Every configured model by its name; damaged ones say so when they are asked.
///
/// # Errors
/// [`ModelError`] when the configuration itself is wrong: an unknown kind, a missing path.
pub fn open_all(
    installation: &Installation,
) -> Result<BTreeMap<String, Arc<dyn Generator>>, ModelError> {
    Ok(Models::open(installation, &Models::default())?.by_name)
}

/// A configured route over models.
fn route(
    name: &str,
    section: &RouteSection,
    models: &BTreeMap<String, Arc<dyn Generator>>,
) -> Result<Arc<dyn Generator>, ModelError> {
    let named = section.models.iter();
    // Configuration was checked: it names only models that there are.
    let named = named.filter_map(|model| Some((model.clone(), Arc::clone(models.get(model)?))));
    let route = Route::new(name, named.collect(), section.settings());
    let route = route.map_err(|source| ModelError::Route { route: name.to_owned(), source })?;
    Ok(Arc::new(route))
}

const fn is_configuration(error: &GeneratorError) -> bool {
    matches!(error, GeneratorError::UnknownKind { .. })
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
        (kind @ ("film" | "null" | "retouch" | "voice"), _) => {
            generators::open(kind, name, Path::new(""))
        }
        (upstreams::KIND, _) => return upstreams::open(installation, name, section),
        (upstreams::A1111, _) => {
            let settings = upstreams::a1111(installation, name, section)?;
            WebUi::new(name, settings).map(|model| Arc::new(model) as _)
        }
        (upstreams::COMFYUI, _) => {
            let settings = upstreams::comfyui(installation, name, section)?;
            ComfyUi::new(name, &settings).map(|model| Arc::new(model) as _)
        }
        (MIRRORS, _) => return mirrors(name, section, |other| single(installation, other)),
        (_, None) => return Err(ModelError::PathMissing(name.to_owned())),
        (kind, Some(path)) => generators::open(kind, name, &installation.resolve(path)),
    };
    opened.map_err(ModelError::of(name))
}

/// The models that stand in for each other, where they are found.
fn mirrors(
    name: &str,
    section: &GeneratorSection,
    find: impl Fn(&str) -> Option<Arc<dyn Generator>>,
) -> Result<Arc<dyn Generator>, ModelError> {
    let wrong = |reason| ModelError::Settings { model: name.to_owned(), reason };
    let one = |other: &String| match find(other) {
        Some(model) => Ok((other.clone(), model)),
        None => Err(wrong(format!(
            "`of` names `{other}`, which is not configured, or mirrors models itself"
        ))),
    };
    let models: Result<Vec<_>, _> = section.of.iter().map(one).collect();
    let route = Route::new(name, models?, RouteSettings::default());
    Ok(Arc::new(route.map_err(|error| wrong(error.to_string()))?))
}

/// A configured model by its name, unless it is several.
fn single(installation: &Installation, name: &str) -> Option<Arc<dyn Generator>> {
    let section = installation.config().generators.get(name)?;
    if section.kind == MIRRORS {
        return None;
    }
    let damaged = |error| Arc::new(Damaged::new(name, section, error)) as Arc<dyn Generator>;
    match open(installation, name, section) {
        Ok(model) => Some(model),
        Err(ModelError::Generator { source, .. }) => Some(damaged(source)),
        Err(_) => None,
    }
}

/// What a look at a model's files has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Names the files, if they could be read.
    pub sha256: Option<Sha256>,
    /// What is wrong, a sentence each; empty when the model can be used.
    pub problems: Vec<String>,
}

/// Reads all files of a configured model; more than opening it, which may wait with its weights.
///
/// # Errors
/// [`ModelError`] when the configuration names no model that could be looked at.
pub fn check(
    installation: &Installation,
    name: &str,
    section: &GeneratorSection,
) -> Result<Inspection, ModelError> {
    if upstreams::is_server(section) {
        let checked = upstreams::check(installation, name, section)?;
        return Ok(Inspection { sha256: None, problems: checked.problems });
    }
    if section.kind == MIRRORS {
        // Each of its models is looked at by itself.
        mirrors(name, section, |other| single(installation, other))?;
        return Ok(Inspection { sha256: None, problems: Vec::new() });
    }
    match &section.path {
        Some(path) => inspect(&section.kind, &installation.resolve(path)),
        None => {
            let sha256 = Some(open(installation, name, section)?.card().sha256);
            Ok(Inspection { sha256, problems: Vec::new() })
        }
    }
}

/// Reads all files of a folder with the backend that would open it.
///
/// # Errors
/// [`ModelError`] when no backend would.
pub fn check_folder(folder: &Path) -> Result<Inspection, ModelError> {
    inspect(generators::kind_of(folder).unwrap_or("llama"), folder)
}

fn inspect(kind: &str, folder: &Path) -> Result<Inspection, ModelError> {
    let checked = generators::check(kind, folder).map_err(ModelError::of(folder.display()))?;
    Ok(Inspection { sha256: checked.sha256, problems: checked.problems })
}

/// A model that cannot be used, and why.
#[derive(Debug)]
struct Damaged {
    card: ModelCard,
    reason: GeneratorError,
}

impl Damaged {
    fn new(name: &str, section: &GeneratorSection, reason: GeneratorError) -> Self {
        let hears = section.kind == "whisper";
        let translates = matches!(section.kind.as_str(), "marian" | "t5");
        let draws = ["diffusion", "gan", "stable-diffusion", upstreams::A1111, upstreams::COMFYUI];
        let draws = draws.contains(&section.kind.as_str());
        let usual = if draws { Modality::Image } else { Modality::Text };
        let modality = section.modality.unwrap_or(usual);
        let card = ModelCard {
            name: name.to_owned(),
            version: String::new(),
            // Nothing ran, so there is nothing to name.
            sha256: Sha256::from([0; 32]),
            modality,
            tasks: match modality {
                Modality::Image => vec![Task::Create],
                _ if hears => vec![Task::Transcribe],
                _ if translates => vec![Task::Translate],
                _ => Vec::new(),
            },
            algorithmic: false,
            backend: section.kind.clone(),
            starter: false,
            architecture: String::new(),
            parameters: 0,
            languages: Vec::new(),
            licence: None,
        };
        Self { card, reason }
    }
}

#[async_trait]
impl Generator for Damaged {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    async fn generate(&self, _job: Job, _events: EventSender) -> Result<Output, GeneratorError> {
        Err(self.reason.clone())
    }

    fn tokens(&self, _text: &str) -> Option<Vec<Token>> {
        None
    }

    fn health(&self) -> Option<Health> {
        Some(Health::unusable())
    }
}
