//! Content Credentials over the marked bytes.

mod passing;

use std::{sync::Arc, time::Instant};

use audit::CarriedRecord;
use passing::Passing;
use provenance::{
    BindingKind, DigitalSourceType, Ingredient, Model, Relationship, Signed, SigningRequest,
    SoftBinding,
    metadata::{self, Labels, ProviderCode},
};
use types::{Attachment, Mark, MediaType, Part, Sha256, Task};
use watermark::fingerprint::{IMAGE_ALGORITHM, TEXT_ALGORITHM};

use crate::{
    bringing::{Lineage, Parent},
    carrying::Kept,
    case::Case,
    marking::MarkedAsset,
    outcome::Fingerprint,
    pipeline::LineError,
};

/// An asset whose bytes do not change any more.
#[derive(Debug)]
pub(crate) struct SignedAsset {
    pub(crate) marked: MarkedAsset,
    pub(crate) signed: Signed,
    pub(crate) sha256: Sha256,
    /// SHA-256 of the certificate that signed.
    pub(crate) certificate: Sha256,
    /// Marks of origin in what came with the request, and what became of them.
    pub(crate) carried: Option<CarriedRecord>,
}

/// Signs; the manifest repeats what became of the mark.
pub(crate) async fn sign(
    case: &mut Case,
    mut asset: MarkedAsset,
) -> Result<SignedAsset, LineError> {
    if asset.bytes.is_empty() {
        return Err(LineError::Empty);
    }
    let start = Instant::now();
    let passing = Passing::of(case, &asset);
    let (parents, is_brought) = (parents(&asset), asset.brought.is_some());
    let mut request = request(case, &mut asset);
    if let Some(aigc) = passing.as_ref().and_then(Passing::label) {
        request.labels.aigc = Some(aigc);
    }
    let kept = Kept::before(&request.ingredients, parents, &asset.mark);
    let aigc = request.labels.aigc.clone();
    let signer = Arc::clone(&case.stages.signer);
    let bytes = std::mem::take(&mut asset.bytes);
    let media_type = asset.media_type;
    let certificate = signer.certificate()?;
    let signing = tokio::task::spawn_blocking(move || signer.sign(&request, &bytes, media_type));
    let signed = signing.await.map_err(|_| LineError::Stopped)??;
    let sha256 = Sha256::of(&signed.bytes);
    case.stage("provenance", start);
    if let Some(reason) = &signed.unstamped {
        tracing::warn!(%reason, "signed without a time-stamp");
        asset.warnings.push("signed without a time-stamp: the authority gave none".to_owned());
    }
    match (passing, aigc.and_then(|aigc| aigc.content_producer)) {
        (Some(passing), _) => {
            asset.warnings.extend(passing.warning().map(str::to_owned));
            asset.labels.passed_on = Some(passing.record(&signed.bytes));
        }
        (None, Some(producer)) => state_label(&mut asset, &signed.bytes, &producer),
        (None, None) => {}
    }
    let carried = kept.record(&case.carried, &signed.bytes);
    let carried = carried.or_else(|| is_brought.then(CarriedRecord::default));
    Ok(SignedAsset { marked: asset, signed, sha256, certificate, carried })
}

/// Says whether the delivered bytes carry the label in their metadata: plain text has no place for it.
fn state_label(asset: &mut MarkedAsset, bytes: &[u8], producer: &ProviderCode) {
    if metadata::read(bytes).aigc.is_some() {
        asset.labels.implicit = Some(producer.to_string());
    } else {
        let media_type = asset.media_type;
        asset
            .warnings
            .push(format!("no AIGC label in the metadata: {media_type} has no place for it"));
    }
}

/// Manifests of the asset that this one is another form of.
fn parents(asset: &MarkedAsset) -> Vec<String> {
    let Some((_, Lineage::Rendition(parent))) = &asset.brought else { return Vec::new() };
    let published = parent.entry.publication.as_ref().map(|now| now.manifest_label.clone());
    [parent.entry.manifest_label.clone()].into_iter().chain(published).collect()
}

