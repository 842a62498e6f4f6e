//! The label that is due: it goes into the file that is published.
//!
//! The line leaves it out by default, because people see an asset first when it is published. The
//! labelled file is signed as a form of the asset, with what was added to it.

use std::sync::Arc;

use audit::{AssetEntry, LabelsRecord, Record};
use provenance::{
    Change, Credentials, DigitalSourceType, Ingredient, Model, ProvenanceError, Relationship,
    SigningRequest, carries_manifest, metadata::Labels,
};
use types::{MediaType, Modality};
use watermark::label::{self, Plan};

use super::PublishError;
use crate::{
    config::AtPublication,
    labelling::{self, Labelling},
    marking::fingerprint,
    signing::bindings,
    wiring::Stages,
};

/// A file as it goes before the public, but for the manifest that says that it did.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) bytes: Vec<u8>,
    pub(super) manifest: Vec<u8>,
    /// Labels of the published file; `None` where none was ever due.
    pub(super) labels: Option<LabelsRecord>,
}

/// Reads an asset and writes the label that is due into it.
///
/// # Errors
/// [`PublishError::Label`] when it cannot be written: then nothing is published.
pub(super) async fn ready(
    stages: &Stages,
    entry: &AssetEntry,
    approved: bool,
) -> Result<Ready, PublishError> {
    let (bytes, manifest) = tokio::try_join!(
        stages.objects.get(&entry.sha256),
        stages.objects.get(&entry.manifest_sha256)
    )?;
    let record = Record::parse(&stages.log.entry(entry.index)?)?;
    let Some(mut labels) = record.labels.clone() else {
        return Ok(Ready { bytes, manifest, labels: None });
    };
    if labels.due.is_none() {
        return Ok(Ready { bytes, manifest, labels: Some(labels) });
    }
    let settings = &stages.installation.config().labels;
    let is_text = entry.media_type.modality() == Modality::Text;
    if is_text && approved && settings.excuses_reviewed_texts().unwrap_or(false) {
        labels.due = None;
        labels.absent = Some(EXCUSED.to_owned());
        return Ok(Ready { bytes, manifest, labels: Some(labels) });
    }
    if settings.at_publication == AtPublication::Leave {
        return Ok(Ready { bytes, manifest, labels: Some(labels) });
    }
    // Rules may have changed since: the label is that of now.
    let now = stages.labelling.published(entry.media_type.modality());
    let labels = LabelsRecord { implicit: labels.implicit, ..now };
    let (labelling, signer) = (stages.labelling.clone(), Arc::clone(&stages.signer));
    let original = Original { entry: entry.clone(), record, bytes, manifest };
    let writing = tokio::task::spawn_blocking(move || {
        let file = labelled(&labelling, &original.bytes, original.entry.media_type)?;
        let signed = sign(&signer, &labelling, original, file)?;
        Ok(Ready { labels: Some(labels), ..signed })
    });
    let stopped = |_| ProvenanceError::Sign("signing ended unexpectedly".to_owned());
    writing.await.map_err(stopped)?
}

/// An asset without the label that it owes.
struct Original {
    entry: AssetEntry,
    /// The record of its making.
    record: Record,
    bytes: Vec<u8>,
    manifest: Vec<u8>,
}

/// Why an approved text has no label.
const EXCUSED: &str = "a person with editorial control approved it";

/// The file with its label.
fn labelled(
    labelling: &Labelling,
    bytes: &[u8],
    media_type: MediaType,
) -> Result<Vec<u8>, PublishError> {
    let none = || PublishError::Label("no regime is configured any more".to_owned());
    let Plan { picture, text, sound, movie, .. } = labelling.plan().ok_or_else(none)?;
    let wrong = |error: watermark::WatermarkError| PublishError::Label(error.to_string());
    match media_type.modality() {
        Modality::Text => {
            let words = String::from_utf8_lossy(bytes);
            Ok(label::text(&words, text).map_err(wrong)?.into_bytes())
        }
        Modality::Image => label::picture(bytes, media_type, picture).map_err(wrong),
        Modality::Audio => {
            labelling::sound_file(bytes, media_type, sound).map_err(PublishError::Label)
        }
        Modality::Video => label::movie(bytes, movie).map_err(wrong),
    }
}

/// Signs the labelled file as a form of the asset.
fn sign(
    signer: &Credentials,
    labelling: &Labelling,
    original: Original,
    file: Vec<u8>,
) -> Result<Ready, PublishError> {
    let Original { entry, record, bytes, manifest } = original;
    let name = format!("{}.{}", entry.asset_id, entry.media_type.extension());
    let parent = Ingredient {
        sidecar: Some(manifest).filter(|_| !carries_manifest(entry.media_type)),
        relationship: Some(Relationship::ParentOf),
        ..Ingredient::new(name.clone(), bytes, entry.media_type)
    };
    let request = SigningRequest {
        model: record.generator.map(|model| Model {
            name: model.model,
            version: model.version,
            sha256: model.sha256,
        }),
        soft_bindings: bindings(entry.mark.as_ref(), fingerprint(&file, entry.media_type).as_ref()),
        ingredients: vec![parent],
        changes: vec![Change::TextAdded],
        labels: Labels { aigc: labelling.implicit(entry.asset_id), ..Labels::default() },
        ..SigningRequest::new(name, DigitalSourceType::TrainedAlgorithmicMedia)
    };
    let signed = signer.sign(&request, &file, entry.media_type)?;
    Ok(Ready { bytes: signed.bytes, manifest: signed.manifest_store, labels: None })
}
