//! Known pictures: what comes with a request, and what a model makes, beside the lists.

use std::{fs, sync::Arc};

use generators::{ImageOutput, Raster};
use image::{DynamicImage, RgbImage};
use policy::PictureList;
use types::{Action, CheckRun, Decision, Finding, ImageFingerprint, Language};
use watermark::fingerprint;

use crate::{
    installation::{Installation, InstallationError},
    wiring::WiringError,
};

/// The name of the check in records.
const CHECK: &str = "picture_lists";

/// The configured lists.
#[derive(Debug, Clone, Default)]
pub(crate) struct PictureLists(Arc<[PictureList]>);

impl PictureLists {
    /// Reads the lists that the configuration names.
    ///
    /// # Errors
    /// [`WiringError`] naming the list that cannot be read.
    pub(crate) fn open(installation: &Installation) -> Result<Self, WiringError> {
        let sections = &installation.config().policy.picture_lists;
        let lists: Result<Vec<PictureList>, WiringError> = sections
            .iter()
            .map(|section| {
                let path = installation.resolve(&section.path);
                let text = fs::read_to_string(&path)
                    .map_err(|source| InstallationError::File { path: path.clone(), source })?;
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                // Nothing can be taken out of a picture, or written otherwise.
                let action = match section.action {
                    Action::Redact | Action::Rewrite => Action::Review,
                    action => action,
                };
                Ok(PictureList::parse(&name, section.category, action, &text)?)
            })
            .collect();
        Ok(Self(lists?.into()))
    }

    /// What follows for a picture.
    pub(crate) fn judge(&self, picture: &ImageFingerprint, language: Language) -> Vec<Finding> {
        self.0.iter().filter_map(|list| list.judge(picture, language)).collect()
    }

    /// Adds what follows for these pictures to a decision, and that they were looked for.
    pub(super) fn add(
        &self,
        decision: &mut Decision,
        pictures: &[ImageFingerprint],
        language: Language,
    ) {
        let outcome = if self.0.is_empty() { "not_configured" } else { "ran" };
        decision.checks.push(CheckRun { check: CHECK.to_owned(), outcome: outcome.to_owned() });
        for finding in pictures.iter().flat_map(|picture| self.judge(picture, language)) {
            decision.action = decision.action.max(finding.action);
            decision.findings.push(finding);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The fingerprint of what came with a request.
pub(super) fn of_raster(raster: &Raster) -> Option<ImageFingerprint> {
    of(raster.width, raster.height, raster.pixels.clone())
}

/// The fingerprint of what a model made.
pub(super) fn of_output(image: &ImageOutput) -> Option<ImageFingerprint> {
    of(image.width, image.height, image.pixels.clone())
}

fn of(width: u32, height: u32, pixels: Vec<u8>) -> Option<ImageFingerprint> {
    let picture = RgbImage::from_raw(width, height, pixels)?;
    Some(fingerprint::pixels(&DynamicImage::ImageRgb8(picture)))
}