/// What the manifest states: nothing about people, nothing of the prompt.
fn request(case: &mut Case, asset: &mut MarkedAsset) -> SigningRequest {
    let title = format!("{}.{}", case.asset_id(), asset.media_type.extension());
    let request = match asset.brought.take() {
        Some((bytes, lineage)) => brought(case, title, bytes, asset.media_type, lineage),
        None => {
            let mut ingredients = attached(case);
            ingredients.extend(credited(case));
            SigningRequest { ingredients, ..made(case, title) }
        }
    };
    SigningRequest {
        model: case.card().map(|card| Model {
            name: card.name.clone(),
            version: card.version.clone(),
            sha256: card.sha256,
        }),
        prompt_commitment: case.evidence.prompt_commitment,
        soft_bindings: bindings(Some(&asset.mark), asset.fingerprint.as_ref()),
        not_marked: match &asset.mark {
            Mark::NotMarkable { reason } => Some(reason.clone()),
            Mark::Embedded { .. } | Mark::Statistical { .. } => None,
        },
        ..request
    }
}

/// What a model has made, or what it made of a picture.
fn made(case: &Case, title: String) -> SigningRequest {
    let aigc = case.stages.labelling.implicit(case.asset_id()).filter(|_| case.is_synthetic());
    let labels = Labels { aigc, ..Labels::default() };
    SigningRequest { labels, ..SigningRequest::new(title, source(case)) }
}

/// How the content came about, by what was asked for and what did it.
fn source(case: &Case) -> DigitalSourceType {
    let by_rules = case.card().is_some_and(|card| card.algorithmic);
    let made_of_files = !case.request.attachments.is_empty();
    match (case.request.drawing.task, by_rules) {
        (Task::Effects | Task::Anchor, true) if case.from_synthetic => {
            DigitalSourceType::CompositeWithTrainedAlgorithmicMedia
        }
        (Task::Effects | Task::Anchor, true) if made_of_files => DigitalSourceType::Composite,
        (Task::Effects | Task::Anchor, true) => DigitalSourceType::AlgorithmicMedia,
        (Task::Effects | Task::Anchor, false) if !made_of_files => {
            DigitalSourceType::TrainedAlgorithmicMedia
        }
        (Task::Create, false) => DigitalSourceType::TrainedAlgorithmicMedia,
        (Task::Create, true) => DigitalSourceType::AlgorithmicMedia,
        (_, false) => DigitalSourceType::CompositeWithTrainedAlgorithmicMedia,
        (Task::TryOn, true) => DigitalSourceType::Composite,
        (_, true) => DigitalSourceType::AlgorithmicallyEnhanced,
    }
}

/// The files that came with the request, each with its own history: the source was changed, the
/// others were looked at.
fn attached(case: &Case) -> Vec<Ingredient> {
    let ingredient = |file: &Attachment| Ingredient {
        relationship: Some(match file.part {
            Part::Source => Relationship::ParentOf,
            Part::Picture | Part::Sound if case.request.drawing.task.films() => {
                Relationship::ComponentOf
            }
            _ => Relationship::InputTo,
        }),
        sidecar: file.manifest.as_ref().map(|manifest| manifest.to_vec()),
        ..Ingredient::new(file.part.name(), file.bytes.to_vec(), file.media_type)
    };
    case.request.attachments.iter().map(ingredient).collect()
}

/// The file that a server made, where it has credentials of its own: they are kept as history.
fn credited(case: &mut Case) -> Vec<Ingredient> {
    let Some(bytes) = case.original.take() else { return Vec::new() };
    let Some(media_type) = MediaType::sniff(&bytes) else { return Vec::new() };
    let found = case.stages.verifier.verify(&bytes, None, Some(media_type.name()));
    if found.manifest_label.is_none() {
        return Vec::new();
    }
    vec![Ingredient {
        relationship: Some(Relationship::ComponentOf),
        ..Ingredient::new("from the server", bytes, media_type)
    }]
}

