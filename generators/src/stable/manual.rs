//! `imprimatur.json` of a model folder: what its maker says of it, all of it optional.

use serde::Deserialize;

use super::scheduler::{Method, SchedulerConfig, Spacing};
use crate::{GeneratorError, files::ModelFiles};

/// The file's name.
pub(crate) const NAME: &str = "imprimatur.json";
const BYTES_MAX: u64 = 1 << 20;

/// What a model's maker says of it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Manual {
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) licence: Option<String>,
    pub(crate) languages: Vec<String>,
    /// Steps where nobody asks for a number.
    steps: Option<u32>,
    /// Guidance where nobody asks for one.
    guidance: Option<f32>,
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
        let wrong = |reason: String| GeneratorError::file(files.path(NAME), reason);
        let manual: Self = serde_json::from_slice(&files.read(NAME, BYTES_MAX)?)
            .map_err(|error| wrong(error.to_string()))?;
        if manual.steps.is_some_and(|steps| !(1..=200).contains(&steps)) {
            return Err(wrong("`steps` must be 1 to 200".to_owned()));
        }
        if manual.guidance.is_some_and(|guidance| !(1.0..=30.0).contains(&guidance)) {
            return Err(wrong("`guidance` must be 1 to 30".to_owned()));
        }
        Ok(manual)
    }

    /// Steps of a run that asks for no number.
    pub(crate) fn steps(&self, scheduler: &SchedulerConfig) -> u32 {
        self.steps.unwrap_or(if hasty(scheduler) { 4 } else { 30 })
    }

    /// Guidance of a run that asks for none; `distilled` says that the network was taught it.
    pub(crate) fn guidance(&self, scheduler: &SchedulerConfig, distilled: bool) -> f32 {
        let usual = match (distilled, hasty(scheduler)) {
            (true, _) => 8.5,
            (false, true) => 1.0,
            (false, false) => 7.5,
        };
        self.guidance.unwrap_or(usual)
    }
}

/// Whether the settings are those of models that were taught to need few steps and no guidance:
/// consistency models, and Turbo, whose folder is known by this pair.
fn hasty(scheduler: &SchedulerConfig) -> bool {
    scheduler.method == Method::Lcm
        || (scheduler.method == Method::EulerAncestral && scheduler.spacing == Spacing::Trailing)
}