/// What a file came from. Credentials that it brings along are kept, whatever is said of it.
fn brought(
    case: &Case,
    title: String,
    bytes: Vec<u8>,
    media_type: MediaType,
    lineage: Lineage,
) -> SigningRequest {
    let original = |bytes| Ingredient {
        relationship: Some(Relationship::ParentOf),
        ..Ingredient::new("original", bytes, media_type)
    };
    match lineage {
        Lineage::Unstated => SigningRequest {
            ingredients: vec![original(bytes)],
            ..SigningRequest::new(title, DigitalSourceType::Unstated)
        },
        Lineage::Stated { source, mut ingredients } => {
            if credentials(case).is_some() || source == DigitalSourceType::Unstated {
                ingredients.insert(0, original(bytes));
            }
            SigningRequest { ingredients, ..SigningRequest::new(title, source) }
        }
        Lineage::Composed { source, ingredients } => {
            SigningRequest { ingredients, ..SigningRequest::new(title, source) }
        }
        Lineage::Rendition(parent) => {
            // Credentials that somebody else has put into this form are kept beside the asset's own.
            let known = [
                Some(&parent.entry.manifest_label),
                parent.entry.publication.as_ref().map(|now| &now.manifest_label),
            ];
            let strange = credentials(case).filter(|label| !known.contains(&Some(*label)));
            let others = strange.map(|_| Ingredient {
                relationship: Some(Relationship::ComponentOf),
                ..Ingredient::new("as it came", bytes, media_type)
            });
            let Parent { entry, bytes, manifest, changes } = *parent;
            let name = format!("{}.{}", entry.asset_id, entry.media_type.extension());
            let ingredient = Ingredient {
                sidecar: Some(manifest),
                relationship: Some(Relationship::ParentOf),
                ..Ingredient::new(name, bytes, entry.media_type)
            };
            let ingredients = [ingredient].into_iter().chain(others).collect();
            let source = DigitalSourceType::Unstated;
            SigningRequest { ingredients, changes, ..SigningRequest::new(title, source) }
        }
    }
}

/// The manifest that a file brought along.
fn credentials(case: &Case) -> Option<&String> {
    case.carried.first().and_then(|file| file.manifest_label.as_ref())
}

/// What leads back to the manifest when it was removed: the mark's payload, and the fingerprint.
pub(crate) fn bindings(mark: Option<&Mark>, fingerprint: Option<&Fingerprint>) -> Vec<SoftBinding> {
    let bound = |algorithm: &str, value: Vec<u8>, kind| SoftBinding {
        algorithm: algorithm.to_owned(),
        value,
        kind,
    };
    let marks = match (mark, fingerprint) {
        (Some(Mark::Embedded { algorithm, id, also }), _) => {
            let id = id.to_u64().to_be_bytes();
            let bound = |algorithm| bound(algorithm, id.to_vec(), BindingKind::Watermark);
            std::iter::once(algorithm).chain(also).map(|algorithm| bound(algorithm)).collect()
        }
        // The bias in the words says whose text it is; what it says leads to the manifest.
        (Some(Mark::Statistical { algorithm, .. }), Some(Fingerprint::Text(text))) => {
            vec![bound(algorithm, text.to_bytes(), BindingKind::Watermark)]
        }
        _ => Vec::new(),
    };
    let fingerprint = fingerprint.map(|fingerprint| match fingerprint {
        Fingerprint::Image(image) => {
            bound(IMAGE_ALGORITHM, image.0.to_vec(), BindingKind::Fingerprint)
        }
        Fingerprint::Text(text) => bound(TEXT_ALGORITHM, text.to_bytes(), BindingKind::Fingerprint),
    });
    marks.into_iter().chain(fingerprint).collect()
}
